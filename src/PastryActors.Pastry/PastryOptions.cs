using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry;

/// <summary>Parameters of the overlay. The defaults are those of the papers, for a wide-area ring; presets in hocon/ suit other networks.</summary>
public sealed record PastryOptions
{
    /// <summary>The paper's b: bits of a digit, 1 to 8. A larger b means fewer hops (log base 2^b of N) and larger tables ((2^b - 1) entries a row). All nodes of a ring must agree.</summary>
    public int DigitBits { get; init; } = 4;

    /// <summary>The paper's L: size of the leaf set, even. A key is lost only if L/2 neighbours fail at once; k may be at most L/2 + 1.</summary>
    public int LeafSetSize { get; init; } = 32;

    /// <summary>The paper's M: how many nodes near by in the network are remembered, as a source of close routing entries.</summary>
    public int NeighbourhoodSize { get; init; } = 32;

    /// <summary>MSPastry's Tls: how long a node may be silent towards its left neighbour. Shorter finds failures sooner and costs one message a period.</summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// MSPastry's To: how long the last of a probe's attempts waits for its answer. Those before wait shorter, in even steps: an answer
    /// that comes late counts all the same, and a dead node is found in two thirds of the time.
    /// </summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a probe is repeated before its target is declared failed.</summary>
    public int ProbeRetries { get; init; } = 2;

    /// <summary>Floor of the per-hop retransmission timeout (srtt + 4 rttvar). Lower re-routes sooner around a dead hop, and oftener around a merely busy one.</summary>
    public TimeSpan HopTimeoutMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Ceiling of the per-hop retransmission timeout.</summary>
    public TimeSpan HopTimeoutMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often one random entry of every row is asked for its row, to find closer entries (Castro et al. 2002: 20 minutes).</summary>
    public TimeSpan TableMaintenancePeriod { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How often a member of the neighbourhood set is asked for its own.</summary>
    public TimeSpan NeighbourhoodMaintenancePeriod { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How often the leaf set is compared with that of a random member: periodic recovery, which no burst of failures can feed back into (Bamboo, USENIX 2004).</summary>
    public TimeSpan LeafSetMaintenancePeriod { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a node that was lost sight of is tried again, so that rings cut apart merge.</summary>
    public TimeSpan MergePeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one attempt to join waits for its answer.</summary>
    public TimeSpan JoinTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node that may found a ring looks for one to join first; and how long nodes that all wait for each other do so.</summary>
    public TimeSpan FoundAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long after its start a node awaits the neighbours that it had before: until they are back, those present do not pass for all
    /// there were. Longer suits rings whose machines start at very different times, and delays what is new beside a neighbour that is gone for good.
    /// </summary>
    public TimeSpan AwaitFormer { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a node is silent to probes until it is declared failed.</summary>
    public TimeSpan DetectionTime => ProbeTimeout * (ProbeRetries + 2) / 2;

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem()
    {
        if (DigitBits is < 1 or > 8) return $"b must be 1 to 8, not {DigitBits}";
        if (LeafSetSize < 4 || LeafSetSize % 2 != 0) return $"the leaf set size must be even and at least 4, not {LeafSetSize}";
        if (NeighbourhoodSize < 1) return $"the neighbourhood size must be at least 1, not {NeighbourhoodSize}";
        if (ProbeRetries < 0) return $"probe retries must not be negative, not {ProbeRetries}";
        if (HopTimeoutMin > HopTimeoutMax) return "the least hop timeout exceeds the greatest";
        return null;
    }
}

/// <summary>Whom a starting node may turn to.</summary>
/// <param name="Seeds">Configured contacts. A seed whose id is not known yet has the id zero: whoever answers at the address is meant.</param>
/// <param name="Remembered">Nodes known before a restart, most trusted first.</param>
/// <param name="FoundRing">Whether the node may start a ring of its own when nobody answers.</param>
public sealed record Contacts(
    ValueList<NodeHandle> Seeds,
    ValueList<NodeHandle> Remembered,
    bool FoundRing);
