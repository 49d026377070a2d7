using PastryActors.Core.Collections;
using PastryActors.Core.Wire;

namespace PastryActors.Scribe.History;

/// <summary>
/// Where a topic's history lies, oldest first: never more than a few dozen references, because the oldest of one level are put into an
/// object of their own, an index, and replaced by one reference to it. Part of what a topic's group decides.
/// </summary>
/// <param name="Segments">The references; each begins after the one before ends.</param>
public sealed record SegmentIndex(ValueList<SegmentRef> Segments)
{
    /// <summary>So many references of one level, and the older half becomes an index.</summary>
    public const int FanOut = 64;

    /// <summary>Levels above messages: 32^4 segments of half a megabyte are far beyond any topic.</summary>
    public const int LevelMax = 4;

    private const int SegmentsMax = FanOut * (LevelMax + 1);

    /// <summary>No history.</summary>
    public static SegmentIndex None { get; } = new(default(ValueList<SegmentRef>));

    /// <summary>The last number that lies in history; 0 if none does.</summary>
    public ulong Last => Segments.Count == 0 ? 0 : Segments[Segments.Count - 1].Last;

    /// <summary>The part that has this number, or the next part after it; null if it lies behind them all.</summary>
    public SegmentRef? Find(ulong sequence)
    {
        foreach (SegmentRef segment in Segments)
        {
            if (segment.Last >= sequence) return segment;
        }

        return null;
    }

    /// <summary>With one more part at the end.</summary>
    public SegmentIndex With(SegmentRef added) => new(Segments.Append(added).ToValueList());

    /// <summary>Without the parts that end before <paramref name="first"/>, or were stored before <paramref name="seconds"/>, but for the last.</summary>
    public SegmentIndex Without(ulong first, ulong seconds) =>
        new(Segments.Where((s, i) => i == Segments.Count - 1 || (s.Last >= first && s.ArchivedSeconds >= seconds)).ToValueList());

    /// <summary>The references that are due to become an index; none if there are few enough.</summary>
    public ValueList<SegmentRef> Foldable()
    {
        for (byte level = 0; level < LevelMax; level++)
        {
            List<SegmentRef> same = [.. Segments.Where(s => s.Level == level)];
            if (same.Count >= FanOut) return same.GetRange(0, FanOut / 2).ToValueList();
        }

        return default;
    }

    /// <summary>With one reference in place of those that it lists.</summary>
    public SegmentIndex Folded(SegmentRef index) => new(
        Segments.Where(s => s.Last < index.First).Append(index).Concat(Segments.Where(s => s.First > index.Last)).ToValueList());

    internal void Write(WireWriter writer, int field)
    {
        foreach (SegmentRef segment in Segments) segment.Write(writer, field);
    }

    internal static void Add(List<SegmentRef> segments, SegmentRef segment)
    {
        if (segments.Count == SegmentsMax) throw new WireFormatException($"more than {SegmentsMax} segments");
        if (segments.Count > 0 && segments[^1].Last >= segment.First) throw new WireFormatException("segments out of order");
        segments.Add(segment);
    }
}
