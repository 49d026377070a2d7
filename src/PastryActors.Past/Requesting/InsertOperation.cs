using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Requesting;

/// <summary>
/// Inserts one object: sends it to the k closest nodes at once, checks each receipt, and succeeds with k of them from k distinct
/// nodes (SOSP 2001, section 2.2). Who is silent or says that it is not responsible is asked again, or replaced, in the next round.
/// </summary>
internal sealed class InsertOperation(PastContext context, RequestDesk desk, InsertObject insert)
    : RequestOperation(context, desk, insert, CertificateRules.ObjectOf(insert.Certificate).Key)
{
    private readonly FileId _object = CertificateRules.ObjectOf(insert.Certificate);
    private readonly List<Target> _targets = [];
    private bool _offer = insert.OfferFirst;

    private enum Standing : byte
    {
        Asked,
        Verifying,
        Confirmed,
        Silent,
        Busy,
        Refused,
        Forged,
    }

    /// <inheritdoc/>
    protected override int NodesWanted => insert.Certificate.Replicas;

    private int ConfirmedCount => _targets.Count(t => t.Standing == Standing.Confirmed);

    /// <inheritdoc/>
    public override void Begin()
    {
        string? problem = Context.Check(insert.Certificate) ?? CertificateRules.CheckIsObject(insert.Certificate) ?? CertificateRules.CheckContent(insert.Certificate, insert.Content);
        if (problem is null) NextRound();
        else Fail(FailureCode.Invalid, problem);
    }

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (Find(peer) is { Standing: Standing.Asked } target) Settle(target, Standing.Silent, "failed");
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        if (nodes.Count < NodesWanted)
        {
            if (wholeRing) Fail(FailureCode.Invalid, $"k = {NodesWanted} but the ring has {(nodes.Count == 1 ? "1 node" : $"{nodes.Count} nodes")}");
            else NextRoundAfterPause();
            return;
        }

        WakeAfterAttempt();
        foreach (NodeHandle node in nodes)
        {
            Target? known = Find(node.Id);
            if (known is { Standing: Standing.Confirmed or Standing.Verifying }) continue;
            if (known is not null) _targets.Remove(known);
            var target = new Target(node);
            _targets.Add(target);
            Ask(target, _offer);
        }

        // Only the first round may be an offer: a later one repairs what went wrong, and a round trip more would not help.
        _offer = false;
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message)
    {
        if (Find(from.Id) is not { Standing: not (Standing.Confirmed or Standing.Verifying) } target) return;
        if (answer is StoreAnswer stored) Check(target, stored);
        else if (answer is Refused refused) TakeRefusal(target, refused);
        else Blame(from);
    }

    /// <inheritdoc/>
    protected override void AttemptOver()
    {
        NoteSilence();
        NextRound();
    }

    /// <inheritdoc/>
    protected override void GiveUp()
    {
        NoteSilence();
        Target? worst = _targets.OrderByDescending(t => t.Standing).FirstOrDefault(t => t.Standing > Standing.Confirmed);
        string told = worst is null ? "the replica set could not be found" : $"node {worst.Node.Id} {worst.Why}";
        string detail = $"{ConfirmedCount} of {NodesWanted} receipts in {Math.Min(Round, Context.Options.RoundsMax)} rounds: {told}";
        // Who lies will again: what the others stored is of no use under this fileId.
        if (worst is { Standing: Standing.Forged }) GiveBack(FailureCode.BadReceipt, detail);
        else Fail(CodeOf(worst?.Standing), detail);
    }

    private void NoteSilence()
    {
        foreach (Target target in _targets)
        {
            if (target.Standing == Standing.Asked) (target.Standing, target.Why) = (Standing.Silent, $"did not answer within {Context.Options.AttemptTimeout.TotalSeconds:0.#} s");
        }
    }

    private FailureCode CodeOf(Standing? worst)
    {
        if (IsPastDeadline) return FailureCode.TimedOut;
        return worst is Standing.Busy ? FailureCode.Busy : FailureCode.Unreachable;
    }

    private void Ask(Target target, bool offer)
    {
        (target.Standing, target.Offered) = (Standing.Asked, offer);
        var request = new StoreRequest(Id, insert.Certificate, offer);
        if (offer) Context.Host.Send(request, target.Node);
        else Context.Host.Send(request, target.Node, Lane.Bulk, insert.Content);
    }

    private void Check(Target target, StoreAnswer stored)
    {
        if (Problem(target, stored) is { } problem)
        {
            Blame(target.Node);
            Settle(target, Standing.Forged, $"sent a wrong receipt: {problem}");
            return;
        }

        (target.Standing, target.Receipt, target.AlreadyHeld) = (Standing.Verifying, stored.Receipt, stored.AlreadyHeld);
        SignatureClaim own = CertificateCodec.ClaimOf(stored.Receipt);
        if (stored.HolderReceipt is { } holder) Context.Verify(new ReceiptCheck(this, target), own, CertificateCodec.ClaimOf(holder));
        else Context.Verify(new ReceiptCheck(this, target), own);
    }

    // A receipt that names another holder is worth what that holder's own says; and no holder counts twice.
    private string? Problem(Target target, StoreAnswer stored)
    {
        StoreReceipt receipt = stored.Receipt;
        if (CertificateRules.Check(receipt, _object, insert.Certificate.ContentHash, target.Node.Id) is { } problem) return problem;
        if (receipt.Diverted != stored.HolderReceipt is not null) return "the holder's own receipt is missing, or is too many";
        if (stored.HolderReceipt is not { } held) return null;
        return held.Diverted
            ? "a holder cannot divert further"
            : CertificateRules.Check(held, _object, insert.Certificate.ContentHash, receipt.DivertedTo!.Value);
    }

    private bool IsCounted(Target target) =>
        _targets.Exists(t => t != target && t.Standing is Standing.Confirmed && t.HolderId == target.HolderId);

    private void ReceiptChecked(Target target, bool good)
    {
        if (!IsOpen) return;
        if (!good)
        {
            Blame(target.Node);
            Settle(target, Standing.Forged, "sent a receipt with a false signature");
            return;
        }

        if (IsCounted(target))
        {
            Settle(target, Standing.Busy, "has its replica where another of the replicas is");
            return;
        }

        target.Standing = Standing.Confirmed;
        if (ConfirmedCount < NodesWanted) EndRoundIfQuiet();
        else Succeed();
    }

    private void Succeed()
    {
        List<Target> confirmed = _targets.FindAll(t => t.Standing == Standing.Confirmed);
        ValueList<StoreReceipt> receipts = confirmed.Select(t => t.Receipt!).ToValueList();
        Context.Cache.Put(insert.Certificate, insert.Content, Context.Host.Now);
        Finish(new ObjectInserted(RequestId, receipts, confirmed.Count(t => t.AlreadyHeld)));
    }

    private void TakeRefusal(Target target, Refused refused)
    {
        string who = $"node {target.Node.Id}: {refused.Detail}";
        switch (refused.Code)
        {
            case RefusalCode.ContentWanted when target.Offered: Ask(target, offer: false); break;
            case RefusalCode.Conflict: GiveBack(FailureCode.Exists, who); break;
            case RefusalCode.Reclaimed or RefusalCode.Forbidden: GiveBack(FailureCode.Forbidden, who); break;
            case RefusalCode.Full: GiveBack(FailureCode.Full, who); break;
            case RefusalCode.OverQuota: GiveBack(FailureCode.OverQuota, who); break;
            case RefusalCode.Invalid: GiveBack(FailureCode.Invalid, who); break;
            case RefusalCode.Busy: Settle(target, Standing.Busy, $"is busy: {refused.Detail}"); break;
            default: Settle(target, Standing.Refused, $"refused: {refused.Detail}"); break;
        }
    }

    // Fails at once, and lets go what the others stored for nothing: each knows whether it did so for this insert alone.
    private void GiveBack(FailureCode code, string detail)
    {
        foreach (Target target in _targets) Context.Host.Send(new Discard(Id, _object), target.Node);
        Fail(code, detail);
    }

    private void Settle(Target target, Standing standing, string why)
    {
        (target.Standing, target.Why) = (standing, why);
        EndRoundIfQuiet();
    }

    private void EndRoundIfQuiet()
    {
        if (!_targets.Exists(t => t.Standing is Standing.Asked or Standing.Verifying)) NextRoundAfterPause();
    }

    private Target? Find(RingId node) => _targets.Find(t => t.Node.Id == node);

    private sealed class Target(NodeHandle node)
    {
        public NodeHandle Node { get; } = node;

        public Standing Standing { get; set; }

        public string Why { get; set; } = "";

        public StoreReceipt? Receipt { get; set; }

        /// <summary>The node on whose disk the replica is, by the receipt.</summary>
        public RingId HolderId => Receipt?.DivertedTo ?? Node.Id;

        public bool AlreadyHeld { get; set; }

        /// <summary>Whether it was asked without the content: only then may it ask for that, or it could have a chunk sent for ever.</summary>
        public bool Offered { get; set; }
    }

    private sealed class ReceiptCheck(InsertOperation insert, Target target) : IWorkWaiter
    {
        public void WorkDone(WorkResult result) => insert.ReceiptChecked(target, ((Verified)result).Good);
    }
}
