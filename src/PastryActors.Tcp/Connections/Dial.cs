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
/// One connection being made, and the messages that wait for it, in order and bounded. All but the cancellation is used under the gate
/// of the <see cref="DialBook"/> that it stands in.
/// </summary>
internal sealed class Dial(DialKey key, int messagesMax, long contentBytesMax) : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private List<PendingSend> _pending = [];
    private long _contentBytes;

    public DialKey Key { get; } = key;

    /// <summary>Cancelled when nothing waits any more.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    public bool IsEmpty => _pending.Count == 0;

    /// <summary>Whom messages wait for.</summary>
    public IEnumerable<RingId> Targets => _pending.Select(static p => p.To.Id).Distinct();

    /// <summary>Adds a message; false if there is no room.</summary>
    public bool TryAdd(in PendingSend send)
    {
        int contentBytes = send.Content?.Length ?? 0;
        if (_pending.Count >= messagesMax || _contentBytes + contentBytes > contentBytesMax) return false;
        _contentBytes += contentBytes;
        _pending.Add(send);
        return true;
    }

    /// <summary>Whether a message waits for a node of <paramref name="remote"/>.</summary>
    public bool Wants(RemoteTable remote) => _pending.Exists(p => remote.TryFind(p.To.Id, out _, out _));

    /// <summary>Whether a message waits for the node.</summary>
    public bool Awaits(RingId node) => _pending.Exists(p => p.To.Id == node);

    /// <summary>Takes out what waits for one node, in order; not what waits for a later incarnation of it.</summary>
    public List<PendingSend> Take(NodeHandle node)
    {
        List<PendingSend> taken = _pending.FindAll(IsFor);
        _pending.RemoveAll(IsFor);
        _contentBytes -= taken.Sum(static p => (long)(p.Content?.Length ?? 0));
        return taken;

        bool IsFor(PendingSend p) => p.To.Id == node.Id && p.To.Incarnation <= node.Incarnation;
    }

    /// <summary>Takes out everything, in order.</summary>
    public List<PendingSend> TakeAll()
    {
        List<PendingSend> taken = _pending;
        (_pending, _contentBytes) = ([], 0);
        return taken;
    }

    /// <summary>Stops the attempt. Harmless when it has just ended by itself.</summary>
    public void Cancel()
    {
        try
        {
            // Never here and now: what it stops would go on within the gate of whoever cancels.
            _ = _cancel.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The attempt was over a moment before.
        }
    }

    public void Dispose() => _cancel.Dispose();
}
