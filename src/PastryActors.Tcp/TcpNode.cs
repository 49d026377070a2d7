using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Connections;

namespace PastryActors.Tcp;

/// <summary>One node of this engine. Safe for any thread.</summary>
public sealed class TcpNode : IEngineNode
{
    private readonly EngineContext _context;
    private readonly NodeActor _actor;
    private readonly Action<TcpNode> _withdraw;
    private volatile bool _stalled;

    internal TcpNode(EngineContext context, NodeSettings settings, string address, Courier courier, Action<TcpNode> withdraw)
    {
        (_context, _withdraw) = (context, withdraw);
        Key = settings.Key;
        _actor = new NodeActor(context, this, settings, address, courier);
    }

    /// <inheritdoc/>
    public NodeHandle Handle => _actor.Handle;

    /// <inheritdoc/>
    public int MailboxDepth => _actor.Depth;

    /// <summary>The mailbox's bound.</summary>
    public int MailboxCapacity => _actor.Capacity;

    /// <inheritdoc/>
    public int PendingTimers => _actor.PendingTimers;

    /// <inheritdoc/>
    public bool IsStopped => _actor.IsClosed;

    internal NodeKey Key { get; }

    /// <summary>Bulk messages and requests leave the other half to control messages, which must get through.</summary>
    private int OrdinaryShare => Math.Max(1, _actor.Capacity / 2);

    /// <inheritdoc/>
    public bool Post(Request request) => _actor.TryPost(new NodeItem(NodeEvent.Requested(request)) { Trace = TraceParent.Current }, OrdinaryShare);

    /// <inheritdoc/>
    public async Task<TResult> QueryAsync<TResult>(Func<INodeCore, TResult> read, TimeSpan timeout)
    {
        var query = new CoreQuery<TResult>(read);
        if (IsStopped) throw new InvalidOperationException($"node {Handle.Id} has stopped");
        if (!_actor.TryPost(new NodeItem(query), OrdinaryShare)) throw new TimeoutException($"the mailbox of node {Handle.Id} is full");
        return await query.Task.WaitAsync(timeout);
    }

    /// <inheritdoc/>
    public Task StopAsync()
    {
        _context.Nodes.Remove(this);
        _withdraw(this);
        return _actor.StopAsync();
    }

    internal void Start() => _actor.Wake();

    /// <summary>A hint, so it may be lost like any message; but not in silence.</summary>
    internal void TellLinkFailed(NodeHandle peer)
    {
        if (!_actor.TryPost(new NodeItem(NodeEvent.LinkFailed(peer))) && !IsStopped) _context.DeadLetters.Add(DeadLetterReason.MailboxFull, peer, Handle);
    }

    /// <summary>Takes a message from a node of this process: dropped if there is no room, since a node's thread cannot wait for another's.</summary>
    internal void AcceptLocal(NodeHandle from, Message message, ContentRef? content, Lane lane, TraceParent? trace)
    {
        if (_actor.TryPost(new NodeItem(NodeEvent.Received(from, message, content)) { Trace = trace }, ShareOf(lane)))
        {
            if (_stalled) _stalled = false;
            return;
        }

        Drop(message);
    }

    /// <summary>
    /// Takes a message from a connection, which waits for room if there is none: so the pressure goes back to the sender by way of
    /// TCP. Only once, though: while a mailbox stays full, its messages are dropped at once, or they would hold up every other node
    /// of the process behind the same connection. The caller owes the node a <see cref="TakeAccepted"/> before it waits for anything else.
    /// </summary>
    internal ValueTask AcceptAsync(NodeHandle from, Message message, ContentRef? content, Lane lane, TraceParent? trace)
    {
        var item = new NodeItem(NodeEvent.Received(from, message, content)) { Trace = trace };
        if (!_actor.TryPut(item, ShareOf(lane))) return AcceptWhenRoomAsync(item, message, lane);
        if (_stalled) _stalled = false;
        return default;
    }

    /// <summary>
    /// Has the node take what a connection gave it, on the thread of the connection: which then reads on a little later, but no thread has
    /// to be woken. Not where other nodes wait behind the same connection, which are not to wait for this one's turn.
    /// </summary>
    internal void TakeAccepted()
    {
        if (_context.Nodes.All.Length == 1) _actor.RunHere();
        else _actor.Schedule();
    }

    private async ValueTask AcceptWhenRoomAsync(NodeItem item, Message message, Lane lane)
    {
        _actor.Schedule();
        if (!_stalled && !IsStopped && await _actor.PostAsync(item, ShareOf(lane), _context.Options.MailboxPatience)) return;
        _stalled = true;
        Drop(message);
    }

    private int ShareOf(Lane lane) => lane == Lane.Control ? _actor.Capacity : OrdinaryShare;

    private void Drop(Message message) =>
        _context.DeadLetters.Add(IsStopped ? DeadLetterReason.NodeGone : DeadLetterReason.MailboxFull, message, Handle);
}
