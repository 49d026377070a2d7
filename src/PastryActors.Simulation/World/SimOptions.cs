using PastryActors.Core.Wire;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.Workers;

namespace PastryActors.Simulation.World;

/// <summary>What the simulated world is like. The defaults are a healthy wide-area network that loses nothing.</summary>
public sealed record SimOptions
{
    /// <summary>How far nodes are from each other. The default, 20 ms one way for every pair, suits tests of logic; the plane and the sphere are for figures about locality.</summary>
    public ILatencyModel Latency { get; init; } = new ConstantLatency(TimeSpan.FromMilliseconds(20));

    /// <summary>The most that is added to a latency, 0 to 100 s. It varies smoothly over time, so that the order of a lane holds. Raise it to blur round-trip estimates.</summary>
    public TimeSpan JitterMax { get; init; } = TimeSpan.Zero;

    /// <summary>Chance, 0 to 1, that a message is lost in silence. TCP hides the loss of packets, so this stands for what engines drop: full queues, a host that forgot its connections.</summary>
    public double MessageLoss { get; init; }

    /// <summary>Chance, 0 to 1, that a message is lost with its connection: its sender is told by a link failure.</summary>
    public double ConnectionBreak { get; init; }

    /// <summary>Chance, 0 to 1, that a message arrives twice. No engine does that; protocols that survive it survive a retry at a bad moment.</summary>
    public double Duplication { get; init; }

    /// <summary>After how long a sender learns that its target is dead, on top of the latency there. Null: never, so that only silence tells, as when a host loses power.</summary>
    public TimeSpan? LinkFailedAfter { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What a node can send on its bulk lane, in bytes a second; zero is without limit. The control lane is never slowed: it has a connection of its own.</summary>
    public long BulkBytesPerSecond { get; init; }

    /// <summary>How many events may wait at a slow or stalled node. Messages beyond it are dropped and counted; timers, results and requests never are.</summary>
    public int MailboxCapacity { get; init; } = 65_536;

    /// <summary>If given, every message is written and read back by this codec, must come back equal, and is delivered as read. Costs about 1 us a message; proves the codec on real traffic.</summary>
    public WireCodec? Codec { get; init; }

    /// <summary>Whether an exception out of a core ends the run, with the seed in its message. Otherwise the node starts anew, as the driver's duty 8 says.</summary>
    public bool FaultsEndRun { get; init; } = true;

    /// <summary>How long a node is down after an exception out of its core, when faults do not end the run: the pause of a supervisor. More than zero, or a core that fails at its start would fail for ever at one moment.</summary>
    public TimeSpan RestartAfterFault { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The disks of the nodes.</summary>
    public SimDiskOptions Disk { get; init; } = new();

    /// <summary>The signers of the nodes.</summary>
    public SimSignerOptions Signer { get; init; } = new();

    /// <summary>On how many nodes a segment of a topic's history is kept, where nodes have PAST.</summary>
    public int SegmentReplicas { get; init; } = 3;

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem()
    {
        if (JitterMax < TimeSpan.Zero || JitterMax > Jitter.Limit) return $"jitter must be 0 to 100 s, not {JitterMax}";
        if (!IsChance(MessageLoss)) return $"message loss must be a chance from 0 to 1, not {MessageLoss}";
        if (!IsChance(ConnectionBreak)) return $"connection break must be a chance from 0 to 1, not {ConnectionBreak}";
        if (!IsChance(Duplication)) return $"duplication must be a chance from 0 to 1, not {Duplication}";
        if (LinkFailedAfter < TimeSpan.Zero) return $"a link failure cannot be told {LinkFailedAfter} after it";
        if (BulkBytesPerSecond < 0) return $"bandwidth must not be negative, not {BulkBytesPerSecond}";
        if (MailboxCapacity < 1) return $"a mailbox must hold at least one event, not {MailboxCapacity}";
        if (RestartAfterFault <= TimeSpan.Zero) return $"a node must be down for a while after a fault, not for {RestartAfterFault}";
        return Disk.Problem() ?? Signer.Problem();
    }

    private static bool IsChance(double value) => value is >= 0 and <= 1;
}
