using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Tcp.Connections;

/// <summary>A message that waits for a connection to be made.</summary>
internal readonly record struct PendingSend(TcpNode Source, NodeHandle To, Message Message, MemoryContent? Content, TraceParent? Trace);

/// <summary>What a connection that is being made is for.</summary>
internal readonly record struct DialKey(string Address, Lane Lane);

/// <summary>
/// The messages that wait for one connection to be made, in order and bounded. It is closed exactly once: when they were poured into
/// a connection, or given up. Whoever finds it closed looks for the route again.
/// </summary>
internal sealed class Dial(DialKey key, int messagesMax, long contentBytesMax) : IDisposable
{
    private readonly List<PendingSend> _pending = [];
    private readonly CancellationTokenSource _cancel = new();
    private long _contentBytes;
    private bool _closed;

    public DialKey Key { get; } = key;

    /// <summary>Cancelled when nothing waits any more.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>Adds a message.</summary>
    public SendOutcome TryAdd(in PendingSend send)
    {
        lock (_pending)
        {
            if (_closed) return SendOutcome.Closed;
            int contentBytes = send.Content?.Length ?? 0;
            if (_pending.Count >= messagesMax || _contentBytes + contentBytes > contentBytesMax) return SendOutcome.Full;
            _contentBytes += contentBytes;
            _pending.Add(send);
            return SendOutcome.Queued;
        }
    }

    /// <summary>Whether a message waits for a node of <paramref name="remote"/>.</summary>
    public bool Wants(RemoteTable remote)
    {
        lock (_pending) return _pending.Exists(p => remote.TryFind(p.To.Id, out _, out _));
    }

    /// <summary>
    /// Ends it: each message goes to <paramref name="deliver"/>, in order, and those that it does not take come back. Nobody can add
    /// or overtake meanwhile, because <paramref name="publish"/>, which opens the route, runs before anyone sees it closed.
    /// </summary>
    public List<PendingSend> Close(Func<PendingSend, bool> deliver, Action? publish = null)
    {
        lock (_pending)
        {
            if (_closed) return [];
            List<PendingSend> rest = _pending.FindAll(p => !deliver(p));
            _pending.Clear();
            publish?.Invoke();
            _closed = true;
            return rest;
        }
    }

    /// <summary>
    /// Gives what waits for one node to a connection that the node made meanwhile. When nothing is left, the dial is closed and cancelled.
    /// False if nothing waits for the node.
    /// </summary>
    public bool Yield(RingId node, Action<PendingSend> deliver, Action publish)
    {
        lock (_pending)
        {
            if (_closed || !_pending.Exists(p => p.To.Id == node)) return false;
            foreach (PendingSend send in _pending)
            {
                if (send.To.Id == node) deliver(send);
            }

            _pending.RemoveAll(p => p.To.Id == node);
            publish();
            if (_pending.Count > 0) return true;
            _closed = true;
        }

        Cancel();
        return true;
    }

    /// <summary>Whether a message waits for the node.</summary>
    public bool Awaits(RingId node)
    {
        lock (_pending) return !_closed && _pending.Exists(p => p.To.Id == node);
    }

    /// <summary>Stops the attempt. Harmless when it has just ended by itself.</summary>
    public void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The attempt was over a moment before.
        }
    }

    public void Dispose() => _cancel.Dispose();
}
