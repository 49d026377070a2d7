using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Holding;

/// <summary>
/// Takes in what others ask this node to store. An object goes through three kinds of work: the owner's signature is verified, the
/// object written, the receipt signed. Nothing is answered before the object is durable. Bounded in objects and in bytes.
/// </summary>
internal sealed class StoreKeeper(PastContext context)
{
    private readonly Dictionary<FileId, Admission> _open = [];
    private long _contentBytes;

    /// <summary>Store requests being worked on.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Takes a request from an authenticated peer.</summary>
    public void Handle(StoreRequest request, NodeHandle from, ContentRef? content)
    {
        ObjectCertificate certificate = request.Certificate;
        string? problem = context.Check(certificate) ?? (request.Offer ? null : CertificateRules.CheckContent(certificate, content));
        if (problem is not null)
        {
            context.Host.Report(new Fact(FactKind.MessageRefused, from.Id));
            context.Refuse(from, request.Operation, RefusalCode.Invalid, problem);
            return;
        }

        FileId id = CertificateRules.ObjectOf(certificate);
        if (Obstacle(id, certificate, content) is { } obstacle) context.Refuse(from, request.Operation, obstacle.Code, obstacle.Detail);
        else Admit(id, request, from, content);
    }

    /// <summary>Ends an admission, and frees its place.</summary>
    public void Close(Admission admission)
    {
        _open.Remove(admission.Object);
        context.Changing.Remove(admission.Object);
        _contentBytes -= admission.ContentBytes;
    }

    private (RefusalCode Code, string Detail)? Obstacle(FileId id, ObjectCertificate certificate, ContentRef? content)
    {
        if (!context.Host.IsActive) return (RefusalCode.Busy, "not an active member of the ring");
        if (context.Host.Leafs.RankOf(id.Key) >= certificate.Replicas + context.Options.PlacementSlack) return (RefusalCode.NotResponsible, $"not among the {certificate.Replicas} closest");
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
            if (!admission.TryJoin(request.Certificate, from, request.Operation)) context.Refuse(from, request.Operation, RefusalCode.Busy, "another insert of this object is under way");
            return;
        }

        bool held = context.Catalog.Holds(id);
        if (!held && request.Offer)
        {
            context.Refuse(from, request.Operation, RefusalCode.ContentWanted, "");
            return;
        }

        admission = new Admission(context, this, id, request.Certificate, request.Offer ? null : content, request.Offer);
        admission.TryJoin(request.Certificate, from, request.Operation);
        _open.Add(id, admission);
        context.Changing.Add(id);
        _contentBytes += admission.ContentBytes;
        admission.Begin(held);
    }
}
