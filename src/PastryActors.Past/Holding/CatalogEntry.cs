using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Holding;

/// <summary>One object of the catalog, in 32 bytes: a million take 45 MB.</summary>
/// <param name="Object">Its id.</param>
/// <param name="ContentLength">Bytes of its content; zero for a tombstone.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Replicas">Its k.</param>
/// <param name="IsTombstone">Whether only the note is here that its owner reclaimed it.</param>
internal readonly record struct CatalogEntry(FileId Object, int ContentLength, ObjectKind Kind, byte Replicas, bool IsTombstone)
{
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
