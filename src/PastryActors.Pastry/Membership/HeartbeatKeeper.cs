using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// Failure detection by structure (DSN 2004, section 4.1): one heartbeat a period, to the left neighbour only, so that its cost does
/// not grow with the leaf set; and a watch over the right neighbour's. In: the tick. Out: heartbeats, suspicions.
/// </summary>
internal sealed class HeartbeatKeeper(NodeContext node, Prober prober)
{
    private TimeSpan Period => node.Options.HeartbeatPeriod;

    public void Start() => node.Schedule(OverlayTimer.Heartbeat, node.Random.Jitter(node.Options.HeartbeatPeriod));

    /// <summary>Comes back when either is due next: a watch that only looked once a period would find a death half a period later.</summary>
    public void OnTick()
    {
        TimeSpan left = node.Leafs.Left.Count > 0 ? Reassure(node.Leafs.Left[0]) : Period;
        TimeSpan right = node.Leafs.Right.Count > 0 ? Watch(node.Leafs.Right[0]) : Period;
        node.Schedule(OverlayTimer.Heartbeat, left < right ? left : right);
    }

    /// <summary>Anything sent within a period told the neighbour as much as a heartbeat would. Answers when the next is due.</summary>
    private TimeSpan Reassure(NodeHandle left)
    {
        if (SilentFor(node.Neighbours.LastSent(left.Id)) is var silent && silent < Period) return Period - silent;
        node.Send(left, new Heartbeat());
        return Period;
    }

    /// <summary>A neighbour never heard from in this place is asked at once. Answers when to look again.</summary>
    private TimeSpan Watch(NodeHandle right)
    {
        TimeSpan patience = Period + node.Options.ProbeTimeout;
        if (SilentFor(node.Neighbours.LastHeard(right.Id)) is var silent && silent < patience) return patience - silent;
        prober.Probe(right);
        return Period;
    }

    private TimeSpan SilentFor(Instant? last) => last is { } at ? node.Now - at : TimeSpan.MaxValue;
}
