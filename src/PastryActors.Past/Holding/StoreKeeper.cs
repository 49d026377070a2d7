using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Quotas;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Holding;

/// <summary>
/// Takes in what others ask this node to store. An object goes through three kinds of work: the owner's signature is verified, the
/// object written, the receipt signed. Nothing is answered before the object is durable. Bounded in objects and in bytes.
/// </summary>
internal sealed class StoreKeeper(PastContext context, IRepairs repairs)
{
    private readonly Dictionary<FileId, Admission> _open = [];
    private readonly GivenUpBook _givenUp = new(context.Host);
    private long _contentBytes;

    /// <summary>Store requests being worked on.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Takes a request from an authenticated peer.</summary>
    public void Handle(StoreRequest request, NodeHandle from, ContentRef? content)
    {
        ObjectCertificate certificate = request.Certificate;
        string? problem = context.Check(certificate) ?? CertificateRules.CheckIsObject(certificate) ?? (request.Offer ? null : CertificateRules.CheckContent(certificate, content));
        if (problem is not null)
        {
            context.Host.Report(new Fact(FactKind.MessageRefused, from.Id));
            context.Refuse(from, request.Operation, RefusalCode.Invalid, problem);
            return;
        }

        FileId id = CertificateRules.ObjectOf(certificate);
        if (_givenUp.TryTake(id, from.Id, request.Operation)) return;
        (RefusalCode Code, string Detail)? place = request.Divert ? DiversionObstacle(id, certificate, from) : PlacementObstacle(id, certificate);
        if ((place ?? Obstacle(id, content)) is { } obstacle) context.Refuse(from, request.Operation, obstacle.Code, obstacle.Detail);
        else Admit(id, request, from, content);
    }

    /// <summary>An insert failed elsewhere: what was stored here for it, and for nobody else, goes.</summary>
    public void Handle(Discard discard, NodeHandle from)
    {
        if (_open.TryGetValue(discard.Object, out Admission? admission) && admission.TryAbandon(from.Id, discard.Operation)) return;
        if (context.Unconfirmed.TryTake(discard.Object, from.Id, discard.Operation, out Unconfirmed? entry)) Drop(discard.Object, entry);
        else _givenUp.Note(discard.Object, from.Id, discard.Operation);
    }

    /// <summary>Ends an admission, and frees its place.</summary>
    public void Close(Admission admission)
    {
        _open.Remove(admission.Object);
        context.Changing.Remove(admission.Object);
        _contentBytes -= admission.ContentBytes;
    }

    /// <summary>An object is durable, and these are about to be told.</summary>
    public void Answered(FileId id, Blob owner, long debit, List<(NodeHandle Node, long Operation)> askers, bool alreadyHeld, DivertedReplica? diverted)
    {
        if (!alreadyHeld && askers.Count == 0) Drop(id, new Unconfirmed(default, 0, owner, debit, diverted));
        else if (!alreadyHeld && askers.Count == 1) context.Unconfirmed.Note(id, new Unconfirmed(askers[0].Node.Id, askers[0].Operation, owner, debit, diverted));
        else askers.ForEach(a => context.Unconfirmed.Confirm(id, a.Node.Id, a.Operation));
    }

    /// <summary>The node that a pointer leads to does not have the object: it is to be had from elsewhere.</summary>
    public void PointerLost(FileId id)
    {
        if (context.Catalog.TryGet(id, out CatalogEntry entry) && entry.IsPointer) repairs.Lost(entry, onDisk: true);
    }

    private (RefusalCode Code, string Detail)? PlacementObstacle(FileId id, ObjectCertificate certificate)
    {
        if (!context.Host.IsActive) return (RefusalCode.Busy, "not an active member of the ring");
        if (context.Leaving.IsClosed) return (RefusalCode.NotResponsible, "this node leaves");
        bool near = context.Host.Leafs.RankOf(id.Key) < certificate.Replicas + context.Options.PlacementSlack;
        return near ? null : (RefusalCode.NotResponsible, $"not among the {certificate.Replicas} closest");
    }

    // A node that is one of the k closest itself has a replica of its own to hold; and nobody holds two.
    private (RefusalCode Code, string Detail)? DiversionObstacle(FileId id, ObjectCertificate certificate, NodeHandle from)
    {
        if (!context.Host.IsActive) return (RefusalCode.Busy, "not an active member of the ring");
        if (context.Leaving.IsSelf) return (RefusalCode.NotResponsible, "this node leaves");
        if (context.Responsibility.IsOwn(id.Key, certificate.Replicas)) return (RefusalCode.NotResponsible, $"itself among the {certificate.Replicas} closest");
        if (!context.Catalog.TryGet(id, out CatalogEntry entry)) return null;
        if (entry.IsPointer) return (RefusalCode.Conflict, "a pointer to another holder is here");
        bool taken = entry.State == EntryState.Diverted && entry.Peer != CatalogEntry.PeerOf(from.Id)
            && context.Keepers(id.Key, certificate.Replicas).Exists(n => CatalogEntry.PeerOf(n.Id) == entry.Peer);
        return taken ? (RefusalCode.Conflict, "held for another of the k closest already") : null;
    }

    private (RefusalCode Code, string Detail)? Obstacle(FileId id, ContentRef? content)
    {
        if (context.Catalog.TryGet(id, out CatalogEntry entry) && entry.IsTombstone) return (RefusalCode.Reclaimed, "the owner reclaimed this object; another salt makes another fileId");
        if (_open.ContainsKey(id)) return null;
        if (context.Changing.Contains(id)) return (RefusalCode.Busy, "the object is being changed");
        if (_open.Count < context.Options.AdmissionsMax && _contentBytes + (content?.Length ?? 0) <= context.Options.AdmissionBytesMax) return null;
        context.Host.Report(new Fact(FactKind.Dropped, id.Key, context.Options.AdmissionsMax));
        return (RefusalCode.Busy, $"{_open.Count} objects are being stored");
    }

    private void Admit(FileId id, StoreRequest request, NodeHandle from, ContentRef? content)
    {
        if (_open.TryGetValue(id, out Admission? admission))
        {
            if (!admission.TryJoin(request.Certificate, from, request.Operation, request.Divert)) context.Refuse(from, request.Operation, RefusalCode.Busy, "another insert of this object is under way");
            return;
        }

        bool known = context.Catalog.TryGet(id, out _);
        if (!known && request.Offer)
        {
            context.Refuse(from, request.Operation, RefusalCode.ContentWanted, "");
            return;
        }

        admission = new Admission(context, this, id, request.Certificate, request.Offer ? null : content, request.Offer, request.Divert ? from : null);
        admission.TryJoin(request.Certificate, from, request.Operation, request.Divert);
        _open.Add(id, admission);
        context.Changing.Add(id);
        _contentBytes += admission.ContentBytes;
        admission.Begin(known);
    }

    private void Drop(FileId id, Unconfirmed unconfirmed)
    {
        if (!context.Catalog.TryGet(id, out CatalogEntry entry) || entry.IsTombstone || !context.Changing.Add(id)) return;
        if (unconfirmed.Diverted is { } diverted) context.Host.Send(new Discard(diverted.Operation, id), diverted.Holder);
        context.Unconfirmed.Leaves(id, unconfirmed);
        context.Remove(new Dropping(context, entry, unconfirmed), id);
    }

    private sealed class Dropping(PastContext context, CatalogEntry entry, Unconfirmed unconfirmed) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            context.Changing.Remove(entry.Object);
            context.Unconfirmed.HasLeft(entry.Object);
            if (((StoreChanged)result).Status is not (StoreStatus.Done or StoreStatus.NotFound)) return;
            context.Catalog.Remove(entry.Object);
            if (entry.IsReplica) context.Host.Report(new Fact(FactKind.ReplicaDropped, entry.Object.Key, entry.ContentLength));
            context.RoomChanged();
            // Who was given it meanwhile may hold it: then the debit stands, and those who keep it find out whether it must.
            if (!unconfirmed.IsServed) LedgerRound.Release(context, unconfirmed.Owner, entry.Object, unconfirmed.Debit);
        }
    }
}
