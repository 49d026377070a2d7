using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace PastryActors.Client;

/// <summary>Opens files over HTTP: as they are stored, or by a key.</summary>
internal sealed class FileOpening(Gateway gateway)
{
    public async Task<OpenedFile> OpenAsync(FileLink link, ByteRange? range, CancellationToken cancellation)
    {
        if (link.Key is { } key) return await OpenSealedAsync(link.FileId, key, range, withContent: true, cancellation).ConfigureAwait(false);
        HttpResponseMessage response = await GetAsync(link.FileId, range, cancellation).ConfigureAwait(false);
        Stream content = await ContentOf(link.FileId, response, cancellation).ConfigureAwait(false);
        return new OpenedFile(MetadataOf(response), SizeOf(response), HashOf(response), ChunkSizeOf(response), content);
    }

    public async Task<OpenedFile> HeadAsync(FileLink link, CancellationToken cancellation)
    {
        if (link.Key is { } key) return await OpenSealedAsync(link.FileId, key, null, withContent: false, cancellation).ConfigureAwait(false);
        using HttpResponseMessage response = await SendAsync(HttpMethod.Head, link.FileId, null, cancellation).ConfigureAwait(false);
        return new OpenedFile(MetadataOf(response), SizeOf(response), HashOf(response), ChunkSizeOf(response), Stream.Null);
    }

    public async Task<FileChunks> ChunksAsync(string fileId, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await gateway.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"/files/{fileId}/chunks"), Repeat.Freely, cancellation).ConfigureAwait(false);
        if (!long.TryParse(HeaderOf(response, "X-File-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out long size)) throw new PastryException("bad-answer", "the node did not say how large the file is");
        int chunkSize = ChunkSizeOf(response);
        long count = chunkSize == 0 ? 1 : (size + chunkSize - 1) / chunkSize;
        // Said before they are read: a node that sends without end is not listened to.
        bool fits = response.Content.Headers.ContentLength == count * SHA256.HashSizeInBytes;
        return fits
            ? new FileChunks(HashOf(response), size, chunkSize, await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false))
            : throw new PastryException("bad-answer", $"a file of {size} bytes in chunks of {chunkSize} has {count} hashes");
    }

    private async Task<OpenedFile> OpenSealedAsync(string fileId, FileKey key, ByteRange? range, bool withContent, CancellationToken cancellation)
    {
        var sealer = new Sealer(key);
        try
        {
            using HttpResponseMessage start = await GetAsync(fileId, new ByteRange(0, SealedHead.SizeBytesMax), cancellation).ConfigureAwait(false);
            SealedHead head = SealedHead.Read(sealer, await start.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false));
            long size = head.SizeOf(SizeOf(start));
            if (!withContent)
            {
                sealer.Dispose();
                return new OpenedFile(head.Description, size, HashOf(start), ChunkSizeOf(start), Stream.Null, (key, head));
            }

            (long from, long to) = Within(range, size);
            long first = from / head.SegmentBytes;
            long end = Math.Max((to + head.SegmentBytes - 1) / head.SegmentBytes, first + 1);
            HttpResponseMessage body = await GetAsync(fileId, new ByteRange(head.PlaceOf(first), Math.Min(head.PlaceOf(end), head.StoredSizeOf(size))), cancellation).ConfigureAwait(false);
            Stream stored = await ContentOf(fileId, body, cancellation).ConfigureAwait(false);
            return new OpenedFile(head.Description, size, HashOf(start), ChunkSizeOf(start), new OpeningStream(stored, sealer, head, size, from, to), (key, head));
        }
        catch
        {
            sealer.Dispose();
            throw;
        }
    }

    // As the gateway judges ranges of what is stored.
    private static (long From, long To) Within(ByteRange? range, long size)
    {
        if (range is not { } part) return (0, size);
        long to = Math.Min(part.To ?? size, size);
        return part.From < size && to > part.From
            ? (part.From, to)
            : throw new PastryException("range-not-satisfiable", $"the file has {size} bytes", HttpStatusCode.RequestedRangeNotSatisfiable);
    }

    private Task<HttpResponseMessage> GetAsync(string fileId, ByteRange? range, CancellationToken cancellation) => SendAsync(HttpMethod.Get, fileId, range, cancellation);

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string fileId, ByteRange? range, CancellationToken cancellation) => gateway.SendAsync(
        () =>
        {
            var request = new HttpRequestMessage(method, $"/files/{fileId}");
            if (range is { } part) request.Headers.Range = new RangeHeaderValue(part.From, part.To - 1);
            return request;
        },
        Repeat.Freely,
        cancellation);

    private async Task<Stream> ContentOf(string fileId, HttpResponseMessage response, CancellationToken cancellation)
    {
        long from = response.Content.Headers.ContentRange?.From ?? 0;
        long length = response.Content.Headers.ContentLength ?? throw new PastryException("bad-answer", "the node did not say how much it sends");
        string hash = HashOf(response);
        Stream body = await ResponseStream.OfAsync(response, gateway.Options, cancellation).ConfigureAwait(false);
        return new ResumingStream(body, length, (read, stop) => ReopenAsync(fileId, hash, new ByteRange(from + read, from + length), stop), gateway.Options.AttemptsMax);
    }

    private async Task<Stream> ReopenAsync(string fileId, string hash, ByteRange rest, CancellationToken cancellation)
    {
        HttpResponseMessage response = await GetAsync(fileId, rest, cancellation).ConfigureAwait(false);
        if (HashOf(response) == hash && response.Content.Headers.ContentRange?.From == rest.From) return await ResponseStream.OfAsync(response, gateway.Options, cancellation).ConfigureAwait(false);
        response.Dispose();
        throw new PastryException("bad-answer", $"{gateway.Current} has other content under {fileId}");
    }

    private static FileMetadata MetadataOf(HttpResponseMessage response)
    {
        string name = response.Content.Headers.ContentDisposition?.FileNameStar ?? "";
        string type = response.Content.Headers.ContentType?.ToString() ?? "";
        DateTimeOffset? modified = long.TryParse(HeaderOf(response, "X-File-Modified"), NumberStyles.None, CultureInfo.InvariantCulture, out long at) && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;
        return new FileMetadata(name, type, modified, FileModes.TryParse(HeaderOf(response, "X-File-Mode")), SizeOf(response));
    }

    private static long SizeOf(HttpResponseMessage response) =>
        response.Content.Headers.ContentRange?.Length ?? response.Content.Headers.ContentLength ?? throw new PastryException("bad-answer", "the node did not say how large the file is");

    private static string HashOf(HttpResponseMessage response) => response.Headers.ETag?.Tag.Trim('"') ?? "";

    private static int ChunkSizeOf(HttpResponseMessage response) => int.TryParse(HeaderOf(response, "X-Chunk-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0;

    private static string? HeaderOf(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;
}
