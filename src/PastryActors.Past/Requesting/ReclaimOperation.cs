using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Quotas;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Requesting;

/// <summary>
/// Releases one object at all of its holders that can be reached. Holders tell the object's k, which may be larger than what was
/// asked at first; then the rest is asked too. Their receipts are verified, and where owners have quotas presented to the owner's ledger. A holder that is down learns of it when it comes back: tombstones travel like replicas.
/// </summary>
internal sealed class ReclaimOperation(PastContext context, RequestDesk desk, ReclaimObject reclaim) : RequestOperation(context, desk, reclaim, reclaim.Object.Key), ILedgerWaiter
{
    // Who is silent gets one more chance; the certificate outlives him otherwise.
    private const int RoundsOfSilence = 2;

    private readonly Panel _panel = new();
    private readonly List<ReclaimReceipt> _receipts = [];
    private int _wanted = context.CandidateCount;
    private int _checking;
    private Reply? _outcome;

    /// <inheritdoc/>
    protected override int NodesWanted => _wanted;

    /// <inheritdoc/>
    public override void Begin()
    {
        Context.Cache.Remove(reclaim.Object);
        if (CertificateRules.Check(reclaim.Certificate) is { } problem) Fail(FailureCode.Invalid, problem);
        else NextRound();
    }

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        _panel.GiveUpOn(peer);
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        Ask(_panel.Ask(nodes));
        WakeAfterAttempt();
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message)
    {
        if (answer is not (ReclaimAnswer or Refused) || !_panel.Note(from.Id, answer)) return;
        if (answer is ReclaimAnswer { Replicas: var replicas }) _wanted = Math.Max(_wanted, Context.CandidateCountFor(replicas));
        if (answer is ReclaimAnswer { Holder: { } holder } && _panel.TryAdd(holder)) Ask([holder]);
        if (answer is ReclaimAnswer { Receipt: { } receipt }) Check(from, receipt);
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void AttemptOver()
    {
        _panel.GiveUp();
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void GiveUp()
    {
        // What was reclaimed is, whether or not it could be credited: who keeps the ledger finds it.
        if (_outcome is not null) Finish(_outcome);
        else Answer();
    }

    /// <inheritdoc/>
    public void Agreed(LedgerAnswer answer) => Finish(_outcome is ObjectReclaimed reclaimed ? reclaimed with { IsCredited = true } : _outcome!);

    /// <inheritdoc/>
    public void NotAgreed(RefusalCode code, string why) => Finish(_outcome!);

    private void Check(NodeHandle from, ReclaimReceipt receipt)
    {
        if (CertificateRules.Check(receipt, reclaim.Object, from.Id) is not null)
        {
            Blame(from);
            return;
        }

        _checking++;
        Context.Verify(new ReceiptCheck(this, from, receipt), CertificateCodec.ClaimOf(receipt));
    }

    private void Checked(NodeHandle from, ReclaimReceipt receipt, bool good)
    {
        _checking--;
        if (good) _receipts.Add(receipt);
        else Blame(from);
        EndRoundIfQuiet();
    }

    private void Ask(List<NodeHandle> nodes)
    {
        foreach (NodeHandle node in nodes) Context.Host.Send(new ReclaimRequest(Id, reclaim.Object, reclaim.Certificate), node);
    }

    private void EndRoundIfQuiet()
    {
        if (!IsOpen || Round == 0 || !_panel.IsQuiet || _checking > 0 || _outcome is not null) return;
        bool askMore = _panel.Members.Count < _wanted && !Context.Host.Leafs.IsWholeRing && Round < Context.Options.RoundsMax;
        bool askAgain = _panel.HasOpenEnds && Round < RoundsOfSilence;
        if (askMore || askAgain) NextRoundAfterPause();
        else Answer();
    }

    private void Answer()
    {
        _outcome = Outcome();
        if (!Context.Options.KeepsLedgers || _receipts.Count == 0 || IsPastDeadline)
        {
            Finish(_outcome);
            return;
        }

        WakeBy(Deadline);
        var request = new LedgerRequest(0, LedgerIntent.Credit, Hash256.Of(reclaim.Certificate.Owner.Span), null, reclaim.Object, reclaim.Certificate, _receipts.ToValueList());
        LedgerRound.Open(Context, request, this);
    }

    private Reply Outcome()
    {
        List<ReclaimAnswer> answers = _panel.Members.Select(m => m.Answer).OfType<ReclaimAnswer>().ToList();
        List<ReclaimAnswer> released = answers.FindAll(a => a.Before is HolderState.Held or HolderState.Pointer);
        if (released.Count > 0) return new ObjectReclaimed(RequestId, released.Count(a => a.Before == HolderState.Held), released.Sum(a => (long)a.BytesReleased), _receipts.ToValueList());
        if (FirstRefusal(RefusalCode.Forbidden) is { } forbidden) return Failure(FailureCode.Forbidden, forbidden);
        if (FirstRefusal(RefusalCode.Invalid) is { } invalid) return Failure(FailureCode.Invalid, invalid);
        if (answers.Exists(a => a.Before == HolderState.Reclaimed)) return Failure(FailureCode.NotFound, "it was reclaimed before");
        if (!_panel.HasOpenEnds && _panel.Members.Count > 0) return Failure(FailureCode.NotFound, $"none of the {_panel.Members.Count} nodes that should hold it does");
        return Failure(IsPastDeadline ? FailureCode.TimedOut : FailureCode.Unreachable, $"{answers.Count} of {_panel.Members.Count} nodes answered, none of them holds it");
    }

    private Failed Failure(FailureCode code, string detail) => new(RequestId, code, detail);

    private string? FirstRefusal(RefusalCode code)
    {
        foreach (Panel.Member member in _panel.Members)
        {
            if (member.Answer is Refused refused && refused.Code == code) return $"node {member.Node.Id}: {refused.Detail}";
        }

        return null;
    }

    private sealed class ReceiptCheck(ReclaimOperation operation, NodeHandle from, ReclaimReceipt receipt) : IWorkWaiter
    {
        public void WorkDone(WorkResult result) => operation.Checked(from, receipt, ((Verified)result).Good);
    }
}
