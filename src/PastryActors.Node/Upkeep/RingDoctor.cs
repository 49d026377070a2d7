using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Gateway;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Upkeep;

/// <summary>Walks the ring, asks every node that it meets how its upkeep is, and says what is wrong, why, and what to do.</summary>
internal sealed class RingDoctor(INodeAccess node, TimeSpan stepTimeout, int nodesMax, TimeProvider time)
{
    private const int AskedAtOnce = 16;
    private const double FullShare = 0.9;
    private const int MailboxMax = 1000;

    /// <summary>More than a clock that is kept right ever is off, with the time of an answer.</summary>
    private static readonly TimeSpan SkewMax = TimeSpan.FromSeconds(30);

    public async Task<RingDiagnosis> ExamineAsync(CancellationToken cancellation)
    {
        NodeStatus self = await node.StatusAsync(cancellation).ConfigureAwait(false);
        RingWalk walk = await new RingWalker(node, stepTimeout, nodesMax).WalkAsync(cancellation).ConfigureAwait(false);
        List<Finding> findings = [.. OfSelf(self)];
        foreach (RingNode[] some in walk.Nodes.Chunk(AskedAtOnce))
        {
            foreach (List<Finding> found in await Task.WhenAll(some.Select(n => ExamineAsync(n, self.Self.Id, cancellation))).ConfigureAwait(false)) findings.AddRange(found);
        }

        if (!walk.Whole && !walk.Truncated && walk.Nodes.All(n => n.Answered && n.Active))
        {
            findings.Add(new Finding(FindingCodes.NotWhole, "warning", "ring", "the nodes do not agree on who stands beside whom",
                "it repairs itself within some overlay.leaf-set-maintenance-period; if it stays so, restart the node that pastry ring shows apart"));
        }

        return new RingDiagnosis(findings, walk.Nodes.Count);
    }

    /// <summary>What is wrong with one node, by what it says of its upkeep.</summary>
    internal static IEnumerable<Finding> Of(string id, UpkeepReport report, DateTimeOffset now)
    {
        if (report.UnderReplicated > 0) yield return UnderReplicated(id, report);
        if (report.NoRoom > 0)
            yield return new Finding(FindingCodes.NoRoom, "critical", id, $"{report.NoRoom} objects find room neither on it nor with its neighbours", "pastry cluster add, raise past.capacity, or reclaim files");
        if (PausedOf(report) is { Length: > 0 } paused)
            yield return new Finding(FindingCodes.RepairPaused, "warning", id, $"an operator paused {paused}; what is to be done waits", "pastry repair resume, on that node");
        if (report.Capacity == CapacityAdvice.TooLarge)
            yield return new Finding(FindingCodes.CapacityTooLarge, "info", id, "it gives more than 100 times the room of its neighbours, and cannot fill it", "run several nodes on that machine, each with a part of the disk");
        if (report.Capacity == CapacityAdvice.TooSmall)
            yield return new Finding(FindingCodes.CapacityTooSmall, "info", id, "it gives less than a hundredth of the room of its neighbours, and costs the ring more than it brings", "raise its past.capacity, or take it out");
        foreach (Finding finding in OfHost(id, report.Host, now)) yield return finding;
    }

    private static IEnumerable<Finding> OfHost(string id, HostUpkeep host, DateTimeOffset now)
    {
        if (host.StripesLost > 0)
            yield return new Finding(FindingCodes.StripesLost, "critical", id, $"{host.StripesLost} stripes of the coded files that it keeps lack more chunks than they have of parity, and cannot be read", "start the nodes that are down: they have them");
        else if (host.ChunksMissing > 0)
            yield return new Finding(FindingCodes.ChunksMissing, "warning", id, $"{host.ChunksMissing} chunks of the coded files that it keeps are missing", "start the nodes that are down, or wait: it makes them again at its second look (past.coded-check-period); pastry repair status shows it");
        if (host.CapacityBytes > 0 && host.UsedBytes > FullShare * host.CapacityBytes)
            yield return new Finding(FindingCodes.DiskNearlyFull, "warning", id, $"its disk space is {100.0 * host.UsedBytes / host.CapacityBytes:0} % full", "raise past.capacity, reclaim files, or pastry cluster add");
        if (host.Quarantined > 0 || host.RottenBytes > 0)
        {
            yield return new Finding(FindingCodes.Quarantined, "warning", id,
                $"its disk gave wrong bytes: {host.Quarantined} records were set aside since it started, {host.RottenBytes} bytes were unreadable then", "the objects are fetched again by themselves; if the number rises, replace the disk");
        }

        if (host.ScrubPeriod > TimeSpan.Zero && host.ScrubAge > host.ScrubPeriod)
            yield return new Finding(FindingCodes.ScrubOverdue, "warning", id, $"something it holds was last read {host.ScrubAge.Value.TotalDays:0.0} days ago, and should be every {host.ScrubPeriod.TotalDays:0.0} days", "pastry repair scrub, on that node; is scrub paused, or the node down too often?");
        TimeSpan skew = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(host.UnixMilliseconds, 253_402_300_799_999)) - now;
        if (host.UnixMilliseconds > 0 && skew.Duration() > SkewMax)
            yield return new Finding(FindingCodes.ClockSkew, "warning", id, $"its clock is {skew.Duration().TotalSeconds:0} s {(skew > TimeSpan.Zero ? "ahead" : "behind")}", "set the clocks of all machines by one time server: what is signed and logged has the wrong time");
    }

    private static Finding UnderReplicated(string id, UpkeepReport report)
    {
        string why = report.Repair switch
        {
            RepairActivity.Paused => "its repair is paused",
            RepairActivity.Throttled => "its repair waits for its rate",
            RepairActivity.Idle => report.NoRoom > 0 ? "there is no room for them" : "no node that was asked gave them; it asks again with the next comparison",
            _ => "they are being fetched",
        };
        string advice = report.Repair switch
        {
            RepairActivity.Paused => "pastry repair resume, on that node",
            RepairActivity.Throttled => "wait, or pastry repair speed, on that node",
            RepairActivity.Idle => report.NoRoom > 0 ? "pastry cluster add, or raise past.capacity" : "start the nodes that are down: they may have the only copies; pastry info FILEID shows who",
            _ => "wait; pastry repair status shows it getting done",
        };
        string examples = string.Join(", ", report.Examples.Select(e => e.ToString()));
        return new Finding(
            FindingCodes.UnderReplicated, report.Repair == RepairActivity.Idle ? "critical" : "warning", id,
            $"{report.UnderReplicated} objects have a replica too few, because it lacks them: {why}{(examples.Length > 0 ? $" (for instance {examples})" : "")}", advice);
    }

    private static string PausedOf(UpkeepReport report) => string.Join(" and ", new[]
    {
        report.Repair == RepairActivity.Paused ? "restoring replicas" : "", report.Host.ScrubPaused ? "scrub" : "", report.Host.CompactionPaused ? "compaction" : "", report.Host.StripesPaused ? "restoring coded chunks" : "",
    }.Where(s => s.Length > 0));

    private static IEnumerable<Finding> OfSelf(NodeStatus self)
    {
        string id = self.Self.Id.ToString();
        if (!self.Active) yield return new Finding(FindingCodes.NotActive, "critical", id, $"it is not active: it waits for {self.WaitsFor}", "if it stays so, check that its seeds run and can be reached");
        bool alone = self.LeafSetLeft.Count + self.LeafSetRight.Count == 0;
        if (alone) yield return new Finding(FindingCodes.Alone, "critical", id, "it is alone: no other node is in its leaf set, and what it holds has one copy", "check node.seeds, and that the others run");
        else if (self.Active && !self.LeafSetComplete) yield return new Finding(FindingCodes.LeafSetIncomplete, "warning", id, "its leaf set is not complete", "it repairs itself; if it stays so, see pastry ring");
        if (self.Counters.TryGetValue("audit_failed", out long failed) && failed > 0)
            yield return new Finding(FindingCodes.AuditsFailed, "warning", id, $"{failed} times another node could not prove to it that it holds what it should", "its log names that node (audit): take it out of the ring, or replace its disk");
        if (self.MailboxDepth > MailboxMax) yield return new Finding(FindingCodes.MailboxDeep, "warning", id, $"{self.MailboxDepth} events wait in its mailbox", "the machine is too slow for the load: fewer nodes on it, or less load");
    }

    private async Task<List<Finding>> ExamineAsync(RingNode peer, RingId self, CancellationToken cancellation)
    {
        if (!peer.Answered)
            return [new Finding(FindingCodes.NotAnswering, "critical", peer.NodeId, $"it does not answer at {peer.Address}", "is its process up, and its address reachable? Its log says more")];
        RingId id = RingId.TryParse(peer.NodeId, out RingId parsed) ? parsed : throw new InvalidOperationException($"{peer.NodeId} is no nodeId");
        Reply reply = await node.AskAsync(r => new AskUpkeep(r, stepTimeout, new NodeHandle(id, peer.Address, 0)), cancellation).ConfigureAwait(false);
        List<Finding> findings = [];
        if (!peer.Active && id != self) findings.Add(new Finding(FindingCodes.NotActive, "warning", peer.NodeId, "it is not active: it is joining, or lost its neighbours", "if it stays so, check that its seeds run and can be reached"));
        if (reply is UpkeepTold told) findings.AddRange(Of(peer.NodeId, told.Report, time.GetUtcNow()));
        else findings.Add(new Finding(FindingCodes.NotAnswering, "warning", peer.NodeId, "it did not say how its upkeep is", "if it stays so, see its log"));
        return findings;
    }
}
