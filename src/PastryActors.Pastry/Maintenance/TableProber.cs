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

    /// <summary>The period at which every entry is asked, as things stand.</summary>
    public TimeSpan Period => ProbeTuning.Period(
        node.Options,
        RingEstimate.Nodes(node.Leafs),
        _failures.PerSecond(node.Now, node.Leafs.Count + node.Table.Count));

    public void Start() => _failures.Start(node.Now);

    /// <summary>A node known to this one was found dead.</summary>
    public void OnFailed() => _failures.Failed(node.Now);

    /// <summary>
    /// Entries spoke at different moments, so that the questions spread by themselves. A row whose nodes stand in the leaf set is hardly
    /// ever routed by, and may be older.
    /// </summary>
    public void OnTick()
    {
        if (!node.IsActive || node.Table.Count == 0) return;
        TimeSpan period = Period;
        double nodes = RingEstimate.Nodes(node.Leafs);
        for (int row = 0; row < node.Table.RowCount; row++, nodes /= 1 << node.Options.DigitBits)
        {
            Instant enough = node.Now - (nodes <= node.Options.LeafSetSize ? ProbeTuning.PeriodMax : period);
            foreach (NodeHandle entry in node.Table.SilentSince(enough, row)) meter.Measure(entry);
        }
    }
}
