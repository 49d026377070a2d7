using PastryActors.Core.Driving;

namespace PastryActors.Simulation.World;

/// <summary>The requests that were handed to nodes, so that replies find their asker.</summary>
internal sealed class AskBook(SimWorld world)
{
    private readonly Dictionary<(int Node, long Id), SimAsk> _asks = [];
    private long _lastId;

    public long NextId() => ++_lastId;

    public SimAsk Open(SimNode node, Request request)
    {
        if (_asks.TryGetValue((node.Index, request.Id), out SimAsk? open) && !open.IsAnswered && open.Incarnation == node.Handle.Incarnation)
        {
            throw new InvalidOperationException($"{node} has an open request {request.Id} already");
        }

        return _asks[(node.Index, request.Id)] = new SimAsk(node, request, world.Now);
    }

    public void Close(SimAsk ask)
    {
        (int, long) key = (ask.Node.Index, ask.Request.Id);
        if (_asks.GetValueOrDefault(key) == ask) _asks.Remove(key);
    }

    /// <summary>Files a reply; answers the request that it belongs to, or null for a stray.</summary>
    public SimAsk? File(SimNode node, Reply reply)
    {
        SimAsk? ask = _asks.GetValueOrDefault((node.Index, reply.RequestId));
        if (ask is null || ask.Incarnation != node.Handle.Incarnation)
        {
            world.Counters.StrayReplies++;
            return null;
        }

        ask.Add(reply, world.Now);
        return ask;
    }
}
