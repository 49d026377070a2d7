using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PastryActors.Node.Files;

namespace PastryActors.Node.Gateway;

/// <summary>
/// Streams a file, a range of it, or several as multipart/byteranges (RFC 9110, section 14.6). What cannot be had before the first byte
/// still becomes a proper status; later, the connection breaks.
/// </summary>
internal sealed class FileContentResult(FileReader reader, OpenFile file, ByteRanges ranges, bool withContent) : IResult
{
    private readonly string _boundary = RandomNumberGenerator.GetHexString(32, lowercase: true);

    private bool IsMultipart => ranges.Partial && ranges.Spans.Count > 1;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext context)
    {
        byte[][] heads = IsMultipart ? [.. ranges.Spans.Select(s => HeadOf(s, context.Response.ContentType))] : [];
        byte[] tail = IsMultipart ? Encoding.ASCII.GetBytes($"\r\n--{_boundary}--\r\n") : [];
        if (!withContent)
        {
            WriteHeaders(context.Response, heads, tail);
            return;
        }

        for (int part = 0; part < ranges.Spans.Count; part++)
        {
            await using IAsyncEnumerator<ReadOnlyMemory<byte>> pieces =
                reader.ReadAsync(file, ranges.Spans[part].From, ranges.Spans[part].To, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
            bool more = await pieces.MoveNextAsync().ConfigureAwait(false);
            if (part == 0) WriteHeaders(context.Response, heads, tail);
            if (IsMultipart) await context.Response.Body.WriteAsync(heads[part], context.RequestAborted).ConfigureAwait(false);
            for (; more; more = await pieces.MoveNextAsync().ConfigureAwait(false))
                await context.Response.Body.WriteAsync(pieces.Current, context.RequestAborted).ConfigureAwait(false);
        }

        await context.Response.Body.WriteAsync(tail, context.RequestAborted).ConfigureAwait(false);
    }

    private void WriteHeaders(HttpResponse response, byte[][] heads, byte[] tail)
    {
        response.ContentLength = ranges.Spans.Sum(s => s.Length) + heads.Sum(h => h.Length) + tail.Length;
        if (!ranges.Partial) return;
        response.StatusCode = StatusCodes.Status206PartialContent;
        if (IsMultipart) response.ContentType = $"multipart/byteranges; boundary={_boundary}";
        else response.Headers.ContentRange = RangeOf(ranges.Spans[0]);
    }

    private byte[] HeadOf(ByteSpan span, string? type) =>
        Encoding.ASCII.GetBytes($"\r\n--{_boundary}\r\nContent-Type: {type}\r\nContent-Range: {RangeOf(span)}\r\n\r\n");

    private string RangeOf(ByteSpan span) => string.Create(CultureInfo.InvariantCulture, $"bytes {span.From}-{span.To - 1}/{file.Size}");
}
