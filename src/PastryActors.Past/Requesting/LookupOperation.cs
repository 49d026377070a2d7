using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Requesting;

/// <summary>
/// Looks one object up. First here, then by a route that ends at the first node that has it; after a miss, or silence, the replica
/// set is asked directly, the nearest first. Who takes too long (<see cref="Haste"/>) is overtaken: another holder is asked as well, and the
/// first good answer counts. Whatever comes is checked: certificate, content, owner's signature. Answers that nobody has it only if
/// all who should have it said so, in two rounds or by the same nodes.
/// </summary>
internal sealed class LookupOperation(PastContext context, RequestDesk desk, LookupObject lookup) : RequestOperation(context, desk, lookup, lookup.Object.Key)
{
    // Two more than would be asked anyway: who is not helped by a third holder is not helped by a fourth.
    private const int OvertakenMax = 2;

    private readonly List<Candidate> _candidates = [];
    private readonly Instant _begunAt = context.Host.Now;
    private int _hops;
    private int _verifying;
    private bool _roundRunning;
    private bool _hasLeftRoute;
    private int _atOnce = context.Options.FetchesAtOnce;
    private int _overtaken;

    private enum Standing : byte
    {
        Known,
        Asked,
        Missing,
        Silent,
        Bad,
    }

    /// <inheritdoc/>
    protected override int NodesWanted => Context.CandidateCount;

    /// <inheritdoc/>
    public override void Begin()
    {
        if (Context.Catalog.TryGet(lookup.Object, out CatalogEntry entry))
        {
            if (entry.IsTombstone) Fail(FailureCode.NotFound, "its owner reclaimed it");
            else StartAsking([Context.Host.Self]);
            return;
        }

        if (Context.Cache.TryUse(lookup.Object, out CachedCopy? copy))
        {
            Context.Host.Report(new Fact(FactKind.CacheHit, lookup.Object.Key));
            Finish(new ObjectFound(RequestId, copy.Certificate, copy.Content ?? Empty(copy.Certificate), Context.Host.Self, 0));
            return;
        }

        Desk.Haste.Began();
        Context.Host.Route(new LookupRequest(Id, lookup.Object), lookup.Object.Key);
        WakeUnlessOvertaken(Context.Host.Now);
    }

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (Find(peer) is { Standing: Standing.Asked } candidate) Settle(candidate, Standing.Silent);
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        foreach (Candidate candidate in _candidates)
        {
            if (candidate.Standing is Standing.Silent) candidate.Standing = Standing.Known;
        }

        StartAsking(nodes);
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message)
    {
        _hops = Math.Max(_hops, HopsOf(answer));
        switch (answer)
        {
            case ObjectAnswer found: Check(from, found, message.Content); break;
            case TombstoneAnswer reclaimed: Check(from, reclaimed.Tombstone); break;
            case LookupMiss miss when CandidateOf(from).Standing != Standing.Bad:
                SetMissing(from);
                _atOnce = Context.Options.FetchesAtOnce + _overtaken;
                StartAsking([.. miss.Candidates]);
                break;
            case FetchMiss miss: Settle(CandidateOf(from), miss.State == HolderState.Missing ? Standing.Missing : Standing.Silent); break;
            case Refused: Settle(CandidateOf(from), Standing.Silent); break;
            default: Blame(from); break;
        }
    }

    /// <inheritdoc/>
    protected override void AttemptOver()
    {
        Instant due = WakesAt;
        foreach (Candidate candidate in _candidates)
        {
            if (candidate.Standing == Standing.Asked && candidate.AskedAt + Context.Options.AttemptTimeout <= due) candidate.Standing = Standing.Silent;
        }

        if (_roundRunning) OvertakeInRound(due);
        else if (due >= _begunAt + Context.Options.AttemptTimeout) NextRound();
        else OvertakeRoute();
    }

    // The routed question stays open: whoever has the object may still be the first. Beside it one holder is asked, and not two.
    private void OvertakeRoute()
    {
        if (!TryOvertake())
        {
            WakeBy(_begunAt + Context.Options.AttemptTimeout);
            return;
        }

        (_hasLeftRoute, _atOnce) = (true, 1);
        NextRound();
    }

    private void OvertakeInRound(Instant due)
    {
        Instant last = _candidates.Max(c => c.AskedAt);
        bool isWaiting = _candidates.Count(c => c.Standing == Standing.Asked) == _atOnce && Nearest() is not null;
        if (isWaiting && Desk.Haste.Delay is { } delay && due >= last + delay && TryOvertake()) _atOnce++;
        AskNext();
    }

    private bool TryOvertake()
    {
        // A node that is behind its own events, and wakes late for it, is slow itself: the answer may wait behind.
        bool isBehind = Context.Host.Now > WakesAt + Context.Options.OvertakeDelayMin;
        if (isBehind || _overtaken == OvertakenMax || Desk.Haste.Delay is null || !Desk.Haste.TryOvertake()) return false;
        _overtaken++;
        Context.Host.Report(new Fact(FactKind.LookupOvertaken, lookup.Object.Key, (long)(Context.Host.Now - _begunAt).TotalMilliseconds));
        return true;
    }

    // When the attempt is over, or before it when somebody may be overtaken.
    private void WakeUnlessOvertaken(Instant askedAt)
    {
        Instant end = askedAt + Context.Options.AttemptTimeout;
        bool mayOvertake = _overtaken < OvertakenMax && Desk.Haste.Delay is { } delay && askedAt + delay > Context.Host.Now;
        WakeBy(mayOvertake && askedAt + Desk.Haste.Delay!.Value < end ? askedAt + Desk.Haste.Delay.Value : end);
    }

    /// <inheritdoc/>
    protected override void GiveUp()
    {
        int silent = _candidates.Count(c => c.Standing is Standing.Silent or Standing.Asked or Standing.Known);
        int bad = _candidates.Count(c => c.Standing == Standing.Bad);
        FailureCode code = bad > 0 && silent == 0 ? FailureCode.BadContent : IsPastDeadline ? FailureCode.TimedOut : FailureCode.Unreachable;
        Fail(code, $"of {_candidates.Count} nodes that may hold it, {silent} did not answer in time and {bad} sent something else");
    }

    private static int HopsOf(PastAnswer answer) => answer switch
    {
        ObjectAnswer found => found.Hops,
        LookupMiss miss => miss.Hops,
        _ => 0,
    };

    private void StartAsking(IEnumerable<NodeHandle> nodes)
    {
        int place = 0;
        foreach (NodeHandle node in nodes)
        {
            bool isLikely = place++ < Context.Options.Replicas;
            if (_candidates.Count < Locate.CountMax && Find(node.Id) is null) _candidates.Add(new Candidate(node) { IsLikely = isLikely });
        }

        _roundRunning = true;
        EndWaitForNodes();
        AskNext();
    }

    private void AskNext()
    {
        int asked = _candidates.Count(c => c.Standing == Standing.Asked);
        while (asked < _atOnce && Nearest() is { } candidate)
        {
            (candidate.Standing, candidate.AskedAt) = (Standing.Asked, Context.Host.Now);
            Context.Host.Send(new FetchRequest(Id, lookup.Object), candidate.Node);
            asked++;
        }

        if (asked > 0) WakeInRound();
        else if (_verifying == 0) EndRound();
    }

    private void WakeInRound()
    {
        Instant first = Instant.Never, last = default;
        foreach (Candidate candidate in _candidates)
        {
            if (candidate.Standing != Standing.Asked) continue;
            if (candidate.AskedAt < first) first = candidate.AskedAt;
            if (candidate.AskedAt > last) last = candidate.AskedAt;
        }

        WakeUnlessOvertaken(last);
        if (first + Context.Options.AttemptTimeout < WakesAt) WakeBy(first + Context.Options.AttemptTimeout);
    }

    // Those closest to the key, who should have it, before those who only may; among them the nearest. A round trip never measured is taken
    // for a long one; this node's own disk is nearest.
    private Candidate? Nearest() => _candidates
        .Where(c => c.Standing == Standing.Known)
        .OrderBy(c => _hasLeftRoute && !c.IsLikely)
        .ThenBy(c => c.Node.Id == Context.Host.Self.Id ? TimeSpan.Zero : Context.Host.RoundTrip(c.Node) ?? TimeSpan.MaxValue)
        .FirstOrDefault();

    private void EndRound()
    {
        _roundRunning = false;
        // A round that was begun in haste is no second look, while the routed question may bring the first.
        bool sure = Round > (_hasLeftRoute ? 1 : 0) && _candidates.TrueForAll(c => c.Standing == Standing.Missing);
        if (sure) Fail(FailureCode.NotFound, $"none of the {_candidates.Count} nodes that should hold it does");
        else if (Round == 0) NextRound();
        else NextRoundAfterPause();
    }

    private void Check(NodeHandle from, ObjectAnswer found, ContentRef? content)
    {
        string? problem = Context.Check(found.Certificate, lookup.Object) ?? CertificateRules.CheckIsObject(found.Certificate) ?? CertificateRules.CheckContent(found.Certificate, content);
        if (problem is not null)
        {
            Blame(from);
            Settle(CandidateOf(from), Standing.Bad);
            return;
        }

        // A holder that was asked straight, because the route ended without the object, is a hop beyond its end.
        int hops = Find(from.Id) is { Standing: Standing.Asked } && from.Id != Context.Host.Self.Id ? _hops + 1 : _hops;
        content ??= Empty(found.Certificate);
        var check = new AnswerCheck(this, from, new ObjectFound(RequestId, found.Certificate, content, from, hops)) { FetchedAt = Context.FetchedAt(found.AgeMilliseconds) };
        Verify(check, CertificateCodec.ClaimOf(found.Certificate));
    }

    private static MemoryContent Empty(ObjectCertificate certificate) => new(ReadOnlyMemory<byte>.Empty, certificate.ContentHash);

    private void Check(NodeHandle from, Tombstone tombstone)
    {
        if (Context.Check(tombstone, lookup.Object) is null)
        {
            Verify(new AnswerCheck(this, from, new Failed(RequestId, FailureCode.NotFound, "its owner reclaimed it")), CertificateCodec.ClaimOf(tombstone.Reclaim));
            return;
        }

        Blame(from);
        Settle(CandidateOf(from), Standing.Bad);
    }

    private void Verify(AnswerCheck check, SignatureClaim claim)
    {
        _verifying++;
        Context.Verify(check, claim);
    }

    private void Checked(NodeHandle from, Reply reply, bool good, Instant fetchedAt)
    {
        _verifying--;
        if (!IsOpen) return;
        if (good)
        {
            if (reply is ObjectFound && from.Id != Context.Host.Self.Id) Desk.Haste.Took(Context.Host.Now - _begunAt);
            if (reply is ObjectFound found && from.Id != Context.Host.Self.Id) Context.Cache.Put(found.Certificate, found.Content, fetchedAt);
            else Context.Cache.Remove(lookup.Object);
            Finish(reply);
            return;
        }

        Blame(from);
        Settle(CandidateOf(from), Standing.Bad);
    }

    private void SetMissing(NodeHandle from)
    {
        if (CandidateOf(from) is { Standing: Standing.Known or Standing.Asked } candidate) candidate.Standing = Standing.Missing;
    }

    private void Settle(Candidate candidate, Standing standing)
    {
        candidate.Standing = standing;
        if (_roundRunning) AskNext();
        else if (_verifying == 0 && Round == 0) NextRound();
    }

    private Candidate? Find(RingId node) => _candidates.Find(c => c.Node.Id == node);

    private Candidate CandidateOf(NodeHandle node)
    {
        if (Find(node.Id) is { } known) return known;
        var candidate = new Candidate(node);
        if (_candidates.Count < Locate.CountMax) _candidates.Add(candidate);
        return candidate;
    }

    /// <summary>A node that may hold what is looked for.</summary>
    private sealed class Candidate(NodeHandle node)
    {
        public NodeHandle Node { get; } = node;

        public Standing Standing { get; set; }

        public Instant AskedAt { get; set; }

        /// <summary>Whether it is among those closest to the key that a usual k makes holders.</summary>
        public bool IsLikely { get; init; }
    }

    private sealed class AnswerCheck(LookupOperation operation, NodeHandle from, Reply reply) : IWorkWaiter
    {
        public Instant FetchedAt { get; init; }

        public void WorkDone(WorkResult result) => operation.Checked(from, reply, ((Verified)result).Good, FetchedAt);
    }
}
