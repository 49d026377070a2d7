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
    public void Start() => node.Schedule(OverlayTimer.Heartbeat, node.Random.Jitter(node.Options.HeartbeatPeriod));

    public void OnTick()
    {
        Start();
        if (node.Leafs.IsEmpty) return;
        NodeHandle left = node.Leafs.Left[0];

        // Anything sent since the last tick told the neighbour as much.
        if (SilentFor(node.Trips.LastSent(left.Id)) >= node.Options.HeartbeatPeriod * 0.8) node.Send(left, new Heartbeat());

        NodeHandle right = node.Leafs.Right[0];
        if (SilentFor(node.Trips.LastHeard(right.Id)) > (node.Options.HeartbeatPeriod * 1.3) + node.Options.ProbeTimeout) prober.Probe(right);
    }

    private TimeSpan SilentFor(Instant? last) => last is { } at ? node.Now - at : TimeSpan.MaxValue;
}
