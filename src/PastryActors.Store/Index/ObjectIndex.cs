using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using PastryActors.Core.Ring;

namespace PastryActors.Store.Index;

/// <summary>
/// The table of all objects by fileId. A hash table with chains, whose entries lie in segments of fixed size: it grows without
/// copying entries and without the half-empty array that a <c>Dictionary</c> leaves, so an object costs 52 to 56 bytes (48 and a
/// bucket's share) where a dictionary takes up to 150. Not safe for two threads.
/// </summary>
internal sealed class ObjectIndex
{
    private const int SegmentShift = 12;
    private const int SegmentSlots = 1 << SegmentShift;
    private const int None = -1;

    private readonly List<IndexEntry[]> _segments = [];

    // Keyed by chance, so that nobody can grind fileIds that all fall into one bucket.
    private readonly ulong _seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    private int[] _buckets = NewBuckets(1024);
    private int _free = None;

    /// <summary>Objects and tombstones listed.</summary>
    public int Count { get; private set; }

    /// <summary>Slots in use or freed: the range of <see cref="TryGetSlot"/>.</summary>
    public int Slots { get; private set; }

    /// <summary>Memory taken, in bytes.</summary>
    public long SizeBytes => ((long)_segments.Count * SegmentSlots * Unsafe.SizeOf<IndexEntry>()) + ((long)_buckets.Length * sizeof(int));

    public bool TryGet(in FileId id, out IndexEntry entry)
    {
        int slot = Find(id);
        entry = slot == None ? default : At(slot);
        return slot != None;
    }

    /// <summary>The entry in a slot; false if the slot is free. For walks over everything while entries come and go.</summary>
    public bool TryGetSlot(int slot, out IndexEntry entry)
    {
        entry = slot < Slots ? At(slot) : default;
        return entry.Volume != 0;
    }

    /// <summary>Puts an entry in, in place of the one of the same object; true if there was one.</summary>
    public bool Set(IndexEntry entry, out IndexEntry replaced)
    {
        FileId id = entry.Object;
        int slot = Find(id);
        if (slot != None)
        {
            replaced = At(slot);
            entry.Next = replaced.Next;
            At(slot) = entry;
            return true;
        }

        replaced = default;
        if (Count >= _buckets.Length) Grow();
        slot = TakeSlot();
        ref int bucket = ref _buckets[BucketOf(id)];
        entry.Next = bucket;
        At(slot) = entry;
        bucket = slot;
        Count++;
        return false;
    }

    /// <summary>Takes an entry out; false if there was none.</summary>
    public bool Remove(in FileId id, out IndexEntry removed)
    {
        ref int link = ref _buckets[BucketOf(id)];
        while (link != None && !At(link).Names(id)) link = ref At(link).Next;
        removed = default;
        if (link == None) return false;
        int slot = link;
        removed = At(slot);
        link = removed.Next;
        At(slot) = new IndexEntry { Next = _free };
        _free = slot;
        Count--;
        return true;
    }

    private int Find(in FileId id)
    {
        int slot = _buckets[BucketOf(id)];
        while (slot != None && !At(slot).Names(id)) slot = At(slot).Next;
        return slot;
    }

    private int TakeSlot()
    {
        if (_free != None)
        {
            int slot = _free;
            _free = At(slot).Next;
            return slot;
        }

        if (Slots == _segments.Count << SegmentShift) _segments.Add(new IndexEntry[SegmentSlots]);
        return Slots++;
    }

    private void Grow()
    {
        _buckets = NewBuckets(_buckets.Length * 2);
        for (int slot = 0; slot < Slots; slot++)
        {
            ref IndexEntry entry = ref At(slot);
            if (entry.Volume == 0) continue;
            ref int bucket = ref _buckets[BucketOf(entry.Object)];
            entry.Next = bucket;
            bucket = slot;
        }
    }

    private ref IndexEntry At(int slot) => ref _segments[slot >> SegmentShift][slot & (SegmentSlots - 1)];

    private int BucketOf(in FileId id)
    {
        ulong mixed = ((ulong)id.Key.Value ^ _seed ^ id.Tail) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 32) ^ (ulong)(id.Key.Value >> 64)) * _seed;
        return (int)((mixed >> 32) & (uint)(_buckets.Length - 1));
    }

    private static int[] NewBuckets(int count)
    {
        int[] buckets = new int[count];
        Array.Fill(buckets, None);
        return buckets;
    }
}
