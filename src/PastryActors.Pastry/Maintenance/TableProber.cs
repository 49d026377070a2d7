using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Maintenance;

/// <summary>
/// Finds dead entries of the routing table before a message does: every entry that did not speak by itself is asked once a period that
/// tunes itself to the ring's size and rate of failures (DSN 2004, section 4.1). In: the heartbeat's tick, failures. Out: distance
/// probes; whoever leaves one unanswered is suspected.
/// </summary>
internal sealed class TableProber(NodeContext node, DistanceMeter meter)
{
    private readonly FailureHistory _failures = new();
    private Instant _lastTick;
    private double _credit;
    private RingId _cursor;

    /// <summary>The period at which every entry is asked, as things stand.</summary>
    public TimeSpan Period => ProbeTuning.Period(
        node.Options,
        RingEstimate.Nodes(node.Leafs),
        _failures.PerSecond(node.Now, node.Leafs.Count + node.Table.Count));

    public void Start()
    {
        _failures.Start(node.Now);
        _lastTick = node.Now;
    }

    /// <summary>A node known to this one was found dead.</summary>
    public void OnFailed() => _failures.Failed(node.Now);

    /// <summary>Looks at as many entries as the time since the last tick is worth, so that probes spread evenly over the period.</summary>
    public void OnTick()
    {
        TimeSpan passed = node.Now - _lastTick;
        _lastTick = node.Now;
        int entries = node.Table.Count;
        if (entries == 0 || !node.IsActive) return;
        TimeSpan period = Period;
        _credit = Math.Min(entries, _credit + (entries * (passed / period)));
        for (; _credit >= 1; _credit--) Look(period);
    }

    private void Look(TimeSpan period)
    {
        if (node.Table.After(_cursor) is not { } next) return;
        _cursor = next.Id;
        if (node.Now - node.Table.HeardAt(next.Id) >= period) meter.Measure(next);
    }
}
