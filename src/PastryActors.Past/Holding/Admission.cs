using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Quotas;

namespace PastryActors.Past.Holding;

/// <summary>
/// One object on its way to the disk, and all who asked for it meanwhile. Each result of work leads to the next piece, the last to the
/// receipt. Where there is no room, the object goes to a neighbour and a pointer to the disk.
/// </summary>
/// <param name="divertFor">The node in whose place it is held; null where this node is one of the k closest.</param>
internal sealed class Admission(PastContext context, StoreKeeper keeper, FileId id, ObjectCertificate certificate, ContentRef? content, bool offer, NodeHandle? divertFor) : IWorkWaiter, IDiverting, ILedgerWaiter
{
    private const int AskersMax = 16;

    private readonly List<(NodeHandle Node, long Operation)> _askers = [];
    private StoreReceipt? _receipt;
    private DivertedReplica? _diverted;
    private bool _alreadyHeld;
    private bool _isReserved;
    private long _debit;

    public FileId Object => id;

    /// <summary>Bytes that it keeps in memory.</summary>
    public int ContentBytes => content?.Length ?? 0;

    private bool IsDiverted => divertFor is not null;

    /// <summary>Adds someone who wants a receipt for the very same object. False for another object of the same id, or too many.</summary>
    public bool TryJoin(ObjectCertificate other, NodeHandle asker, long operation, bool divert)
    {
        if (divert != IsDiverted || (divert && divertFor!.Id != asker.Id) || !IsSame(other)) return false;
        if (_askers.Contains((asker, operation))) return true;
        if (_askers.Count == AskersMax) return false;
        _askers.Add((asker, operation));
        return true;
    }

    /// <summary>Someone who asked wants it no more. False if he has not asked.</summary>
    public bool TryAbandon(RingId asker, long operation) => _askers.RemoveAll(a => a.Node.Id == asker && a.Operation == operation) > 0;

    /// <summary>Starts: what is here already is compared, anything else is checked.</summary>
    public void Begin(bool known)
    {
        if (known) context.Read(this, id, metaOnly: true);
        else Verify();
    }

    /// <inheritdoc/>
    public void WorkDone(WorkResult result)
    {
        switch (result)
        {
            case StoreGot got: Compare(got); break;
            case Verified verified: Place(verified.Good); break;
            case StoreChanged changed: Written(changed.Status); break;
            case Signed signed: Answer(signed.Signature); break;
            default: throw new InvalidOperationException($"{result.GetType().Name} is not what an admission asked for");
        }
    }

    /// <inheritdoc/>
    public void Agreed(LedgerAnswer answer)
    {
        _debit = answer.Operation;
        Place(good: true);
    }

    /// <inheritdoc/>
    public void NotAgreed(RefusalCode code, string why) => Refuse(code, why);

    /// <inheritdoc/>
    public void Diverted(DivertedReplica replica)
    {
        bool renewed = _alreadyHeld;
        _diverted = replica;
        if (renewed) Sign(certificate.ContentHash);
        else context.WritePointer(this, id, new HolderPointer(certificate, replica.Holder));
    }

    /// <inheritdoc/>
    public void NotDiverted(string why, bool refuted)
    {
        if (!_alreadyHeld)
        {
            context.Host.Report(new Fact(FactKind.NoRoom, id.Key, certificate.ContentLength));
            Refuse(RefusalCode.Full, $"{context.Room.Refusal(certificate.ContentLength, diverted: false)}; nor would a neighbour hold it: {why}");
            return;
        }

        // A pointer that leads nowhere goes, and the object is fetched from another holder; the asker is to come back.
        Refuse(RefusalCode.Busy, "the node that holds it for this one does not answer for it");
        if (refuted) keeper.PointerLost(id);
    }

    private bool IsSame(ObjectCertificate other) =>
        other.ContentHash == certificate.ContentHash && other.Owner == certificate.Owner && other.Replicas == certificate.Replicas && other.Kind == certificate.Kind;

    private void Compare(StoreGot got)
    {
        bool isPointer = context.Catalog.TryGet(id, out CatalogEntry entry) && entry.IsPointer;
        HolderPointer? pointer = isPointer && got.Status == StoreStatus.Done ? CertificateCodec.TryDecodePointer(got.Meta.Span, out _) : null;
        ObjectCertificate? held = pointer?.Certificate ?? (got.Status == StoreStatus.Done && !isPointer ? CertificateCodec.TryDecodeCertificate(got.Meta.Span, out _) : null);
        if (held is not null && !IsSame(held))
        {
            Refuse(RefusalCode.Conflict, held.ContentHash == certificate.ContentHash ? $"held already with k = {held.Replicas}" : "another object of this id is held");
        }
        else if (held is not null)
        {
            _alreadyHeld = true;
            if (pointer is not null) Divert().Renew(pointer.Holder);
            else Stored(held);
        }
        else if (got.Status == StoreStatus.Failed)
        {
            Refuse(RefusalCode.Broken, "the disk failed");
        }
        else
        {
            // What the catalog promised is not there: the bytes at hand take its place.
            context.Host.Report(new Fact(FactKind.ReplicaDamaged, id.Key));
            context.Catalog.Remove(id);
            Verify();
        }
    }

    private void Verify()
    {
        if (offer) Refuse(RefusalCode.ContentWanted, "");
        else context.Verify(this, CertificateCodec.ClaimOf(certificate));
    }

    private void Place(bool good)
    {
        if (!good) Refuse(RefusalCode.Invalid, "the certificate's signature is not its owner's");
        else if (!context.Room.Accepts(certificate.ContentLength, IsDiverted)) NoRoomHere();
        else if (context.Options.KeepsLedgers && _debit == 0) Debit();
        else Write();
    }

    // Whoever inserts may lie: every node that stores asks the owner's ledger itself. The node that holds it for another does so, too.
    private void Debit() => LedgerRound.Open(context, new LedgerRequest(0, LedgerIntent.Debit, Hash256.Of(certificate.Owner.Span), certificate with { IsDebit = true }), this);

    private void Write()
    {
        context.Room.Reserve(certificate.ContentLength);
        _isReserved = true;
        context.Write(this, EntryOf(certificate), CertificateCodec.Encode(certificate), content);
    }

    private void NoRoomHere()
    {
        if (IsDiverted) Refuse(RefusalCode.Full, context.Room.Refusal(certificate.ContentLength, diverted: true));
        else Divert().Begin();
    }

    private Diversion Divert()
    {
        var diversion = new Diversion(context, id, certificate, content, this);
        context.Operations.Open(diversion);
        return diversion;
    }

    private CatalogEntry EntryOf(ObjectCertificate held) => divertFor is null ? CatalogEntry.Of(id, held) : CatalogEntry.DivertedOf(id, held, divertFor.Id);

    private void Written(StoreStatus status)
    {
        if (_isReserved) context.Room.Release(certificate.ContentLength);
        _isReserved = false;
        switch (status)
        {
            case StoreStatus.Done when _diverted is not null: Pointed(); break;
            case StoreStatus.Done:
                context.Host.Report(new Fact(FactKind.ReplicaStored, id.Key, certificate.ContentLength));
                Stored(certificate);
                break;
            case StoreStatus.Exists when !_alreadyHeld:
                // The catalog did not know: what lies there is compared like any other; a second surprise is not looked into.
                _alreadyHeld = true;
                context.Read(this, id, metaOnly: true);
                break;
            case StoreStatus.Full when _diverted is null: NoRoomHere(); break;
            default:
                if (_diverted is not null) context.Host.Send(new Discard(_diverted.Operation, id), _diverted.Holder);
                Refuse(status == StoreStatus.Full ? RefusalCode.Full : RefusalCode.Broken, $"the disk answered {status}");
                break;
        }
    }

    private void Pointed()
    {
        context.Catalog.Set(CatalogEntry.PointerOf(id, certificate, _diverted!.Holder.Id));
        context.Cache.Remove(id);
        context.Host.Report(new Fact(FactKind.ReplicaDiverted, id.Key, certificate.ContentLength));
        SpareKeeper.Offer(context, id, new HolderPointer(certificate, _diverted.Holder));
        Sign(certificate.ContentHash);
    }

    private void Stored(ObjectCertificate held)
    {
        context.Catalog.Set(EntryOf(held));
        context.Cache.Remove(id);
        context.RoomChanged();
        Sign(held.ContentHash);
    }

    private void Sign(Hash256 contentHash)
    {
        _receipt = new StoreReceipt(id, contentHash, context.NodeKey, _diverted?.Holder.Id, new BatchSignature(default, 0, default));
        context.Sign(this, CertificateCodec.DigestOf(_receipt));
    }

    private void Answer(BatchSignature signature)
    {
        StoreReceipt receipt = _receipt! with { Signature = signature };
        keeper.Close(this);
        keeper.Answered(id, certificate.Owner, _debit, _askers, _alreadyHeld, _diverted);
        foreach ((NodeHandle node, long operation) in _askers) context.Host.Send(new StoreAnswer(operation, receipt, _alreadyHeld, _diverted?.Receipt), node);
    }

    private void Refuse(RefusalCode code, string detail)
    {
        keeper.Close(this);
        if (code == RefusalCode.Full) LedgerRound.Release(context, certificate.Owner, id, _debit);
        foreach ((NodeHandle node, long operation) in _askers) context.Host.Send(new Refused(operation, code, detail, code == RefusalCode.Full ? context.Room.FreeBytes : 0), node);
    }
}
