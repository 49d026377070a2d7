using PastryActors.Core.Ring;

namespace PastryActors.Node.Access;

/// <summary>A node at one moment, for status pages, metrics and readiness. Plain values: nothing in it changes afterwards.</summary>
public sealed record NodeStatus
{
    /// <summary>The node as it introduces itself.</summary>
    public required NodeHandle Self { get; init; }

    /// <summary>Whether it is an active member: all its leaf set has answered, and it delivers.</summary>
    public required bool Active { get; init; }

    /// <summary>Whether both sides of the leaf set are full, or the whole ring is known.</summary>
    public required bool LeafSetComplete { get; init; }

    /// <summary>What the node waits for while it is not active; empty when it is.</summary>
    public string WaitsFor { get; init; } = "";

    /// <summary>Whether it hands over what it holds, to leave for good or until it is started again; it still answers meanwhile.</summary>
    public bool Leaving { get; init; }

    /// <summary>Counter-clockwise neighbours, nearest first.</summary>
    public IReadOnlyList<PeerStatus> LeafSetLeft { get; init; } = [];

    /// <summary>Clockwise neighbours, nearest first.</summary>
    public IReadOnlyList<PeerStatus> LeafSetRight { get; init; } = [];

    /// <summary>Rows of the routing table that have entries.</summary>
    public IReadOnlyList<RoutingRow> RoutingTable { get; init; } = [];

    /// <summary>The nodes nearest in the network.</summary>
    public IReadOnlyList<PeerStatus> Neighbourhood { get; init; } = [];

    /// <summary>Objects on this node's disk.</summary>
    public long Objects { get; init; }

    /// <summary>Bytes that they take, of <see cref="CapacityBytes"/>.</summary>
    public long Bytes { get; init; }

    /// <summary>What the disk may hold, in bytes.</summary>
    public long CapacityBytes { get; init; }

    /// <summary>Events waiting in the node's mailbox.</summary>
    public int MailboxDepth { get; init; }

    /// <summary>What was counted since the process started, by name (lower case, words joined by underscores); the source of /metrics.</summary>
    public IReadOnlyDictionary<string, long> Counters { get; init; } = new Dictionary<string, long>();
}

/// <summary>A peer, and the smoothed round trip to it in microseconds where it was measured.</summary>
public sealed record PeerStatus(NodeHandle Node, long? RoundTripMicros);

/// <summary>One row of the routing table: peers that share <paramref name="PrefixDigits"/> digits with this node.</summary>
public sealed record RoutingRow(int PrefixDigits, IReadOnlyList<PeerStatus> Entries);
