using PastryActors.Core.Ring;

namespace PastryActors.Past.Holding;

/// <summary>Of the entries in some spans: how many, and a digest that only the same entries have.</summary>
internal readonly record struct RangeSummary(int Count, UInt128 Digest);

/// <summary>
/// The catalog's entries of one k, in the order of the ring, as a hash tree over the key space. Each inner node stands for a prefix
/// and has a child for each of the next two bits; a subtree of at most 64 entries is one leaf. So the shape, and every digest, follows from
/// the entries alone, and two nodes that hold the same have the same, whatever else came and went. A change makes the digests on its
/// path stale; they are made anew when they are asked for, so a comparison costs what changed since the last.
/// </summary>
/// <remarks>
/// The digest of a set of entries below a prefix: none, zero; up to 64, SHA-256 over a zero byte and their names in order; more,
/// SHA-256 over a one and the digests of the four parts; each cut to 128 bits. Whoever wants to hide that an object of another is missing needs a
/// second preimage of it. Memory: at most about 13 bytes an entry beside the entry's own 32.
/// </remarks>
internal sealed class KeyTree
{
    private readonly KeyNode _root = new();

    /// <summary>Entries here.</summary>
    public int Count => _root.Count;

    /// <summary>Entries hashed so far: rises with what changes and what differs, not with what is held.</summary>
    public long HashedCount { get; private set; }

    /// <summary>The entry of an object.</summary>
    public bool TryGet(FileId id, out CatalogEntry entry)
    {
        KeyNode node = _root;
        for (int level = 0; node.Children is { } children; level++) node = children[KeyNode.DigitOf(id, level)];
        int at = node.Search(id);
        entry = at >= 0 ? node.Entries[at] : default;
        return at >= 0;
    }

    /// <summary>Puts an entry in, in place of any other of its id; true if there was one.</summary>
    public bool Set(in CatalogEntry entry, out CatalogEntry replaced)
    {
        FileId id = entry.Object;
        bool found = TryGet(id, out replaced);
        int more = found ? 0 : 1, morePointers = (entry.IsPointer ? 1 : 0) - (found && replaced.IsPointer ? 1 : 0);
        KeyNode node = _root;
        int level = 0;
        for (; node.Children is { } children; node = children[KeyNode.DigitOf(id, level++)]) node.Changed(more, morePointers);
        node.Put(entry);
        node.Changed(more, morePointers);
        node.SplitIfLarge(level);
        return found;
    }

    /// <summary>Takes an entry out; false if there was none.</summary>
    public bool Remove(FileId id, out CatalogEntry removed)
    {
        if (!TryGet(id, out removed)) return false;
        int pointers = removed.IsPointer ? 1 : 0;
        KeyNode node = _root;
        for (int level = 0; node.Children is { } children; level++)
        {
            node.Changed(-1, -pointers);
            if (node.Count <= KeyNode.LeafMax) node.Collapse(but: id);
            if (node.Children is null) return true;
            node = children[KeyNode.DigitOf(id, level)];
        }

        node.Take(id);
        node.Changed(-1, -pointers);
        return true;
    }

    /// <summary>Fills an empty tree with entries that are in order, no two of one id.</summary>
    public void Load(ReadOnlySpan<CatalogEntry> sorted) => _root.Fill(sorted, 0);

    /// <summary>The entries in a span, in order, as runs that lie side by side. Not to be walked over a change.</summary>
    /// <param name="pointers">Whether only runs with pointers are wanted.</param>
    public IEnumerable<ArraySegment<CatalogEntry>> Runs(KeySpan span, bool pointers = false)
    {
        Stack<(KeyNode Node, RingId From, int Level)> ahead = [];
        ahead.Push((_root, default, 0));
        while (ahead.TryPop(out (KeyNode Node, RingId From, int Level) next))
        {
            (KeyNode node, RingId from, int level) = next;
            if (node.Count == 0 || (pointers && node.Pointers == 0) || !KeyNode.SpanOf(from, level).Meets(span)) continue;
            if (node.Children is { } children)
            {
                for (int digit = children.Length - 1; digit >= 0; digit--) ahead.Push((children[digit], KeyNode.ChildFrom(from, level, digit), level + 1));
            }
            else if (node.Within(span) is { Count: > 0 } run)
            {
                yield return run;
            }
        }
    }

    /// <summary>What is in the spans, which follow each other without overlap from the lowest.</summary>
    public RangeSummary Summary(List<KeySpan> spans) => spans.Count == 0 ? default : Summary(_root, default, 0, spans);

    private RangeSummary Summary(KeyNode node, RingId from, int level, List<KeySpan> spans)
    {
        KeySpan own = KeyNode.SpanOf(from, level);
        if (node.Count == 0) return default;
        int count = spans.Exists(s => s.Covers(own)) ? node.Count : CountIn(node, from, level, spans);
        if (count == node.Count) return new RangeSummary(count, DigestOf(node));
        if (count == 0) return default;

        // What lies within may be so little that it would be one leaf, though more lies beside it.
        if (node.Children is not { } children || count <= KeyNode.LeafMax) return new RangeSummary(count, Hash(EntriesIn(node, from, level, spans), count));
        var parts = new UInt128[children.Length];
        for (int digit = 0; digit < parts.Length; digit++) parts[digit] = Summary(children[digit], KeyNode.ChildFrom(from, level, digit), level + 1, spans).Digest;
        return new RangeSummary(count, KeyNode.HashOf(parts));
    }

    private static int CountIn(KeyNode node, RingId from, int level, List<KeySpan> spans)
    {
        KeySpan own = KeyNode.SpanOf(from, level);
        if (node.Count == 0 || !spans.Exists(s => s.Meets(own))) return 0;
        if (spans.Exists(s => s.Covers(own))) return node.Count;
        int count = 0;
        if (node.Children is not { } children)
        {
            foreach (KeySpan span in spans) count += node.Within(span).Count;
            return count;
        }

        for (int digit = 0; digit < children.Length; digit++) count += CountIn(children[digit], KeyNode.ChildFrom(from, level, digit), level + 1, spans);
        return count;
    }

    private static IEnumerable<CatalogEntry> EntriesIn(KeyNode node, RingId from, int level, List<KeySpan> spans)
    {
        KeySpan own = KeyNode.SpanOf(from, level);
        if (node.Count == 0 || !spans.Exists(s => s.Meets(own))) yield break;
        if (node.Children is { } children)
        {
            for (int digit = 0; digit < children.Length; digit++)
            {
                foreach (CatalogEntry entry in EntriesIn(children[digit], KeyNode.ChildFrom(from, level, digit), level + 1, spans)) yield return entry;
            }

            yield break;
        }

        foreach (KeySpan span in spans)
        {
            foreach (CatalogEntry entry in node.Within(span)) yield return entry;
        }
    }

    private UInt128 DigestOf(KeyNode node)
    {
        if (node.Count == 0) return UInt128.Zero;
        if (node.Digest is { } known) return known;
        UInt128 digest = node.Children is { } children ? KeyNode.HashOf(Array.ConvertAll(children, DigestOf)) : Hash(new ArraySegment<CatalogEntry>(node.Entries, 0, node.Count), node.Count);
        node.Digest = digest;
        return digest;
    }

    private UInt128 Hash(IEnumerable<CatalogEntry> entries, int count)
    {
        HashedCount += count;
        return KeyNode.HashOf(entries, count);
    }
}
