using PastryActors.Core.Ring;

namespace PastryActors.Past.Repair;

/// <summary>A stretch of the ring, walked clockwise from <paramref name="From"/> over <paramref name="Length"/> ids beyond it.</summary>
internal readonly record struct Arc(RingId From, UInt128 Length)
{
    /// <summary>All of the ring.</summary>
    public static readonly Arc WholeRing = new(default, UInt128.MaxValue);

    /// <summary>The last id of the arc.</summary>
    public RingId To => From.Plus(Length);

    /// <summary>Whether the key lies on the arc, both ends included.</summary>
    public bool Contains(RingId key) => From.ClockwiseTo(key) <= Length;

    /// <summary>What is left of the arc after <paramref name="key"/>, which lies on it; null if nothing is.</summary>
    public Arc? After(RingId key) => key == To ? null : new Arc(key.Plus(1), key.ClockwiseTo(To) - 1);

    /// <summary>The smallest arc around what both have in common; null if that is nothing.</summary>
    public static Arc? Common(Arc a, Arc b)
    {
        bool bBegins = a.Contains(b.From), aBegins = b.Contains(a.From);
        if (!bBegins && !aBegins) return null;

        // Where each begins within the other, they may meet on both sides of the ring: then all of one of them is around it.
        if (bBegins && aBegins) return a.Length <= b.Length ? a : b;
        (Arc outer, Arc inner) = bBegins ? (a, b) : (b, a);
        UInt128 reach = inner.From.ClockwiseTo(outer.To);
        return new Arc(inner.From, UInt128.Min(inner.Length, reach));
    }

    /// <summary>All that is not on the arc; null if that is nothing.</summary>
    public Arc? Rest => Length == UInt128.MaxValue ? null : new Arc(To.Plus(1), UInt128.MaxValue - Length - 1);

    /// <summary>
    /// Cuts the arc at the multiples of a power of two, the smallest that makes at most <paramref name="countMax"/> arcs of it, and gives them in
    /// order. So all but the first and the last are whole nodes of a hash tree, or halves of one.
    /// </summary>
    public List<Arc> Cut(int countMax)
    {
        int bits = 0;
        while (PiecesOf(bits) > (ulong)countMax) bits++;
        UInt128 below = (UInt128.One << bits) - 1;
        List<Arc> parts = [];
        for (Arc? rest = this; rest is { } arc;)
        {
            var part = new Arc(arc.From, UInt128.Min(below - (arc.From.Value & below), arc.Length));
            parts.Add(part);
            rest = part.Length == arc.Length ? null : arc.After(part.To);
        }

        return parts;
    }

    // Beyond 2^64 it is enough to know that there are too many.
    private ulong PiecesOf(int bits)
    {
        UInt128 before = From.Value & ((UInt128.One << bits) - 1);
        bool over = Length > UInt128.MaxValue - before;
        if (over && bits <= RingId.SizeBits - 63) return ulong.MaxValue;
        UInt128 last = (unchecked(before + Length) >> bits) + (over ? UInt128.One << (RingId.SizeBits - bits) : 0);
        return last >= ulong.MaxValue ? ulong.MaxValue : (ulong)last + 1;
    }
}
