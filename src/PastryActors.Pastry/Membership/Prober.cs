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

    /// <summary>Marks the numbers of this machine's own distance probes, so that no answer to one is taken for a measurement.</summary>
    private const ulong SuspicionMark = 1UL << 62;

    private readonly List<Open> _open = [];
    private readonly FailedNodes _failed = new();
    private readonly SlowPeers _slow = new(node.Options);
    private readonly JoinNews _news = new(node.Options.LeafSetSize / 2);
    private long _generation;
    private int _repairedVersion = -1;
    private bool _heldBack;

    /// <summary>When a member last said whom it knows.</summary>
    public Instant ComparedAt { get; private set; }

    /// <summary>Whether no probe waits for an answer.</summary>
    public bool IsIdle => _open.Count == 0;

    /// <summary>Whether this start of the node is known to have failed.</summary>
    public bool HasFailed(NodeHandle target) => _failed.Contains(target);

    /// <summary>Asks a node whether it is alive and whom it knows, unless it is being asked already or was found dead lately.</summary>
    public void Probe(NodeHandle target) => Probe(target, Reason.Membership);

    /// <summary>
    /// A node was silent when it should have spoken: asks whether it is alive. Only a member of the leaf set is asked by a leaf-set probe,
    /// or far nodes would enter each other's leaf sets where those happen to lack a member. One that is known to be slow, and spoke lately, is not asked at all.
    /// </summary>
    public void Suspect(NodeHandle target)
    {
        if (!_slow.SpokeLately(target.Id, node.Now)) Probe(target, Reason.Suspicion);
    }

    /// <summary>As <see cref="Probe(NodeHandle)"/>, also for a node that was believed failed: there is reason to hope.</summary>
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
        if (node.Leafs.Contains(from.Id)) ComparedAt = node.Now;
        foreach (NodeHandle suspect in probe.Failed) Doubt(suspect);
        foreach (NodeHandle candidate in probe.Leafs) Weigh(candidate);
        if (probe.Purpose == ProbePurpose.Ask) node.Send(from, Compose(ProbePurpose.Answer));
        events.NodeAlive(from, probe.Active);
        if (probe.Purpose == ProbePurpose.Answer) Answered(from, probe.Leafs);
    }

    /// <summary>A probe's time is up.</summary>
    public void OnTimeout(RingId target, long generation)
    {
        if (IndexOf(target) is var at && (at < 0 || _open[at].Generation != generation)) return;
        Open open = _open[at];
        if (open.Due < node.Now && !open.IsLate) LookBehind(at);
        else if (open.Retries < RetriesFor(open.Reason)) Ask(open with { Retries = open.Retries + 1 });
        else if (node.IsActive && open.Spoke) SpareUnasked(target);
        else Fail(open);
    }

    /// <summary>This node is behind its events: the answer may wait behind the timer.</summary>
    private void LookBehind(int at)
    {
        _open[at] = _open[at] with { IsLate = true };
        node.Schedule(OverlayTimer.ProbeTimeout, TimeSpan.Zero, _open[at].Generation, _open[at].Target.Id);
    }

    /// <summary>
    /// The engine has no link to the node. What a neighbour said of it is true, then, or what its silence made likely; a member that nobody
    /// doubted yet is only asked again sooner, since it may be starting anew. It proves nothing of a node that spoke since it was asked, nor of
    /// a later start than the one that is gone.
    /// </summary>
    public void OnLinkFailed(NodeHandle target)
    {
        if (IndexOf(target.Id) is var at && (at < 0 || _open[at].Target.Supersedes(target))) return;
        if (_open[at].Reason == Reason.Membership || _open[at].Spoke) _open[at] = _open[at] with { Unreachable = true };
        else Fail(_open[at]);
    }

    /// <summary>Something came from the node since it was asked, if not the answer: it lives.</summary>
    private void Spare(RingId target)
    {
        Close(target);
        SettleIfIdle();
    }

    /// <summary>It lives, but did not say whom it knows: that nobody knows more nodes cannot be concluded from it.</summary>
    private void SpareUnasked(RingId target)
    {
        _repairedVersion = -1;
        Spare(target);
    }

    /// <summary>A neighbour says that it leaves: believed at once, since it speaks for itself.</summary>
    public void OnLeave(NodeHandle from, ValueList<NodeHandle> leafs)
    {
        _failed.Add(new FailedNode(from, node.Now, WasSilent: false, node.Leafs.Contains(from.Id)));
        TakeOut(from.Id);
        foreach (NodeHandle candidate in leafs) Weigh(candidate);
        Close(from.Id);
        SettleIfIdle();
    }

    /// <summary>
    /// A node that was believed failed, or that takes this one for its neighbour, was heard from: it may belong into the leaf set. One that this node put out for its silence was slow,
    /// and is back at once.
    /// </summary>
    public void Heard(NodeHandle from, bool asNeighbour)
    {
        if (IndexOf(from.Id) is >= 0 and int at)
        {
            if (_open[at].Reason == Reason.Suspicion)
            {
                NoteTime(_open[at]);
                Spare(from.Id);
            }
            else _open[at] = _open[at] with { Spoke = true };
        }

        _slow.Heard(from.Id, node.Now);
        FailedNode? failed = _failed.Remove(from.Id);
        bool wasSlow = failed is { WasSilent: true, Node: var before } && !from.Supersedes(before);
        if (wasSlow) _slow.FalseAlarm(from.Id, node.Now);
        if ((failed is null && !asNeighbour) || !node.Leafs.Admits(from.Id)) return;
        if (wasSlow && failed!.Value.WasLeaf) node.Leafs.Add(from);
        Probe(from);
    }

    /// <summary>Tries to close what a failure tore into the leaf set, or reports it settled.</summary>
    public void SettleIfIdle()
    {
        if (!IsIdle) return;
        _heldBack = false;
        if (!node.Leafs.IsComplete)
        {
            if (_repairedVersion != node.Leafs.Version)
            {
                _repairedVersion = node.Leafs.Version;
                ProbeShortSide();
                if (!IsIdle) return;
            }

            // Only now that the ring is known to be small do its sides take what lies beyond the other's end.
            if (node.Leafs.CloseRing() && node.Leafs.Count > node.Leafs.HalfSize) ProbeOutermost();
            if (!IsIdle) return;
        }

        events.Settled();
    }

    /// <summary>Tells the members of the leaf set about each other, where they do not know: once, when a join is complete.</summary>
    public void TellNews()
    {
        List<NodeHandle> uninformed = _news.Uninformed(node.Leafs.Snapshot);
        if (uninformed.Count == 0) return;
        LeafSetProbe news = Compose(ProbePurpose.Announce);
        foreach (NodeHandle member in uninformed) node.Send(member, news);
    }

    private void Probe(NodeHandle target, Reason reason)
    {
        if (target.Id == node.Self.Id || IndexOf(target.Id) >= 0 || FailedLately(target) || IsOutlived(target)) return;
        if (_open.Count >= OpenMax)
        {
            node.Report(FactKind.Dropped, target.Id, OpenMax);
            return;
        }

        if (reason == Reason.Suspicion && node.Leafs.Contains(target.Id)) reason = Reason.Membership;
        Ask(new Open(target, Retries: 0, Generation: 0, Since: node.Now, Due: node.Now, Spoke: false, Unreachable: false, IsLate: false, reason));
    }

    /// <summary>
    /// Leaf sets that were outdated when the node was found dead are not any more: who is mentioned still may live after all, and not know that
    /// this node believes otherwise.
    /// </summary>
    private bool FailedLately(NodeHandle target) => _failed.Contains(target, since: node.Now - node.Options.LeafSetMaintenancePeriod);

    /// <summary>Whether a later start of the node is known: that the one before does not answer, where it was, says nothing of it.</summary>
    private bool IsOutlived(NodeHandle target) => (node.Leafs.Find(target.Id) ?? node.Table.Find(target.Id))?.Supersedes(target) == true;

    /// <summary>The sender of an announcement confirmed a failure; this node wants to see for itself before it believes.</summary>
    private void Doubt(NodeHandle suspect)
    {
        if (node.Leafs.Find(suspect.Id) is { } known && !known.Supersedes(suspect) && !_slow.SpokeLately(known.Id, node.Now)) Probe(known, Reason.Hearsay);
    }

    private void Weigh(NodeHandle candidate)
    {
        if (node.Leafs.Find(candidate.Id) is { } known)
        {
            if (candidate.Supersedes(known)) Probe(candidate);
        }
        else if (node.Leafs.Admits(candidate.Id) && IndexOf(candidate.Id) < 0)
        {
            if (IsAmongNearest(candidate.Id)) Probe(candidate);
            else _heldBack = true;
        }
    }

    /// <summary>
    /// Whether the candidate would belong into the leaf set if all that are being asked answer: a joining node, whose leaf set is
    /// still empty, would otherwise ask its neighbours' neighbours too, three times as many.
    /// </summary>
    private bool IsAmongNearest(RingId candidate)
    {
        UInt128 clockwise = node.Self.Id.ClockwiseTo(candidate);
        UInt128 counter = candidate.ClockwiseTo(node.Self.Id);
        int right = 0;
        int left = 0;
        for (int i = 0; i < node.Leafs.Right.Count && node.Self.Id.ClockwiseTo(node.Leafs.Right[i].Id) < clockwise; i++) right++;
        for (int i = 0; i < node.Leafs.Left.Count && node.Leafs.Left[i].Id.ClockwiseTo(node.Self.Id) < counter; i++) left++;
        foreach (Open open in _open)
        {
            if (node.Leafs.Contains(open.Target.Id)) continue;
            if (node.Self.Id.ClockwiseTo(open.Target.Id) < clockwise) right++;
            if (open.Target.Id.ClockwiseTo(node.Self.Id) < counter) left++;
        }

        return (right < node.Leafs.HalfSize && node.Leafs.RightTakes(candidate)) || (left < node.Leafs.HalfSize && node.Leafs.LeftTakes(candidate));
    }

    private void Ask(Open open)
    {
        TimeSpan patience = FirstPatience(open) * (open.Unreachable ? 1 : (open.Retries + 1) * _slow.FactorOf(open.Target.Id, node.Now));
        open = open with { Generation = ++_generation, Due = node.Now + patience, IsLate = false };
        if (IndexOf(open.Target.Id) is >= 0 and int at) _open[at] = open;
        else _open.Add(open);
        node.Send(open.Target, open.Reason == Reason.Suspicion ? new DistanceProbe(SuspicionMark | (ulong)_generation, IsAnswer: false) : Compose(ProbePurpose.Ask));
        node.Schedule(OverlayTimer.ProbeTimeout, patience, open.Generation, open.Target.Id);
    }

    /// <summary>What a neighbour says it asked in vain is asked once more, and what only makes a place in the table free once less often.</summary>
    private int RetriesFor(Reason reason) => reason switch
    {
        Reason.Membership => node.Options.ProbeRetries,
        Reason.Suspicion => Math.Max(0, node.Options.ProbeRetries - 1),
        _ => 0,
    };

    private void Answered(NodeHandle from, ValueList<NodeHandle> leafs)
    {
        if (IndexOf(from.Id) is var at && at < 0) return;
        Open open = _open[at];
        Close(from.Id);
        NoteTime(open);
        if (!node.IsActive) _news.Answered(from.Id, leafs);
        if (open.Retries == 0) node.Measured(from, node.Now - open.Since);
        SettleIfIdle();
    }

    private TimeSpan FirstPatience(Open open) => node.Options.ProbeTimeout / (RetriesFor(open.Reason) + 1);

    private void NoteTime(Open open) => _slow.Answered(open.Target.Id, node.Now - open.Since, FirstPatience(open), node.Now);

    private void Fail(Open open)
    {
        NodeHandle target = open.Target;
        Close(target.Id);
        bool wasLeaf = node.Leafs.Contains(target.Id);
        _failed.Add(new FailedNode(target, node.Now, WasSilent: true, wasLeaf));
        TakeOut(target.Id);
        node.Report(FactKind.NodeFailed, target.Id);

        // Who was told passes nothing on: whoever found out has told all that share the neighbour, and each sees for itself.
        if (wasLeaf && open.Reason != Reason.Hearsay)
        {
            LeafSetProbe news = Compose(ProbePurpose.Announce);
            foreach (NodeHandle member in node.Leafs.Snapshot) node.Send(member, news);
        }

        events.NodeFailed(target, wasLeaf);
        if (_heldBack) AskAgain();
        SettleIfIdle();
    }

    /// <summary>The outermost nodes of a side that lacks some know who follows them (Middleware 2001, section 2.5).</summary>
    private void ProbeShortSide()
    {
        if (node.Leafs.Left.Count < node.Leafs.HalfSize) Probe(node.Leafs.Left.Count > 0 ? node.Leafs.Left[^1] : node.Leafs.Right[^1]);
        if (node.Leafs.Right.Count < node.Leafs.HalfSize) Probe(node.Leafs.Right.Count > 0 ? node.Leafs.Right[^1] : node.Leafs.Left[^1]);
    }

    /// <summary>A node in whose favour others were held back has failed: the outermost, who know all on their sides, are asked once more.</summary>
    private void AskAgain()
    {
        _heldBack = false;
        ProbeOutermost();
    }

    private void ProbeOutermost()
    {
        if (node.Leafs.Left.Count > 0) Probe(node.Leafs.Left[^1]);
        if (node.Leafs.Right.Count > 0) Probe(node.Leafs.Right[^1]);
    }

    private int IndexOf(RingId id)
    {
        for (int i = 0; i < _open.Count; i++)
        {
            if (_open[i].Target.Id == id) return i;
        }

        return -1;
    }

    private void Close(RingId id)
    {
        if (IndexOf(id) is >= 0 and int at) _open.RemoveAt(at);
        if (_open.Count == 0) _open.Capacity = 0;
    }

    private void TakeOut(RingId id)
    {
        node.Leafs.Remove(id);
        node.Table.Remove(id);
        node.Neighbourhood.Remove(id);
        node.Trips.Forget(id);
    }

    private LeafSetProbe Compose(ProbePurpose purpose) =>
        new(purpose, node.IsActive, node.Leafs.Snapshot, _failed.List);

    private readonly record struct Open(NodeHandle Target, int Retries, long Generation, Instant Since, Instant Due, bool Spoke, bool Unreachable, bool IsLate, Reason Reason);

    /// <summary>Why a node is asked.</summary>
    private enum Reason : byte
    {
        /// <summary>It is, or may become, a member of the leaf set.</summary>
        Membership,

        /// <summary>A neighbour says that it failed.</summary>
        Hearsay,

        /// <summary>It was silent towards this node, and is no member.</summary>
        Suspicion,
    }
}
