using System.Numerics;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Holding;

/// <summary>What the catalog has of an object.</summary>
internal enum EntryState : byte
{
    /// <summary>The object itself.</summary>
    Replica = 0,

    /// <summary>The note that its owner reclaimed it.</summary>
    Tombstone = 1,

    /// <summary>A pointer to the node that holds it, because there was no room here (SOSP 2001, section 3.3).</summary>
    Pointer = 2,

    /// <summary>The object itself, held for a node that had no room: the replica that a pointer leads to.</summary>
    Diverted = 3,
}

/// <summary>One object of the catalog, packed into 32 bytes: a node may hold a million.</summary>
internal readonly record struct CatalogEntry
{
    // Not a FileId: its 128-bit half would be aligned to 16 bytes, and the entry take 48.
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly uint _tail;

    /// <param name="id">Its id.</param>
    /// <param name="contentLength">Bytes of its content; zero for a tombstone, for a pointer the least power of two that is not below it.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="replicas">Its k.</param>
    /// <param name="state">What of it is here.</param>
    /// <param name="peer">For a pointer, which node holds it; for a diverted replica, for which: <see cref="PeerOf"/>.</param>
    public CatalogEntry(FileId id, int contentLength, ObjectKind kind, byte replicas, EntryState state, uint peer = 0)
    {
        (_high, _low, _tail) = ((ulong)(id.Key.Value >> 64), (ulong)id.Key.Value, id.Tail);
        (ContentLength, Kind, Replicas, State, Peer) = (contentLength, kind, replicas, state, peer);
    }

    public FileId Object => new(Key, _tail);

    public RingId Key => new(new UInt128(_high, _low));

    public int ContentLength { get; }

    /// <summary>The first 32 bits of the other node's id: enough to know it again within a leaf set. The record on disk has all of it. For a debit the amount.</summary>
    public uint Peer { get; }

    public ObjectKind Kind { get; }

    public byte Replicas { get; }

    public EntryState State { get; }

    public bool IsTombstone => State == EntryState.Tombstone;

    public bool IsPointer => State == EntryState.Pointer;

    /// <summary>Whether it belongs to an owner's ledger, and is no object.</summary>
    public bool IsLedgerEntry => Kind is ObjectKind.Grant or ObjectKind.Debit;

    /// <summary>What a debit takes of its owner's quota, in bytes; zero for anything else.</summary>
    public long Debited => Kind == ObjectKind.Debit && State == EntryState.Replica ? Peer : 0;

    /// <summary>Whether the object itself is here, for whomever.</summary>
    public bool IsReplica => State is EntryState.Replica or EntryState.Diverted;

    /// <summary>The 64 bits that the store keeps: kind, k, state, and for a pointer the binary logarithm of the length, a byte each from the lowest; the peer in the upper half.</summary>
    public ulong Tag => (ulong)Kind | ((ulong)Replicas << 8) | ((ulong)State << 16) | ((IsPointer ? (ulong)LogOf(ContentLength) : 0) << 24) | ((ulong)Peer << 32);

    /// <summary>The order of the ring, for sorting a million: without making an id of each.</summary>
    public static int InOrder(CatalogEntry a, CatalogEntry b)
    {
        int order = a._high.CompareTo(b._high);
        if (order == 0) order = a._low.CompareTo(b._low);
        return order != 0 ? order : a._tail.CompareTo(b._tail);
    }

    /// <summary>The entry of an object that its certificate describes.</summary>
    public static CatalogEntry Of(FileId id, ObjectCertificate certificate) => certificate.IsLedgerEntry()
        ? new(id, 0, KindOf(certificate), (byte)CertificateRules.CopiesOf(certificate), EntryState.Replica, certificate.IsDebit ? (uint)Math.Min(Ledger.AmountOf(certificate), uint.MaxValue) : 0)
        : new(id, certificate.ContentLength, certificate.Kind, (byte)certificate.Replicas, EntryState.Replica);

    /// <summary>The entry of an object that is held for another node.</summary>
    public static CatalogEntry DivertedOf(FileId id, ObjectCertificate certificate, RingId from) =>
        new(id, certificate.ContentLength, certificate.Kind, (byte)certificate.Replicas, EntryState.Diverted, PeerOf(from));

    /// <summary>The entry of an object that another node holds for this one.</summary>
    public static CatalogEntry PointerOf(FileId id, ObjectCertificate certificate, RingId holder) =>
        new(id, 1 << LogOf(certificate.ContentLength), certificate.Kind, (byte)certificate.Replicas, EntryState.Pointer, PeerOf(holder));

    /// <summary>The entry that remains when the object is reclaimed.</summary>
    public static CatalogEntry TombstoneOf(FileId id, ObjectCertificate certificate) =>
        new(id, 0, KindOf(certificate), (byte)CertificateRules.CopiesOf(certificate), EntryState.Tombstone);

    /// <summary>How entries name a node.</summary>
    public static uint PeerOf(RingId node) => (uint)(node.Value >> 96);

    /// <summary>Reads an entry from the store; null for a tag that nobody wrote.</summary>
    public static CatalogEntry? From(in StoreEntry stored)
    {
        var kind = (ObjectKind)(byte)stored.Tag;
        var (replicas, state, log) = ((byte)(stored.Tag >> 8), (EntryState)(byte)(stored.Tag >> 16), (byte)(stored.Tag >> 24));
        bool known = kind is >= ObjectKind.File and <= ObjectKind.CodedTree && replicas >= 1 && stored.ContentLength >= 0 && state <= EntryState.Diverted && log <= 30;
        if (!known) return null;
        int length = state == EntryState.Pointer ? 1 << log : stored.ContentLength;
        return new CatalogEntry(stored.Object, length, kind, replicas, state, (uint)(stored.Tag >> 32));
    }

    private static ObjectKind KindOf(ObjectCertificate certificate) => certificate.IsDebit ? ObjectKind.Debit : certificate.Kind;

    private static int LogOf(int length) => length <= 1 ? 0 : Math.Min(30, 32 - BitOperations.LeadingZeroCount((uint)length - 1));
}
