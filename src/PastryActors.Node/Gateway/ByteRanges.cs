using Microsoft.Net.Http.Headers;
using PastryActors.Node.Files;

namespace PastryActors.Node.Gateway;

/// <summary>The bytes [From, To) of a file.</summary>
internal readonly record struct ByteSpan(long From, long To)
{
    /// <summary>Number of bytes.</summary>
    public long Length => To - From;
}

/// <summary>What a request wants of a file (RFC 9110, section 14).</summary>
/// <param name="Spans">In the order asked for; none of them overlap.</param>
/// <param name="Partial">Whether ranges were asked for, and are given.</param>
internal sealed record ByteRanges(IReadOnlyList<ByteSpan> Spans, bool Partial)
{
    /// <summary>Ranges of one request. More are answered with the whole file, as section 14.2 allows: each costs a part's headers and a lookup.</summary>
    private const int RangesMax = 16;

    /// <summary>Whether ranges were asked for of which none lies in the file.</summary>
    public bool Refused => Spans.Count == 0;

    /// <summary>Reads the Range and If-Range headers.</summary>
    public static ByteRanges Of(HttpContext context, OpenFile file)
    {
        var headers = context.Request.GetTypedHeaders();
        var whole = new ByteRanges([new ByteSpan(0, file.Size)], Partial: false);
        if (headers.Range is not { Ranges.Count: > 0 and <= RangesMax } range || range.Unit != "bytes") return whole;
        if (headers.IfRange is { } condition && condition.EntityTag?.Compare(FileHeaders.TagOf(file), useStrongComparison: true) != true) return whole;
        ByteSpan[] spans = [.. range.Ranges.Select(r => Of(r, file.Size)).Where(s => s.Length > 0)];
        return new ByteRanges(Merge(spans), Partial: true);
    }

    private static ByteSpan Of(RangeItemHeaderValue range, long size) => range.From is { } from
        ? new ByteSpan(from, Math.Min(range.To ?? long.MaxValue - 1, size - 1) + 1)
        : new ByteSpan(Math.Max(size - range.To!.Value, 0), size);

    // Ranges that overlap could make an answer of many times the file: they become one.
    private static ByteSpan[] Merge(ByteSpan[] spans)
    {
        ByteSpan[] sorted = [.. spans.OrderBy(s => s.From)];
        if (!sorted.Zip(sorted.Skip(1)).Any(pair => pair.Second.From < pair.First.To)) return spans;
        List<ByteSpan> merged = [];
        foreach (ByteSpan span in sorted)
        {
            if (merged.Count > 0 && span.From <= merged[^1].To) merged[^1] = merged[^1] with { To = Math.Max(merged[^1].To, span.To) };
            else merged.Add(span);
        }

        return [.. merged];
    }
}
