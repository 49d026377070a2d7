using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;

namespace PastryActors.Past.Repair;

/// <summary>Count and sum of what is on an arc. The sum does not depend on order; its seed is new for every comparison.</summary>
internal struct SyncDigest
{
    public const int SizeBytes = 12;

    public int Count { get; private set; }

    public ulong Sum { get; private set; }

    public void Add(in CatalogEntry entry, ulong seed)
    {
        Count++;
        Sum = unchecked(Sum + Hash(entry, seed));
    }

    public readonly bool IsSame(int count, ulong sum) => Count == count && Sum == sum;

    public readonly void WriteTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes, Count);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[4..], Sum);
    }

    public static (int Count, ulong Sum) ReadFrom(ReadOnlySpan<byte> bytes) => (BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]));

    // Finalizer of SplitMix64 over each 64 bits in turn.
    private static ulong Hash(in CatalogEntry entry, ulong seed)
    {
        UInt128 key = entry.Object.Key.Value;
        ulong hash = Mix(seed ^ (ulong)(key >> 64));
        hash = Mix(hash ^ (ulong)key);
        return Mix(hash ^ ((ulong)entry.Object.Tail << 1) ^ (entry.IsTombstone ? 1UL : 0));
    }

    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
}

/// <summary>
/// What this node and one peer should both hold, as this node sees the ring: the objects for which both are among the k closest,
/// each by its own k. Two nodes that see the ring alike and hold the same compute the same.
/// </summary>
internal sealed class SharedRange(Catalog catalog, Responsibility responsibility, Arc?[] peerArcs)
{
    /// <summary>Into how many parts an arc is cut where it differs: 64 digests are 768 bytes, and 100,000 objects are two cuts deep.</summary>
    public const int PartCount = 64;

    /// <summary>The smallest arc around what both may share; null if they share nothing.</summary>
    public Arc? Hull(int replicas)
    {
        if (replicas < 1 || replicas >= peerArcs.Length) return null;
        return Arc.Common(responsibility.OwnArc(replicas), peerArcs[replicas]!.Value);
    }

    public SyncDigest DigestOf(Arc arc, ulong seed)
    {
        var digest = default(SyncDigest);
        foreach (CatalogEntry entry in In(arc)) digest.Add(entry, seed);
        return digest;
    }

    /// <summary>The digests of the parts of an arc, packed.</summary>
    public Blob DigestsOf(List<Arc> parts, ulong seed)
    {
        var bytes = new byte[parts.Count * SyncDigest.SizeBytes];
        for (int i = 0; i < parts.Count; i++) DigestOf(parts[i], seed).WriteTo(bytes.AsSpan(i * SyncDigest.SizeBytes));
        return bytes;
    }

    /// <summary>The first entries on an arc, and the key up to which they are all.</summary>
    public (List<SyncEntry> Entries, RingId Through) List(Arc arc)
    {
        List<SyncEntry> entries = [];
        foreach (CatalogEntry entry in In(arc))
        {
            if (entries.Count == SyncEntry.EntriesMax) return (entries, entries[^1].Object.Key);
            entries.Add(SyncEntry.Of(entry));
        }

        return (entries, arc.To);
    }

    /// <summary>The shared entries on an arc, clockwise.</summary>
    public IEnumerable<CatalogEntry> In(Arc arc)
    {
        foreach (CatalogEntry entry in catalog.In(arc))
        {
            if (IsShared(entry.Object.Key, entry.Replicas)) yield return entry;
        }
    }

    private bool IsShared(RingId key, int replicas) =>
        responsibility.IsOwn(key, replicas) && peerArcs[Math.Min(replicas, peerArcs.Length - 1)] is { } arc && arc.Contains(key);
}
