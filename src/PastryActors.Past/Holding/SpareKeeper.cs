using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Holding;

/// <summary>
/// Spare pointers (SOSP 2001, section 3.3: C -> B): the node next to the k closest knows, too, where a diverted replica is, and is one
/// of the k itself should the node fail that diverted it. Offered, never answered; who looks after pointers offers again.
/// </summary>
internal sealed class SpareKeeper(PastContext context)
{
    private int _open;

    /// <summary>Offers a pointer to the node next to the k closest.</summary>
    public static void Offer(PastContext context, FileId id, HolderPointer pointer)
    {
        if (NodeFor(context, id, pointer.Certificate.Replicas) is { } spare && spare.Id != pointer.Holder.Id)
            context.Host.Send(new PointerOffer(0, pointer.Certificate, pointer.Holder), spare);
    }

    /// <summary>The node that should have a spare pointer; null if that is this node, or none is there.</summary>
    public static NodeHandle? NodeFor(PastContext context, FileId id, int replicas)
    {
        List<NodeHandle> closest = context.Host.Leafs.ReplicaSet(id.Key, replicas + 1);
        return closest.Count > replicas && closest[replicas].Id != context.Host.Self.Id ? closest[replicas] : null;
    }

    public void Handle(PointerOffer offer, NodeHandle from)
    {
        if (context.Check(offer.Certificate) is not null || offer.Certificate.IsLedgerEntry() || offer.Holder.Id == context.Host.Self.Id)
        {
            context.Host.Report(new Fact(FactKind.MessageRefused, from.Id));
            return;
        }

        FileId id = CertificateRules.ObjectOf(offer.Certificate);
        bool near = context.Host.Leafs.RankOf(id.Key) <= offer.Certificate.Replicas + context.Options.PlacementSlack;
        if (!near || !context.Host.IsActive || context.Catalog.TryGet(id, out _) || _open >= context.Options.AdmissionsMax || !context.Changing.Add(id)) return;
        _open++;
        context.Verify(new Taking(context, this, id, new HolderPointer(offer.Certificate, offer.Holder)), CertificateCodec.ClaimOf(offer.Certificate));
    }

    private sealed class Taking(PastContext context, SpareKeeper keeper, FileId id, HolderPointer pointer) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            if (result is Verified { Good: true })
            {
                context.WritePointer(this, id, pointer);
                return;
            }

            keeper._open--;
            context.Changing.Remove(id);
            if (result is StoreChanged { Status: StoreStatus.Done }) context.Catalog.Set(CatalogEntry.PointerOf(id, pointer.Certificate, pointer.Holder.Id));
        }
    }
}
