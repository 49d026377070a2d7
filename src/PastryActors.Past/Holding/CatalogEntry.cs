using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Holding;

/// <summary>One object of the catalog, packed into 32 bytes: a node may hold a million.</summary>
internal readonly record struct CatalogEntry
{
    // Not a FileId: its 128-bit half would be aligned to 16 bytes, and the entry take 48.
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly uint _tail;

    /// <param name="id">Its id.</param>
    /// <param name="contentLength">Bytes of its content; zero for a tombstone.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="replicas">Its k.</param>
    /// <param name="isTombstone">Whether only the note is here that its owner reclaimed it.</param>
    public CatalogEntry(FileId id, int contentLength, ObjectKind kind, byte replicas, bool isTombstone)
    {
        (_high, _low, _tail) = ((ulong)(id.Key.Value >> 64), (ulong)id.Key.Value, id.Tail);
        (ContentLength, Kind, Replicas, IsTombstone) = (contentLength, kind, replicas, isTombstone);
    }

    public FileId Object => new(Key, _tail);

    public RingId Key => new(new UInt128(_high, _low));

    public int ContentLength { get; }

    public ObjectKind Kind { get; }

    public byte Replicas { get; }

    public bool IsTombstone { get; }

    /// <summary>The entry of an object that its certificate describes.</summary>
    public static CatalogEntry Of(FileId id, ObjectCertificate certificate) => new(id, certificate.ContentLength, certificate.Kind, (byte)certificate.Replicas, false);

    /// <summary>The entry that remains when the object is reclaimed.</summary>
    public static CatalogEntry TombstoneOf(FileId id, ObjectCertificate certificate) => new(id, 0, certificate.Kind, (byte)certificate.Replicas, true);

    /// <summary>The 64 bits that the store keeps: kind, k and whether it is a tombstone, a byte each from the lowest.</summary>
    public ulong Tag => (ulong)Kind | ((ulong)Replicas << 8) | (IsTombstone ? 1UL << 16 : 0);

    /// <summary>Reads an entry from the store; null for a tag that nobody wrote.</summary>
    public static CatalogEntry? From(in StoreEntry stored)
    {
        var kind = (ObjectKind)(byte)stored.Tag;
        var replicas = (byte)(stored.Tag >> 8);
        bool known = stored.Tag >> 17 == 0 && kind is >= ObjectKind.File and <= ObjectKind.TreeNode && replicas >= 1 && stored.ContentLength >= 0;
        return known ? new CatalogEntry(stored.Object, stored.ContentLength, kind, replicas, (stored.Tag >> 16 & 1) != 0) : null;
    }
}
