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
        if (node.Leafs.Left.Count > 0) Reassure(node.Leafs.Left[0]);
        if (node.Leafs.Right.Count > 0) Watch(node.Leafs.Right[0]);
    }

    /// <summary>Anything sent since the last tick told the neighbour as much as a heartbeat would.</summary>
    private void Reassure(NodeHandle left)
    {
        if (SilentFor(node.Neighbours.LastSent(left.Id)) >= node.Options.HeartbeatPeriod * 0.8) node.Send(left, new Heartbeat());
    }

    private void Watch(NodeHandle right)
    {
        if (SilentFor(node.Neighbours.LastHeard(right.Id)) > (node.Options.HeartbeatPeriod * 1.3) + node.Options.ProbeTimeout) prober.Probe(right);
    }

    private TimeSpan SilentFor(Instant? last) => last is { } at ? node.Now - at : TimeSpan.MaxValue;
}
