using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;

namespace PastryActors.Pastry.Membership;

/// <summary>What probing finds out, for whom it concerns.</summary>
internal interface IProbeEvents
{
    /// <summary>A node did not answer its probes, and was taken out of every table.</summary>
    void NodeFailed(NodeHandle node, bool wasLeaf);

    /// <summary>A node answered a probe or probed this one; <paramref name="active"/> if it is a member of a ring.</summary>
    void NodeAlive(NodeHandle node, bool active);

    /// <summary>No probe is open, and the leaf set is as good as its members' knowledge.</summary>
    void Settled();
}

/// <summary>
/// Consistent leaf sets (MSPastry, DSN 2004, figure 3): nobody enters the leaf set but by speaking for itself, nobody leaves it but by
/// its own word or by silence to repeated probes. In: probes, answers, timeouts, suspicions. Out: probes, answers, announcements.
/// </summary>
internal sealed class Prober(NodeContext node, IProbeEvents events)
{
    /// <summary>Open probes: the leaf sets of a leaf set's members, so that a merge of two rings need not wait.</summary>
    public const int OpenMax = 256;

    private readonly SortedDictionary<RingId, Open> _open = [];
    private readonly FailedNodes _failed = new();
    private readonly JoinNews _news = new(node.Options.LeafSetSize / 2);
    private long _generation;
    private int _repairedVersion = -1;

    /// <summary>Whether no probe waits for an answer.</summary>
    public bool IsIdle => _open.Count == 0;

    /// <summary>Whether this start of the node is known to have failed.</summary>
    public bool HasFailed(NodeHandle target) => _failed.Contains(target);

    /// <summary>Asks a node whether it is alive and whom it knows, unless it is being asked already or known to have failed.</summary>
    public void Probe(NodeHandle target)
    {
        if (target.Id == node.Self.Id || _open.ContainsKey(target.Id) || _failed.Contains(target)) return;
        if (_open.Count >= OpenMax)
        {
            node.Report(FactKind.Dropped, target.Id, OpenMax);
            return;
        }

        Ask(target, retries: 0, since: node.Now);
    }

    /// <summary>As <see cref="Probe"/>, also for a node that was believed failed: there is reason to hope.</summary>
    public void ProbeAnew(NodeHandle target)
    {
        _failed.Remove(target.Id);
        Probe(target);
    }

    /// <summary>A probe that came in, an answer, or an announcement.</summary>
    public void OnProbe(NodeHandle from, LeafSetProbe probe)
    {
        _failed.Remove(from.Id);
        node.Leafs.Add(from);
        node.Table.Consider(from);
        foreach (NodeHandle suspect in probe.Failed) Doubt(suspect);
        foreach (NodeHandle candidate in probe.Leafs) Weigh(candidate);
        if (probe.Purpose == ProbePurpose.Ask) node.Send(from, Compose(ProbePurpose.Answer));
        events.NodeAlive(from, probe.Active);
        if (probe.Purpose == ProbePurpose.Answer) Answered(from, probe.Leafs);
    }

    /// <summary>A probe's time is up.</summary>
    public void OnTimeout(RingId target, long generation)
    {
        if (!_open.TryGetValue(target, out Open open) || open.Generation != generation) return;
        if (open.Retries < node.Options.ProbeRetries) Ask(open.Target, open.Retries + 1, open.Since);
        else if (node.IsActive && node.Trips.LastHeard(target) >= open.Since) Spare(target);
        else Fail(open.Target);
    }

    /// <summary>The answers were lost, but something else came from the node since it was asked: it lives.</summary>
    private void Spare(RingId target)
    {
        _open.Remove(target);
        SettleIfIdle();
    }

    /// <summary>A neighbour says that it leaves: believed at once, since it speaks for itself.</summary>
    public void OnLeave(NodeHandle from, ValueList<NodeHandle> leafs)
    {
        _failed.Add(from);
        TakeOut(from.Id);
        foreach (NodeHandle candidate in leafs) Weigh(candidate);
        _open.Remove(from.Id);
        SettleIfIdle();
    }

    /// <summary>A node that was believed failed, or that takes this one for its neighbour, was heard from: it may belong into the leaf set.</summary>
    public void Heard(NodeHandle from, bool asNeighbour)
    {
        bool wasFailed = _failed.Remove(from.Id);
        if ((wasFailed || asNeighbour) && node.Leafs.Admits(from.Id)) Probe(from);
    }

    /// <summary>Tries to close what a failure tore into the leaf set, or reports it settled.</summary>
    public void SettleIfIdle()
    {
        if (!IsIdle) return;
        if (!node.Leafs.IsComplete)
        {
            if (_repairedVersion != node.Leafs.Version)
            {
                _repairedVersion = node.Leafs.Version;
                ProbeShortSide();
                if (!IsIdle) return;
            }

            node.Leafs.CloseRing();
        }

        events.Settled();
    }

    /// <summary>Tells the members of the leaf set about each other, where they do not know: once, when a join is complete.</summary>
    public void TellNews()
    {
        List<NodeHandle> uninformed = _news.Uninformed([.. node.Leafs.Members()]);
        if (uninformed.Count == 0) return;
        LeafSetProbe news = Compose(ProbePurpose.Announce);
        foreach (NodeHandle member in uninformed) node.Send(member, news);
    }

    /// <summary>The sender of an announcement confirmed a failure; this node wants to see for itself before it believes.</summary>
    private void Doubt(NodeHandle suspect)
    {
        if (node.Leafs.Find(suspect.Id) is { } known && !known.Supersedes(suspect)) Probe(known);
    }

    private void Weigh(NodeHandle candidate)
    {
        bool renewed = node.Leafs.Find(candidate.Id) is { } known && candidate.Supersedes(known);
        if (renewed || node.Leafs.Admits(candidate.Id)) Probe(candidate);
    }

    private void Ask(NodeHandle target, int retries, Instant since)
    {
        long generation = ++_generation;
        _open[target.Id] = new Open(target, retries, generation, since);
        node.Send(target, Compose(ProbePurpose.Ask));
        node.Schedule(OverlayTimer.ProbeTimeout, node.Options.ProbeTimeout, generation, target.Id);
    }

    private void Answered(NodeHandle from, ValueList<NodeHandle> leafs)
    {
        if (!_open.Remove(from.Id, out Open open)) return;
        if (!node.IsActive) _news.Answered(from.Id, leafs);
        if (open.Retries == 0) node.Measured(from, node.Now - open.Since);
        SettleIfIdle();
    }

    private void Fail(NodeHandle target)
    {
        _open.Remove(target.Id);
        _failed.Add(target);
        bool wasLeaf = node.Leafs.Contains(target.Id);
        TakeOut(target.Id);
        node.Report(FactKind.NodeFailed, target.Id);
        if (wasLeaf)
        {
            LeafSetProbe news = Compose(ProbePurpose.Announce);
            foreach (NodeHandle member in node.Leafs.Members()) node.Send(member, news);
        }

        events.NodeFailed(target, wasLeaf);
        SettleIfIdle();
    }

    /// <summary>The outermost nodes of a side that lacks some know who follows them (Middleware 2001, section 2.5).</summary>
    private void ProbeShortSide()
    {
        if (node.Leafs.Left.Count < node.Leafs.HalfSize) Probe(node.Leafs.Left.Count > 0 ? node.Leafs.Left[^1] : node.Leafs.Right[^1]);
        if (node.Leafs.Right.Count < node.Leafs.HalfSize) Probe(node.Leafs.Right.Count > 0 ? node.Leafs.Right[^1] : node.Leafs.Left[^1]);
    }

    private void TakeOut(RingId id)
    {
        node.Leafs.Remove(id);
        node.Table.Remove(id);
        node.Neighbourhood.Remove(id);
        node.Trips.Forget(id);
    }

    private LeafSetProbe Compose(ProbePurpose purpose) =>
        new(purpose, node.IsActive, node.Leafs.Members().ToValueList(), _failed.List);

    private readonly record struct Open(NodeHandle Target, int Retries, long Generation, Instant Since);
}
