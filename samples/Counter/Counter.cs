using System.Text;
using PastryActors.Core.Ring;
using PastryActors.Node.Hosting;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Tables;

namespace PastryActors.Samples;

/// <summary>
/// A counter of the whole ring under any name, on the hooks of the overlay: every node counts for itself and routes its count to the root of
/// the name, which holds the newest of each node and copies them to its neighbours, so that the next root knows them when it dies.
/// Counts only grow, so what comes late, twice, or in another order does no harm, and what was lost comes with the next.
/// </summary>
public sealed class Counter(EmbeddedNode node) : IPastryApplication
{
    private const string Name = "samples/counter";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _mine = [];
    private readonly Dictionary<string, Dictionary<string, long>> _held = [];
    private readonly Dictionary<string, List<TaskCompletionSource<long>>> _asking = [];

    /// <summary>Counts one more.</summary>
    public Task AddAsync(string name)
    {
        long count;
        lock (_gate) count = _mine[name] = _mine.GetValueOrDefault(name) + 1;
        return node.Route(Message("count", name, node.Self.Id.ToString(), count), KeyOf(name));
    }

    /// <summary>What all nodes counted together, by the word of the name's root.</summary>
    public async Task<long> ReadAsync(string name, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) (_asking.TryGetValue(name, out List<TaskCompletionSource<long>>? others) ? others : _asking[name] = []).Add(answer);
        await node.Route(Message("ask", name, "", 0), KeyOf(name));
        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Puts a counter on a node that has not started.</summary>
    public static Counter On(EmbeddedNode node)
    {
        var counter = new Counter(node);
        node.Register(Name, counter);
        return counter;
    }

    bool IPastryApplication.Forward(ref RoutedMessage message, ref NodeHandle next) => true;

    void IPastryApplication.Deliver(in RoutedMessage message)
    {
        // Strangers may send anything: what is not four words is nothing.
        if (Encoding.UTF8.GetString(((ApplicationMessage)message.Payload).Body.Span).Split('\n') is not [var verb, var name, var who, var text] || !long.TryParse(text, out long value)) return;
        lock (_gate)
        {
            if (verb == "count" && Hold(name, who, value) && !message.Direct) Copy(name, who, value, message.Key);
            else if (verb == "ask") _ = node.Send(Message("sum", name, "", Held(name).Values.Sum()), message.Source);
            else if (verb == "sum" && _asking.Remove(name, out List<TaskCompletionSource<long>>? asking)) asking.ForEach(a => a.TrySetResult(value));
        }
    }

    void IPastryApplication.NewLeafs(LeafSetView leafs)
    {
        lock (_gate)
        {
            _neighbours = [.. leafs.Members()];
            foreach ((string name, Dictionary<string, long> counts) in _held)
            {
                foreach ((string who, long count) in counts) Copy(name, who, count, KeyOf(name));
            }
        }
    }

    private NodeHandle[] _neighbours = [];

    private bool Hold(string name, string who, long count)
    {
        if (Held(name).GetValueOrDefault(who) >= count) return false;
        Held(name)[who] = count;
        return true;
    }

    private void Copy(string name, string who, long count, RingId key)
    {
        // To the two that are next closest to the key: one of them is its root when this node is gone.
        foreach (NodeHandle neighbour in _neighbours.OrderBy(n => key.DistanceTo(n.Id)).Take(2)) _ = node.Send(Message("count", name, who, count), neighbour);
    }

    private Dictionary<string, long> Held(string name) => _held.TryGetValue(name, out Dictionary<string, long>? counts) ? counts : _held[name] = [];

    private static RingId KeyOf(string name) => Hash256.Of(Encoding.UTF8.GetBytes(name)).Truncated;

    private static ApplicationMessage Message(string verb, string name, string who, long value) => new(Name, Encoding.UTF8.GetBytes($"{verb}\n{name}\n{who}\n{value}"));
}
