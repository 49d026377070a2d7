using System.Net;
using System.Net.Sockets;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;

namespace PastryActors.Tcp.Connections;

/// <summary>What a connection tells its owner.</summary>
internal interface IConnectionOwner
{
    /// <summary>No more messages are to be given to it.</summary>
    void OnClosing(Connection connection);

    /// <summary>It is over.</summary>
    void OnClosed(Connection connection);

    /// <summary>The peer announced a node on it.</summary>
    Refusal OnAnnounced(Connection connection, NodeHandle handle, ushort index);

    /// <summary>The peer's node has stopped.</summary>
    void OnWithdrawn(Connection connection, NodeHandle handle);
}

/// <summary>
/// One authenticated connection of one lane: a loop that sends, a loop that receives, and an orderly end: what is queued is written,
/// a farewell follows, and reading goes on until the peer has said its own. Every step of that has a deadline that the sweep keeps.
/// </summary>
internal sealed class Connection : IFrameHandler, IDisposable
{
    private readonly EngineContext _context;
    private readonly IConnectionOwner _owner;
    private readonly Socket _socket;
    private readonly HandshakeResult _peer;
    private readonly SendQueue _queue;
    private readonly FrameSender _sender;
    private readonly FrameReceiver _receiver;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TcpNode? _owed;
    private long _closingSinceMs;
    private int _refusal;
    private volatile bool _farewellHeard;
    private volatile bool _aborted;

    public Connection(EngineContext context, IConnectionOwner owner, Socket socket, HandshakeResult peer, bool dialled)
    {
        (_context, _owner, _socket, _peer) = (context, owner, socket, peer);
        TcpOptions options = context.Options;
        Dialled = dialled;
        RemoteEndPoint = socket.RemoteEndPoint;
        PeerProcess = NodeIdentity.NodeIdOf(peer.Peer.PublicKey);
        LaneTally tally = context.Tally.Of(Lane);
        _queue = new SendQueue(Lane == Lane.Control ? options.ControlQueueMessages : options.BulkQueueMessages, options.QueueContentBytes);
        _sender = new FrameSender(_queue, new FrameEncoder(context, peer.Local, peer.Peer.MessageBytesMax, peer.Peer.ContentBytesMax), peer.Stream, tally);
        _receiver = new FrameReceiver(context, peer.Stream, this, tally);
    }

    public Lane Lane => _peer.Peer.Lane;

    /// <summary>Whether this side made it.</summary>
    public bool Dialled { get; }

    public EndPoint? RemoteEndPoint { get; }

    /// <summary>The peer process's proven identity.</summary>
    public RingId PeerProcess { get; }

    /// <summary>The peer's nodes.</summary>
    public RemoteTable Remote => _peer.Remote;

    public bool IsClosing => _queue.IsClosed;

    /// <summary>Whether it ended as both sides meant it to; otherwise the peer may be gone.</summary>
    public bool EndedInOrder => _farewellHeard && !_aborted;

    /// <summary>When anything last moved on it, in milliseconds of the tick count.</summary>
    public long LastActivityMs => Math.Max(_sender.LastWriteMs, _receiver.LastReadMs);

    /// <summary>Completes when the connection is over and nothing of it is left.</summary>
    public Task Completion => _done.Task;

    /// <summary>Queues a message. For any thread; never blocks.</summary>
    public SendOutcome TrySend(in SendItem item) => _queue.TryEnqueue(item);

    /// <summary>Queues a message; the caller owes the connection a <see cref="WakeUp"/>, soon. For any thread; never blocks.</summary>
    public SendOutcome TryPut(in SendItem item) => _queue.TryPut(item);

    /// <summary>Has what was put on it sent, on the caller's thread if that may be <paramref name="here"/> (see <see cref="SendQueue.WakeLoop"/>).</summary>
    public void WakeUp(bool here) => _queue.WakeLoop(here);

    /// <summary>Starts both loops, in nobody's context: they outlive whoever is traced at the moment.</summary>
    public void Start() => ThreadPool.UnsafeQueueUserWorkItem(static connection => _ = connection.RunAsync(), this, preferLocal: false);

    /// <summary>Ends it in order: what is queued is still written. The reason goes to the peer.</summary>
    public void Close(Refusal reason = Refusal.None)
    {
        Interlocked.CompareExchange(ref _refusal, (int)reason, 0);
        if (Interlocked.CompareExchange(ref _closingSinceMs, Environment.TickCount64, 0) != 0) return;
        _owner.OnClosing(this);
        _queue.Close();
    }

    /// <summary>Ends it at once.</summary>
    public void Abort()
    {
        _aborted = true;
        Close();
        _socket.Dispose();
    }

    /// <summary>Frees what it holds, once both loops are over.</summary>
    public void Dispose()
    {
        _receiver.Dispose();
        _socket.Dispose();
    }

    /// <summary>Keeps the deadlines: gives up what has stalled, closes what is idle. Called by the sweep.</summary>
    public void Sweep(long nowMs)
    {
        TcpOptions options = _context.Options;
        long stallMs = (long)options.StallTimeout.TotalMilliseconds;
        long writeBegan = _sender.WriteBeganMs;
        bool stalled = (writeBegan != 0 && nowMs - writeBegan > stallMs) || (_receiver.IsWithinFrame && nowMs - _receiver.LastReadMs > stallMs);
        long closingSince = Volatile.Read(ref _closingSinceMs);
        if (stalled) _context.Refused(Refusal.Stalled, RemoteEndPoint, $"no progress for {options.StallTimeout.TotalSeconds:0.#} s");
        if (stalled || (closingSince != 0 && nowMs - closingSince > (long)options.ConnectTimeout.TotalMilliseconds)) Abort();
        else if (nowMs - LastActivityMs > (long)options.IdleTimeout.TotalMilliseconds) Close();
    }

    public ValueTask OnMessageAsync(in FrameHeader header, Message message, MemoryContent? content, TraceParent? trace)
    {
        NodeHandle? from = _peer.Remote[header.Source];
        if (from is null)
        {
            OnSkipped(Refusal.UnknownNode, $"source {header.Source} was not announced");
            return default;
        }

        if (_peer.Local[header.Target] is not { } target)
        {
            _context.DeadLetters.Add(DeadLetterReason.NodeGone, message, header.Target);
            return default;
        }

        if (target != _owed) OnPause();
        _owed = target;
        return target.AcceptAsync(from, message, content, Lane, trace);
    }

    public void OnPause()
    {
        _owed?.TakeAccepted();
        _owed = null;
    }

    public Refusal OnTransport(FrameHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.Kind)
        {
            case FrameKind.Announce:
                return OnAnnounce(body);
            case FrameKind.Withdraw:
                if (_peer.Remote.Remove(header.Source) is { } gone) _owner.OnWithdrawn(this, gone);
                return Refusal.None;
            case FrameKind.Goodbye:
                OnGoodbye(body);
                return Refusal.None;
            default:
                return Refusal.NotThisProtocol;
        }
    }

    public void OnSkipped(Refusal reason, string detail) => _context.Refused(reason, RemoteEndPoint, detail);

    private Refusal OnAnnounce(ReadOnlySpan<byte> body)
    {
        Announcement announcement;
        try
        {
            announcement = Announcement.Read(new WireReader(body, _context.Codec));
        }
        catch (WireFormatException)
        {
            return Refusal.BadHandshake;
        }

        foreach (AnnouncedNode node in announcement.Nodes)
        {
            if (!_peer.Proof.VerifyNode(node)) return Refusal.BadProof;
            if (!_peer.Remote.TryAdd(node.Index, node.Handle)) return Refusal.TooManyNodes;
            Refusal refusal = _owner.OnAnnounced(this, node.Handle, (ushort)node.Index);
            if (refusal != Refusal.None) OnSkipped(refusal, $"node {node.Handle}");
        }

        return Refusal.None;
    }

    private void OnGoodbye(ReadOnlySpan<byte> body)
    {
        _farewellHeard = true;
        Refusal reason = Goodbye.Read(body);
        if (reason != Refusal.None) _context.Log.RefusedByPeer(RemoteEndPoint, reason);
        Close();
    }

    private async Task RunAsync()
    {
        Task sending = SendAsync();
        await ReceiveAsync();
        await sending;
        try
        {
            await _peer.Stream.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // It was lost while it was being closed: there is nothing left to close.
        }

        Dispose();
        _queue.Finish(lost =>
        {
            if (lost.Message is not null) _context.DeadLetters.Add(DeadLetterReason.ConnectionLost, lost.Message, _peer.Remote[lost.Target]);
        });

        _context.Log.Closed(Lane, RemoteEndPoint, EndedInOrder ? "in order" : "lost");
        _owner.OnClosed(this);
        _done.TrySetResult();
    }

    private async Task SendAsync()
    {
        try
        {
            await _sender.RunAsync(() => (Refusal)Volatile.Read(ref _refusal));
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e)
        {
            if (!IsOfTheNetwork(e)) _context.Log.ConnectionFailed(e, RemoteEndPoint);
            Abort();
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            Refusal refusal = await _receiver.RunAsync();
            if (refusal != Refusal.None) _context.Refused(refusal, RemoteEndPoint, LimitOf(refusal));
            Close(refusal);
        }
        catch (Exception e)
        {
            if (!IsOfTheNetwork(e)) _context.Log.ConnectionFailed(e, RemoteEndPoint);
            Abort();
        }
        finally
        {
            // What came before whatever ended it.
            OnPause();
        }
    }

    private string LimitOf(Refusal refusal) => refusal switch
    {
        Refusal.MessageTooLarge => $"the limit is {_context.Options.MessageBytesMax} bytes (tcp.messageBytesMax)",
        Refusal.ContentTooLarge => $"the limit is {_context.Options.ContentBytesMax} bytes (tcp.contentBytesMax)",
        Refusal.TooManyNodes => $"the limit is {_context.Options.NodesPerProcessMax} nodes (tcp.nodesPerProcessMax)",
        _ => "the connection is closed",
    };

    private static bool IsOfTheNetwork(Exception e) => e is IOException or SocketException or ObjectDisposedException;
}
