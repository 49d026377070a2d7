using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Quotas;

/// <summary>Asks those who should have a debited object whether they do. If none has it and one says that it was reclaimed, that one is asked for the proof.</summary>
internal sealed class DebitLook(PastContext context, LedgerUpkeep upkeep, CatalogEntry entry, ObjectCertificate debit)
    : RoundOperation(context, CertificateRules.ObjectOf(debit with { IsDebit = false }).Key, 2 * context.Options.AttemptTimeout)
{
    private readonly FileId _object = CertificateRules.ObjectOf(debit with { IsDebit = false });
    private readonly HashSet<RingId> _asked = [];
    private NodeHandle? _witness;
    private ReclaimCertificate? _reclaim;
    private bool _isHeld;

    /// <inheritdoc/>
    protected override int NodesWanted => Context.CandidateCountFor(debit.Replicas);

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (_asked.Contains(peer)) Unsure();
    }

    /// <inheritdoc/>
    public override void WorkDone(WorkResult result)
    {
        if (!IsOpen) return;
        if (result is not Verified { Good: true })
        {
            Unsure();
            return;
        }

        Close();
        upkeep.IsReclaimed(entry, debit, _reclaim!);
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        WakeAfterAttempt();
        foreach (NodeHandle node in nodes)
        {
            _asked.Add(node.Id);
            Context.Host.Send(new HoldQuery(Id, [_object]), node);
        }
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message)
    {
        if (answer is TombstoneAnswer proof && from.Id == _witness?.Id && _asked.Count == 0) Check(proof.Tombstone);
        else if (!_asked.Remove(from.Id)) return;
        else if (answer is not HoldReport report) Unsure();
        else Take(from, report.StateOf(0));
    }

    /// <inheritdoc/>
    protected override void AttemptOver() => Unsure();

    /// <inheritdoc/>
    protected override void GiveUp() => Unsure();

    private void Take(NodeHandle from, HolderState state)
    {
        if (state == HolderState.Reclaimed) _witness = from;
        else if (state != HolderState.Missing) _isHeld = true;
        if (_asked.Count > 0) return;
        if (_isHeld) End(isCertain: true);
        else if (_witness is not null) AskForProof(_witness);
        else Nowhere();
    }

    private void AskForProof(NodeHandle witness)
    {
        WakeAfterAttempt();
        Context.Host.Send(new FetchRequest(Id, _object, CertificateOnly: true), witness);
    }

    private void Check(Tombstone tombstone)
    {
        if (Context.Check(tombstone, _object) is not null)
        {
            Blame(_witness!);
            Unsure();
            return;
        }

        _reclaim = tombstone.Reclaim;
        Context.Verify(this, CertificateCodec.ClaimOf(tombstone.Reclaim));
    }

    private void Nowhere()
    {
        Close();
        upkeep.IsNowhere(entry);
    }

    private void Unsure() => End(isCertain: false);

    private void End(bool isCertain)
    {
        if (!IsOpen) return;
        Close();
        upkeep.Stands(entry, isCertain);
    }
}
