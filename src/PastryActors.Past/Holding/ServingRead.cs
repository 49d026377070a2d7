using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Holding;

/// <summary>For whom an object is read.</summary>
internal enum ReadPurpose : byte
{
    Lookup,
    Fetch,
    Certificate,
    Inspect,
    ReadBack,
}

/// <summary>One read from the disk on behalf of another node. What comes back is checked against its certificate before it leaves: a disk can lie.</summary>
internal sealed class ServingRead(PastContext context, ObjectServer server, CatalogEntry entry, NodeHandle asker, long operation, ReadPurpose purpose, int hops) : IWorkWaiter
{
    public CatalogEntry Entry => entry;

    public NodeHandle Asker => asker;

    public long Operation => operation;

    public ReadPurpose Purpose => purpose;

    /// <summary>The node that a lookup came through last, which wants a copy.</summary>
    public NodeHandle? Previous { get; init; }

    /// <inheritdoc/>
    public void WorkDone(WorkResult result)
    {
        server.ReadDone();
        var got = (StoreGot)result;
        if (got.Status == StoreStatus.Failed) context.Refuse(asker, operation, RefusalCode.Broken, "the disk failed");
        else if (got.Status != StoreStatus.Done) AnswerDamaged(onDisk: false);
        else if (entry.IsTombstone) AnswerTombstone(got);
        else if (entry.IsPointer) AnswerPointer(got);
        else AnswerObject(got);
    }

    private void AnswerObject(StoreGot got)
    {
        ObjectCertificate? certificate = CertificateCodec.TryDecodeCertificate(got.Meta.Span, out _);
        bool good = certificate is not null && context.Check(certificate, entry.Object) is null
            && (purpose is ReadPurpose.Inspect or ReadPurpose.Certificate || CertificateRules.CheckContent(certificate, got.Content) is null);
        if (!good) AnswerDamaged(onDisk: true);
        else if (purpose is ReadPurpose.Inspect or ReadPurpose.ReadBack) Report(purpose == ReadPurpose.ReadBack ? HolderState.Verified : HolderState.Held, certificate, purpose == ReadPurpose.ReadBack ? TimeSpan.Zero : got.VerifiedAgo);
        else AnswerContent(certificate!, got.Content);
    }

    private void AnswerContent(ObjectCertificate certificate, ContentRef? content)
    {
        if (purpose == ReadPurpose.Lookup) context.Host.Report(new Fact(FactKind.LookupServed, entry.Object.Key, hops));
        Lane lane = purpose == ReadPurpose.Certificate ? Lane.Control : Lane.Bulk;
        context.Host.Send(new ObjectAnswer(operation, certificate, hops), asker, lane, purpose == ReadPurpose.Certificate ? null : content);
        CacheKeeper.SendCopy(context, Previous, asker, certificate, content, ageMilliseconds: 0);
    }

    private void AnswerPointer(StoreGot got)
    {
        HolderPointer? pointer = CertificateCodec.TryDecodePointer(got.Meta.Span, out _);
        if (pointer is null || context.Check(pointer.Certificate, entry.Object) is not null) AnswerDamaged(onDisk: true);
        else if (purpose is ReadPurpose.Inspect or ReadPurpose.ReadBack) context.Host.Send(new InspectReport(operation, HolderState.Pointer, pointer.Certificate, pointer.Holder), asker);
        else if (purpose == ReadPurpose.Lookup) server.Miss(entry.Object, asker, operation, hops, [pointer.Holder]);
        else context.Host.Send(new LookupMiss(operation, [pointer.Holder], 0), asker);
    }

    private void AnswerTombstone(StoreGot got)
    {
        Tombstone? tombstone = CertificateCodec.TryDecodeTombstone(got.Meta.Span, out _);
        if (tombstone is null || context.Check(tombstone, entry.Object) is not null) AnswerDamaged(onDisk: true);
        else if (purpose is ReadPurpose.Inspect or ReadPurpose.ReadBack) Report(HolderState.Reclaimed, tombstone.Certificate);
        else context.Host.Send(new TombstoneAnswer(operation, tombstone), asker);
    }

    private void AnswerDamaged(bool onDisk)
    {
        server.Damaged(entry, onDisk);
        if (purpose == ReadPurpose.Lookup) server.Miss(entry.Object, asker, operation, hops, default);
        else if (purpose is ReadPurpose.Fetch or ReadPurpose.Certificate) context.Host.Send(new FetchMiss(operation, HolderState.Damaged), asker);
        else Report(HolderState.Damaged, null);
    }

    private void Report(HolderState state, ObjectCertificate? certificate, TimeSpan? verifiedAgo = null) =>
        context.Host.Send(new InspectReport(operation, state, certificate, VerifiedAgo: verifiedAgo), asker);
}
