using PastryActors.Node.Files;

namespace PastryActors.Node.Gateway;

/// <summary>Streams a file or a range of it. What cannot be had before the first byte still becomes a proper status; later, the connection breaks.</summary>
internal sealed class FileContentResult(FileReader reader, OpenFile file, ByteSpan span, bool withContent) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        if (!withContent)
        {
            WriteHeaders(response);
            return;
        }

        await using IAsyncEnumerator<ReadOnlyMemory<byte>> pieces =
            reader.ReadAsync(file, span.From, span.To, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        bool more = await pieces.MoveNextAsync().ConfigureAwait(false);
        WriteHeaders(response);
        for (; more; more = await pieces.MoveNextAsync().ConfigureAwait(false))
            await response.Body.WriteAsync(pieces.Current, context.RequestAborted).ConfigureAwait(false);
    }

    private void WriteHeaders(HttpResponse response)
    {
        response.ContentLength = span.To - span.From;
        if (!span.Partial) return;
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.Headers.ContentRange = $"bytes {span.From}-{span.To - 1}/{file.Size}";
    }
}
