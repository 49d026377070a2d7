using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;

namespace PastryActors.Past.Repair;

/// <summary>
/// How many shared objects are on an arc, and 64 bits of a hash over a seed and, for each k in ascending order, k, count and digest of
/// its tree (<see cref="KeyTree"/>). The seed is new for every comparison, so that what two sides happen to have the same 64 bits for
/// this time they have not the next.
/// </summary>
internal readonly record struct SyncDigest(int Count, ulong Sum)
{
    public const int SizeBytes = 12;

    private const int BytesPerReplicas = 1 + sizeof(int) + RingId.SizeBytes;

    public static SyncDigest Of(IEnumerable<(byte Replicas, RangeSummary Summary)> summaries, ulong seed)
    {
        // Every k there could be; the few that are take a hundred bytes.
        Span<byte> bytes = stackalloc byte[sizeof(ulong) + (byte.MaxValue * BytesPerReplicas)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, seed);
        int at = sizeof(ulong), count = 0;
        foreach ((byte replicas, RangeSummary summary) in summaries)
        {
            bytes[at] = replicas;
            BinaryPrimitives.WriteInt32BigEndian(bytes[(at + 1)..], summary.Count);
            new RingId(summary.Digest).WriteTo(bytes[(at + 1 + sizeof(int))..]);
            at += BytesPerReplicas;
            count += summary.Count;
        }

        return count == 0 ? default : new SyncDigest(count, (ulong)(Hash256.Of(bytes[..at]).High >> 64));
    }

    public void WriteTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes, Count);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(int)..], Sum);
    }

    public static SyncDigest ReadFrom(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(int)..]));
}

/// <summary>
/// What this node and one peer should both hold, as this node sees the ring: the objects for which both are among the k closest,
/// each by its own k. Two nodes that see the ring alike and hold the same compute the same.
/// </summary>
internal sealed class SharedRange(Catalog catalog, Responsibility responsibility, Arc[] peerArcs)
{
    /// <summary>Into how many parts at most an arc is cut where it differs: 64 digests are 768 bytes, and 100,000 objects are two cuts deep.</summary>
    public const int PartsMax = 64;

    /// <summary>The smallest arc around what both may share; null if they share nothing.</summary>
    public Arc? Hull(int replicas)
    {
        if (replicas < 1 || replicas >= peerArcs.Length) return null;
        return Arc.Common(responsibility.OwnArc(replicas), peerArcs[replicas]);
    }

    public SyncDigest DigestOf(Arc arc, ulong seed) => SyncDigest.Of(catalog.Summaries(k => SpansOf(arc, k)), seed);

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
    public IEnumerable<CatalogEntry> In(Arc arc) => catalog.In(arc.From, k => SpansOf(arc, k));

    private List<KeySpan> SpansOf(Arc arc, int replicas)
    {
        int k = Math.Min(replicas, responsibility.ReplicasMax);
        return KeySpan.Within(KeySpan.Within(KeySpan.Of(arc), responsibility.OwnArc(k)), peerArcs[k]);
    }
}
