using PastryActors.Core.Ring;

namespace PastryActors.Past.Holding;

/// <summary>A node of a <see cref="KeyTree"/>: up to 64 entries in order, or four parts.</summary>
internal sealed class KeyNode
{
    /// <summary>Most entries of a leaf: few enough to hash in a microsecond or two, enough that nodes cost little beside entries.</summary>
    public const int LeafMax = 64;

    private const int DigitBits = 2;
    private const int Fan = 1 << DigitBits;
    private const int LevelsMax = RingId.SizeBits / DigitBits;
    private const int NameBytes = FileId.SizeBytes + 1;

    // Not a UInt128: it would be aligned to 16 bytes.
    private ulong _digestHigh;
    private ulong _digestLow;
    private bool _isFresh;

    /// <summary>The parts; null for a leaf.</summary>
    public KeyNode[]? Children { get; private set; }

    /// <summary>The entries of a leaf, the first <see cref="Count"/> of them.</summary>
    public CatalogEntry[] Entries { get; private set; } = [];

    /// <summary>Entries below.</summary>
    public int Count { get; private set; }

    /// <summary>Of these, pointers.</summary>
    public int Pointers { get; private set; }

    /// <summary>The digest of all entries below; null if it must be made anew.</summary>
    public UInt128? Digest
    {
        get => _isFresh ? new UInt128(_digestHigh, _digestLow) : null;
        set => (_digestHigh, _digestLow, _isFresh) = ((ulong)(value!.Value >> 64), (ulong)value.Value, true);
    }

    /// <summary>Which child an id belongs to.</summary>
    public static int DigitOf(FileId id, int level) => id.Key.Digit(level, DigitBits);

    /// <summary>The keys of the node at a level whose first key is <paramref name="from"/>.</summary>
    public static KeySpan SpanOf(RingId from, int level) => new(from, level >= LevelsMax ? from : new RingId(from.Value | (UInt128.MaxValue >> (level * DigitBits))));

    /// <summary>The first key of a child.</summary>
    public static RingId ChildFrom(RingId from, int level, int digit) => new(from.Value | ((UInt128)(uint)digit << (RingId.SizeBits - ((level + 1) * DigitBits))));

    /// <summary>The digest of some entries, in order.</summary>
    public static UInt128 HashOf(IEnumerable<CatalogEntry> entries, int count)
    {
        // More than a leaf's worth lie in one only if all have the same key.
        Span<byte> bytes = count <= LeafMax ? stackalloc byte[1 + (LeafMax * NameBytes)] : new byte[1 + (count * NameBytes)];
        int at = 1;
        bytes[0] = 0;
        foreach (CatalogEntry entry in entries)
        {
            entry.Object.WriteTo(bytes[at..]);
            bytes[at + FileId.SizeBytes] = entry.IsTombstone ? (byte)1 : (byte)0;
            at += NameBytes;
        }

        return Hash256.Of(bytes[..at]).High;
    }

    /// <summary>The digest of what has these parts.</summary>
    public static UInt128 HashOf(UInt128[] parts)
    {
        Span<byte> bytes = stackalloc byte[1 + (Fan * RingId.SizeBytes)];
        bytes[0] = 1;
        for (int i = 0; i < Fan; i++) new RingId(parts[i]).WriteTo(bytes[(1 + (i * RingId.SizeBytes))..]);
        return Hash256.Of(bytes).High;
    }

    /// <summary>Something below changed.</summary>
    public void Changed(int count, int pointers)
    {
        Count += count;
        Pointers += pointers;
        _isFresh = false;
    }

    /// <summary>In a leaf: where the id stands, or the complement of where it would.</summary>
    public int Search(FileId id)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = Entries[middle].Object.CompareTo(id);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    /// <summary>In a leaf: the entries whose keys are in the span.</summary>
    public ArraySegment<CatalogEntry> Within(KeySpan span)
    {
        int from = Search(new FileId(span.From, 0)), to = Search(new FileId(span.To, uint.MaxValue));
        (from, to) = (from < 0 ? ~from : from, to < 0 ? ~to : to + 1);
        return new ArraySegment<CatalogEntry>(Entries, from, to - from);
    }

    /// <summary>In a leaf: puts an entry in its place. Counting is the caller's.</summary>
    public void Put(in CatalogEntry entry)
    {
        int at = Search(entry.Object);
        if (at >= 0)
        {
            Entries[at] = entry;
            return;
        }

        at = ~at;
        if (Count == Entries.Length) Resize();
        Array.Copy(Entries, at, Entries, at + 1, Count - at);
        Entries[at] = entry;
    }

    /// <summary>In a leaf: takes an entry out. Counting is the caller's.</summary>
    public void Take(FileId id)
    {
        int at = Search(id);
        Array.Copy(Entries, at + 1, Entries, at, Count - at - 1);
    }

    /// <summary>Fills an empty node with entries in order.</summary>
    public void Fill(ReadOnlySpan<CatalogEntry> sorted, int level)
    {
        Count = sorted.Length;
        foreach (ref readonly CatalogEntry entry in sorted) Pointers += entry.IsPointer ? 1 : 0;
        if (IsLarge(level)) MakeParts(sorted, level);
        else Entries = sorted.ToArray();
    }

    /// <summary>Makes parts of a leaf that is too large.</summary>
    public void SplitIfLarge(int level)
    {
        if (Children is not null || !IsLarge(level)) return;
        MakeParts(Entries.AsSpan(0, Count), level);
        Entries = [];
    }

    /// <summary>Makes a leaf of parts that have become small; <paramref name="but"/> is left out.</summary>
    public void Collapse(FileId but)
    {
        var entries = new CatalogEntry[Count];
        int at = 0;
        Gather(but, entries, ref at);
        (Children, Entries) = (null, entries);
    }

    private bool IsLarge(int level) => Count > LeafMax && level < LevelsMax;

    private void MakeParts(ReadOnlySpan<CatalogEntry> sorted, int level)
    {
        Children = new KeyNode[Fan];
        for (int digit = 0; digit < Fan; digit++)
        {
            int end = 0;
            while (end < sorted.Length && DigitOf(sorted[end].Object, level) == digit) end++;
            Children[digit] = new KeyNode();
            Children[digit].Fill(sorted[..end], level + 1);
            sorted = sorted[end..];
        }
    }

    private void Gather(FileId but, CatalogEntry[] into, ref int at)
    {
        foreach (KeyNode child in Children ?? []) child.Gather(but, into, ref at);
        if (Children is not null) return;
        for (int i = 0; i < Count; i++)
        {
            if (Entries[i].Object != but) into[at++] = Entries[i];
        }
    }

    // By a quarter: a leaf is small, and what it has in reserve is memory for nothing.
    private void Resize()
    {
        CatalogEntry[] resized = new CatalogEntry[Entries.Length + Math.Max(2, Entries.Length / 4)];
        Array.Copy(Entries, resized, Count);
        Entries = resized;
    }
}
