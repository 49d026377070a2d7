using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Repair;

/// <summary>
/// Looks after this node's pointers (SOSP 2001, sections 3.3 and 3.5), a bounded number a period: whether the holder still has the object,
/// and the spare node its pointer; brings objects home when there is room. When a holder fails, what it held is made again at once.
/// </summary>
internal sealed class PointerKeeper(PastContext context, RepairQueue repairs)
{
    private RingId _cursor;
    private bool _isRunning;

    /// <summary>Begins the next round, if the last is over.</summary>
    public void Look()
    {
        if (_isRunning || !context.Host.IsActive || context.Leaving.IsSelf || context.Catalog.PointerCount == 0) return;
        List<CatalogEntry> batch = [];
        foreach (CatalogEntry entry in Pointers(new Arc(_cursor, UInt128.MaxValue)))
        {
            if (context.Changing.Contains(entry.Object)) continue;
            if (batch.Count == context.Options.UpkeepObjectsMax) break;
            batch.Add(entry);
        }

        if (batch.Count == 0) return;
        _cursor = batch[^1].Key.Plus(1);
        _isRunning = true;
        var round = new PointerRound(context, this, batch);
        context.Operations.Open(round);
        round.Begin();
    }

    /// <summary>The round is over.</summary>
    public void Ended() => _isRunning = false;

    /// <summary>A node failed, or is about to leave: its replicas are replaced, and no lookup is sent to it.</summary>
    public void PeerFailed(RingId peer)
    {
        if (!context.Catalog.HasPointersTo(peer)) return;
        uint named = CatalogEntry.PeerOf(peer);
        foreach (CatalogEntry entry in Pointers(Arc.WholeRing).Where(e => e.Peer == named).ToArray()) Lost(entry);
    }

    /// <summary>The holder answered what it has.</summary>
    public void Heard(in CatalogEntry entry, HolderPointer pointer, HolderState state, bool heldForThis)
    {
        NodeHandle holder = pointer.Holder;
        bool own = context.Responsibility.IsOwn(entry.Key, entry.Replicas);
        if (state == HolderState.Reclaimed) repairs.Learn(SyncEntry.Of(entry) with { IsTombstone = true }, holder);
        else if (state is not (HolderState.Held or HolderState.Verified)) Lost(entry);
        else if (!own && !IsSpare(entry)) Forget(entry);
        else if (own && IsAmongClosest(entry, holder)) Lost(entry);
        else if (own && context.Room.Accepts(entry.ContentLength, diverted: false) && repairs.HasTime) repairs.BringHome(entry, holder);
        else if (own && !heldForThis) Claim(entry, pointer);
    }

    /// <summary>A holder that is no neighbour did not answer: nobody else would notice that it failed.</summary>
    public void Silent(in CatalogEntry entry, NodeHandle holder)
    {
        if (context.Host.Leafs.Find(holder.Id) is null) Lost(entry);
    }

    /// <summary>The spare node has no pointer: it is offered one.</summary>
    public void OfferSpare(in CatalogEntry entry, HolderPointer pointer) => SpareKeeper.Offer(context, entry.Object, pointer);

    /// <summary>A pointer leads nowhere, or its record cannot be read: the object is fetched anew if it belongs here.</summary>
    public void Lost(in CatalogEntry entry)
    {
        if (!context.Catalog.TryGet(entry.Object, out CatalogEntry now) || now != entry || context.Changing.Contains(entry.Object)) return;
        if (context.Responsibility.IsOwn(entry.Key, entry.Replicas)) repairs.Lost(entry, onDisk: true);
        else Forget(entry);
    }

    // A spare pointer became one that counts: the holder is asked to hold it for this node, which it refuses if it does so for another.
    private void Claim(in CatalogEntry entry, HolderPointer pointer)
    {
        var diversion = new Diversion(context, entry.Object, pointer.Certificate, null, new Claiming(this, entry));
        context.Operations.Open(diversion);
        diversion.Renew(pointer.Holder);
    }

    private IEnumerable<CatalogEntry> Pointers(Arc arc) => context.Catalog.In(arc.From, _ => KeySpan.Of(arc), pointers: true).Where(e => e.IsPointer);

    private bool IsAmongClosest(in CatalogEntry entry, NodeHandle node) =>
        context.Keepers(entry.Key, entry.Replicas).Exists(n => n.Id == node.Id);

    private bool IsSpare(in CatalogEntry entry) => context.Host.Leafs.RankOf(entry.Key) <= entry.Replicas;

    // Only the pointer: whoever holds the object asks those who should, before it lets it go.
    private void Forget(in CatalogEntry entry)
    {
        if (!context.Catalog.TryGet(entry.Object, out CatalogEntry now) || !now.IsPointer || !context.Changing.Add(entry.Object)) return;
        context.Remove(new Forgetting(context, entry.Object), entry.Object);
    }

    private sealed class Claiming(PointerKeeper keeper, CatalogEntry entry) : IDiverting
    {
        public void Diverted(DivertedReplica replica)
        {
        }

        public void NotDiverted(string why, bool refuted)
        {
            if (refuted) keeper.Lost(entry);
        }
    }

    private sealed class Forgetting(PastContext context, FileId id) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            context.Changing.Remove(id);
            if (((StoreChanged)result).Status is StoreStatus.Done or StoreStatus.NotFound) context.Catalog.Remove(id);
        }
    }
}
