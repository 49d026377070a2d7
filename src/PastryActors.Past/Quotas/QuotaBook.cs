using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Operations;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Quotas;

/// <summary>What an owner's objects may take.</summary>
/// <param name="Bytes">Size times k, over all of them.</param>
/// <param name="ExpiresUnixMilliseconds">When it ends.</param>
internal readonly record struct Quota(long Bytes, long ExpiresUnixMilliseconds)
{
    /// <summary>Of an owner to whom the broker granted nothing.</summary>
    public static readonly Quota None = new(0, long.MaxValue);
}

/// <summary>
/// The quotas of owners: with a broker what its latest grant says, else the same for everybody. Grants are records on this node's disk; those
/// read lately are remembered.
/// </summary>
internal sealed class QuotaBook(PastContext context)
{
    private const int GrantsMax = 4096;

    private readonly Dictionary<FileId, Quota> _grants = [];

    /// <summary>The owner's quota, or the grant that has to be read first.</summary>
    public Quota? Find(RingId ledger, out FileId grant)
    {
        grant = default;
        if (context.Options.Broker.IsEmpty) return new Quota(context.Options.OwnerQuotaBytes, long.MaxValue);
        if (LatestGrant(ledger) is not { } latest) return Quota.None;
        grant = latest;
        return _grants.TryGetValue(latest, out Quota quota) ? quota : null;
    }

    /// <summary>Takes what was read of a grant; null if it is damaged.</summary>
    public Quota? Read(FileId grant, StoreGot got)
    {
        ObjectCertificate? certificate = got.Status == StoreStatus.Done ? CertificateCodec.TryDecodeCertificate(got.Meta.Span, out _) : null;
        if (certificate is null || context.Check(certificate, grant) is not null) return null;
        var quota = new Quota(certificate.FileSize, Ledger.ExpiryOf(certificate));
        if (_grants.Count >= GrantsMax) _grants.Clear();
        return _grants[grant] = quota;
    }

    // Their ids are in the order of their issue, before those of debits.
    private FileId? LatestGrant(RingId ledger)
    {
        FileId? latest = null;
        foreach (CatalogEntry entry in context.Catalog.In(new Arc(ledger, int.MaxValue)))
        {
            if (entry is { Kind: ObjectKind.Grant, State: EntryState.Replica }) latest = entry.Object;
        }

        return latest;
    }
}
