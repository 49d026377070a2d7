using Microsoft.Net.Http.Headers;
using PastryActors.Node.Files;

namespace PastryActors.Node.Gateway;

/// <summary>The bytes [From, To) of a file that a request asks for.</summary>
/// <param name="Partial">Whether a range was asked for.</param>
/// <param name="Refused">Whether the range lies outside the file.</param>
internal readonly record struct ByteSpan(long From, long To, bool Partial, bool Refused)
{
    /// <summary>Reads the Range and If-Range headers. More than one range is answered with the whole file, as RFC 9110 (section 14.2) allows.</summary>
    public static ByteSpan Of(HttpContext context, OpenFile file)
    {
        var headers = context.Request.GetTypedHeaders();
        var whole = new ByteSpan(0, file.Size, Partial: false, Refused: false);
        if (headers.Range is not { Ranges.Count: 1 } range || range.Unit != "bytes") return whole;
        if (headers.IfRange is { } condition && condition.EntityTag?.Compare(FileHeaders.TagOf(file), useStrongComparison: true) != true) return whole;
        return Of(range.Ranges.First(), file.Size);
    }

    private static ByteSpan Of(RangeItemHeaderValue range, long size)
    {
        long from = range.From ?? Math.Max(size - range.To!.Value, 0);
        long to = range.From is null ? size : Math.Min(range.To ?? long.MaxValue - 1, size - 1) + 1;
        bool refused = from >= size || to <= from || (range.From is null && range.To == 0);
        return new ByteSpan(from, to, Partial: true, refused);
    }
}
