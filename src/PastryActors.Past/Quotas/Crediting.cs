using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Quotas;

/// <summary>
/// Credits one reclaimed object: the debit is read, the owner's wish compared with it, and the receipts counted of those nodes that
/// are among the object's closest, for anyone can make up keys. With those of most of its k the debit is buried; it can be credited only once,
/// because a tombstone stays in its place.
/// </summary>
internal sealed class Crediting(PastContext context, LedgerKeeper keeper, CatalogEntry entry, LedgerRequest request, NodeHandle asker)
    : RoundOperation(context, request.Object!.Value.Key, context.Options.AttemptTimeout)
{
    private ObjectCertificate? _debit;

    /// <inheritdoc/>
    protected override int NodesWanted => Context.CandidateCountFor(_debit!.Replicas);

    /// <inheritdoc/>
    public override void Begin() => Context.Read(this, entry.Object, metaOnly: true);

    /// <inheritdoc/>
    public override void WorkDone(WorkResult result)
    {
        switch (result)
        {
            case StoreGot got: Compare(got); break;
            case Verified { Good: true }: Context.Bury(this, entry.Object, new Tombstone(_debit!, request.Reclaim!)); break;
            case Verified: Refuse(RefusalCode.Forbidden, "a signature of the reclaim certificate, or of a receipt, is false"); break;
            case StoreChanged { Status: StoreStatus.Done }: Buried(); break;
            default: Refuse(RefusalCode.Broken, "the disk failed"); break;
        }
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        int replicas = Math.Min(_debit!.Replicas, nodes.Count);
        List<ReclaimReceipt> counted = [];
        foreach (ReclaimReceipt receipt in request.Receipts)
        {
            RingId holder = receipt.HolderId;
            bool counts = nodes.Exists(n => n.Id == holder) && !counted.Exists(r => r.HolderId == holder) && CertificateRules.Check(receipt, request.Object!.Value, holder) is null;
            if (counts) counted.Add(receipt);
        }

        int needed = (replicas / 2) + 1;
        if (counted.Count < needed) Refuse(RefusalCode.Forbidden, $"{counted.Count} reclaim receipts of nodes that should hold the object; {needed} are needed");
        else Context.Verify(this, [CertificateCodec.ClaimOf(request.Reclaim!), .. counted.Select(CertificateCodec.ClaimOf)]);
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message) => Blame(from);

    /// <inheritdoc/>
    protected override void AttemptOver()
    {
    }

    /// <inheritdoc/>
    protected override void GiveUp() => Refuse(RefusalCode.Busy, "the object's nodes could not be found");

    private void Compare(StoreGot got)
    {
        _debit = got.Status == StoreStatus.Done ? CertificateCodec.TryDecodeCertificate(got.Meta.Span, out _) : null;
        if (_debit is null || Context.Check(_debit, entry.Object) is not null) Unreadable(got.Status);
        else if (CertificateRules.CheckReclaim(request.Reclaim!, _debit) is { } problem) Refuse(RefusalCode.Forbidden, problem);
        else if (CertificateRules.ObjectOf(_debit with { IsDebit = false }) != request.Object) Refuse(RefusalCode.Conflict, "another object is debited under this id");
        else NextRound();
    }

    private void Unreadable(StoreStatus status)
    {
        Refuse(RefusalCode.Broken, "the debit cannot be read");
        keeper.Unreadable(entry.Object, status);
    }

    private void Buried()
    {
        Context.Catalog.Set(CatalogEntry.TombstoneOf(entry.Object, _debit!));
        Context.Host.Report(new Fact(FactKind.Credited, entry.Key, entry.Debited));
        End();
        keeper.Answer(request, asker);
    }

    private void Refuse(RefusalCode code, string why)
    {
        if (!IsOpen) return;
        End();
        Context.Refuse(asker, request.Operation, code, why);
    }

    private void End()
    {
        Close();
        Context.Changing.Remove(entry.Object);
        keeper.Closed();
    }
}
