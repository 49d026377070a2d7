using PastryActors.Core.Driving;

namespace PastryActors.Tcp.Diagnostics;

/// <summary>Traffic of one lane since the engine's start.</summary>
public readonly record struct LaneCounters(long MessagesSent, long BytesSent, long MessagesReceived, long BytesReceived);

/// <summary>Everything that the engine counts, at one moment. Counts are since the engine's start.</summary>
public readonly record struct TcpCounters
{
    /// <summary>Connections that are open now.</summary>
    public int ConnectionsOpen { get; init; }

    /// <summary>Strangers in the handshake now.</summary>
    public int HandshakesOpen { get; init; }

    /// <summary>Connections that peers made.</summary>
    public long ConnectionsAccepted { get; init; }

    /// <summary>Connections that this engine made.</summary>
    public long ConnectionsDialled { get; init; }

    /// <summary>Attempts to connect that failed.</summary>
    public long DialsFailed { get; init; }

    /// <summary>Messages handed over between nodes of this process, without encoding.</summary>
    public long MessagesLocal { get; init; }

    /// <summary>Traffic of the control lane.</summary>
    public LaneCounters Control { get; init; }

    /// <summary>Traffic of the bulk lane.</summary>
    public LaneCounters Bulk { get; init; }

    /// <summary>Cores that failed and were replaced.</summary>
    public long NodeRestarts { get; init; }

    /// <summary>Nodes given up after too many failures.</summary>
    public long NodesGivenUp { get; init; }

    /// <summary>Refusals in all; <see cref="TcpEngine.RefusalsOf"/> tells them by reason.</summary>
    public long Refusals { get; init; }

    /// <summary>Messages that reached nobody; <see cref="TcpEngine.DeadLetters"/> tells them by reason.</summary>
    public long DeadLetters { get; init; }
}

/// <summary>The engine's counters while it runs. Safe for any thread; loops add a batch at a time.</summary>
internal sealed class Tally
{
    private readonly long[] _refusals = new long[(int)Refusal.Stalled + 1];

    public LaneTally Control { get; } = new();
    public LaneTally Bulk { get; } = new();

    public int HandshakesOpen;
    public long ConnectionsAccepted;
    public long ConnectionsDialled;
    public long DialsFailed;
    public long MessagesLocal;
    public long NodeRestarts;
    public long NodesGivenUp;

    public LaneTally Of(Lane lane) => lane == Lane.Control ? Control : Bulk;

    public void Refused(Refusal reason) => Interlocked.Increment(ref _refusals[(int)reason]);

    public long RefusalsOf(Refusal reason) => Volatile.Read(ref _refusals[(int)reason]);

    public TcpCounters Snapshot(int connectionsOpen, long deadLetters) => new()
    {
        ConnectionsOpen = connectionsOpen,
        HandshakesOpen = Volatile.Read(ref HandshakesOpen),
        ConnectionsAccepted = Volatile.Read(ref ConnectionsAccepted),
        ConnectionsDialled = Volatile.Read(ref ConnectionsDialled),
        DialsFailed = Volatile.Read(ref DialsFailed),
        MessagesLocal = Volatile.Read(ref MessagesLocal),
        Control = Control.Snapshot(),
        Bulk = Bulk.Snapshot(),
        NodeRestarts = Volatile.Read(ref NodeRestarts),
        NodesGivenUp = Volatile.Read(ref NodesGivenUp),
        Refusals = _refusals.Sum(),
        DeadLetters = deadLetters,
    };
}

/// <summary>The counters of one lane while the engine runs.</summary>
internal sealed class LaneTally
{
    private long _messagesSent;
    private long _bytesSent;
    private long _messagesReceived;
    private long _bytesReceived;

    public void Sent(long messages, long bytes)
    {
        Interlocked.Add(ref _messagesSent, messages);
        Interlocked.Add(ref _bytesSent, bytes);
    }

    public void Received(long messages, long bytes)
    {
        Interlocked.Add(ref _messagesReceived, messages);
        Interlocked.Add(ref _bytesReceived, bytes);
    }

    public LaneCounters Snapshot() =>
        new(Volatile.Read(ref _messagesSent), Volatile.Read(ref _bytesSent), Volatile.Read(ref _messagesReceived), Volatile.Read(ref _bytesReceived));
}
