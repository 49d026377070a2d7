using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Repair;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Holding;

/// <summary>Releases objects at their owner's wish: the certificate is compared with that of the object, its signature verified, a tombstone put in the object's place. Bounded like store requests.</summary>
internal sealed class ReclaimKeeper(PastContext context, IRepairs repairs)
{
    private int _open;

    public void Handle(ReclaimRequest request, NodeHandle from)
    {
        context.Cache.Remove(request.Object);
        if (CertificateRules.Check(request.Certificate) is { } problem)
        {
            context.Refuse(from, request.Operation, RefusalCode.Invalid, problem);
        }
        else if (!context.Catalog.TryGet(request.Object, out CatalogEntry entry) || entry.IsTombstone)
        {
            if (entry.IsTombstone) Confirm(entry, request, from);
            else context.Host.Send(new ReclaimAnswer(request.Operation, HolderState.Missing, 0, 0), from);
        }
        else if (_open >= context.Options.AdmissionsMax || !context.Changing.Add(request.Object))
        {
            context.Refuse(from, request.Operation, RefusalCode.Busy, "the object is being changed, or too many are");
        }
        else
        {
            _open++;
            context.Read(new Release(context, repairs, this, entry, request, from), request.Object, metaOnly: true);
        }
    }

    // An owner whose first reclaim was interrupted comes for the receipts.
    private void Confirm(in CatalogEntry tombstone, ReclaimRequest request, NodeHandle from)
    {
        if (_open >= context.Options.AdmissionsMax)
        {
            context.Refuse(from, request.Operation, RefusalCode.Busy, $"{_open} objects are being released");
            return;
        }

        _open++;
        new Receipting(context, this, from, new ReclaimAnswer(request.Operation, HolderState.Reclaimed, tombstone.Replicas, 0)).Begin(request.Object);
    }

    /// <summary>Signs that an object is released, and answers.</summary>
    private sealed class Receipting(PastContext context, ReclaimKeeper keeper, NodeHandle asker, ReclaimAnswer answer) : IWorkWaiter
    {
        private ReclaimReceipt? _receipt;

        public void Begin(FileId id)
        {
            _receipt = new ReclaimReceipt(id, context.NodeKey, new BatchSignature(default, 0, default));
            context.Sign(this, CertificateCodec.DigestOf(_receipt));
        }

        public void WorkDone(WorkResult result)
        {
            keeper._open--;
            context.Host.Send(answer with { Receipt = _receipt! with { Signature = ((Signed)result).Signature } }, asker);
        }
    }

    private sealed class Release(PastContext context, IRepairs repairs, ReclaimKeeper keeper, CatalogEntry entry, ReclaimRequest request, NodeHandle asker) : IWorkWaiter
    {
        private Tombstone? _tombstone;
        private NodeHandle? _holder;

        public void WorkDone(WorkResult result)
        {
            switch (result)
            {
                case StoreGot got: Compare(got); break;
                case Verified verified: Bury(verified.Good); break;
                case StoreChanged changed: Buried(changed.Status); break;
                default: throw new InvalidOperationException($"{result.GetType().Name} is not what a release asked for");
            }
        }

        private void Compare(StoreGot got)
        {
            if (got.Status != StoreStatus.Done || Decode(got.Meta.Span) is not { } held)
            {
                Refuse(RefusalCode.Broken, "the object's certificate cannot be read");
                if (got.Status != StoreStatus.Failed) repairs.Lost(entry, onDisk: got.Status == StoreStatus.Done);
            }
            else if (CertificateRules.CheckReclaim(request.Certificate, held) is { } problem)
            {
                Refuse(RefusalCode.Forbidden, problem);
            }
            else
            {
                _tombstone = new Tombstone(held, request.Certificate);
                context.Verify(this, CertificateCodec.ClaimOf(request.Certificate));
            }
        }

        private ObjectCertificate? Decode(ReadOnlySpan<byte> meta)
        {
            if (!entry.IsPointer) return CertificateCodec.TryDecodeCertificate(meta, out _);
            HolderPointer? pointer = CertificateCodec.TryDecodePointer(meta, out _);
            _holder = pointer?.Holder;
            return pointer?.Certificate;
        }

        private void Bury(bool good)
        {
            if (good) context.Bury(this, entry.Object, _tombstone!);
            else Refuse(RefusalCode.Forbidden, "the reclaim certificate's signature is not its owner's");
        }

        private void Buried(StoreStatus status)
        {
            if (status != StoreStatus.Done)
            {
                Refuse(RefusalCode.Broken, $"the disk answered {status}");
                return;
            }

            context.Changing.Remove(entry.Object);
            context.Catalog.Set(CatalogEntry.TombstoneOf(entry.Object, _tombstone!.Certificate));
            if (entry.IsReplica) context.Host.Report(new Fact(FactKind.ReplicaDropped, entry.Object.Key, entry.ContentLength));
            context.RoomChanged();
            HolderState before = entry.IsPointer ? HolderState.Pointer : HolderState.Held;
            new Receipting(context, keeper, asker, new ReclaimAnswer(request.Operation, before, entry.Replicas, entry.IsPointer ? 0 : entry.ContentLength, _holder)).Begin(entry.Object);
        }

        private void Refuse(RefusalCode code, string detail)
        {
            keeper._open--;
            context.Changing.Remove(entry.Object);
            context.Refuse(asker, request.Operation, code, detail);
        }
    }
}
