using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using PastryActors.Client;
using PastryActors.Core.Ring;
using PastryActors.Past.Trees;

namespace PastryActors.Node.CommandLine;

/// <summary>What a download brought.</summary>
internal readonly record struct Downloaded(long Size, long ResumedFrom);

/// <summary>
/// Downloads into PATH.part and renames it when it is whole and its content hash is the file's. A partial file that is there already is
/// taken up where it ended, after its last bytes were compared with the file's.
/// </summary>
internal sealed class FileDownload(PastClient past)
{
    private const int OverlapBytes = 64 * 1024;

    /// <summary>Saves a file or a range of it.</summary>
    public async Task<Downloaded> SaveAsync(string fileId, string path, ByteRange? range, CancellationToken stop)
    {
        string part = path + ".part";
        long resumed = 0;
        await using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 128 * 1024, FileOptions.Asynchronous))
        {
            // A part of a range says nothing about which range it was: ranges start anew.
            if (range is not null) file.SetLength(0);
            else resumed = await ResumeAsync(fileId, file, stop).ConfigureAwait(false);
            await FetchAsync(fileId, file, range ?? new ByteRange(resumed), whole: range is null, stop).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: true);
        return new Downloaded(new FileInfo(path).Length, resumed);
    }

    /// <summary>A small file's bytes and media type.</summary>
    public async Task<(byte[] Content, string MediaType)> ReadAsync(string fileId, long sizeMaxBytes, CancellationToken stop)
    {
        using HttpResponseMessage response = await past.OpenAsync(fileId, null, null, stop).ConfigureAwait(false);
        if (response.Content.Headers.ContentLength is not { } size || size > sizeMaxBytes)
            throw new CommandFailedException("too-large", $"{fileId} is larger than the {sizeMaxBytes} bytes that a directory may have");
        return (await response.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false), response.Content.Headers.ContentType?.MediaType ?? "");
    }

    // Answers from where to go on: the length of the part if its end is the file's, else 0 and an empty part.
    private async Task<long> ResumeAsync(string fileId, FileStream part, CancellationToken stop)
    {
        if (part.Length == 0) return 0;
        long from = Math.Max(part.Length - OverlapBytes, 0);
        byte[] have = new byte[part.Length - from];
        part.Position = from;
        await part.ReadExactlyAsync(have, stop).ConfigureAwait(false);
        byte[] want = await OverlapAsync(fileId, from, part.Length, stop).ConfigureAwait(false);
        if (have.AsSpan().SequenceEqual(want)) return part.Length;
        part.SetLength(0);
        return 0;
    }

    private async Task<byte[]> OverlapAsync(string fileId, long from, long to, CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage response = await past.OpenAsync(fileId, new ByteRange(from, to), null, stop).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.PartialContent ? await response.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false) : [];
        }
        catch (PastryException e) when (e.Code == "range-not-satisfiable")
        {
            // The part is longer than the file: it is of another one.
            return [];
        }
    }

    private async Task FetchAsync(string fileId, FileStream file, ByteRange range, bool whole, CancellationToken stop)
    {
        file.Position = whole ? range.From : 0;
        using HttpResponseMessage response = await OpenAsync(fileId, range, whole, stop).ConfigureAwait(false);
        long size = SizeOf(response);
        if (!whole || range.From < size || size == 0)
        {
            await using Stream content = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            await content.CopyToAsync(file, stop).ConfigureAwait(false);
        }

        if (whole) await VerifyAsync(fileId, file, response, size, stop).ConfigureAwait(false);
    }

    // A part that lacks nothing leaves no range to ask for; the file's headers are enough then.
    private async Task<HttpResponseMessage> OpenAsync(string fileId, ByteRange range, bool whole, CancellationToken stop)
    {
        if (!whole) return await past.OpenAsync(fileId, range, null, stop).ConfigureAwait(false);
        if (range.From == 0) return await past.OpenAsync(fileId, null, null, stop).ConfigureAwait(false);
        try
        {
            return await past.OpenAsync(fileId, range, null, stop).ConfigureAwait(false);
        }
        catch (PastryException e) when (e.Code == "range-not-satisfiable")
        {
            return await past.OpenAsync(fileId, new ByteRange(range.From - 1), null, stop).ConfigureAwait(false);
        }
    }

    private static async Task VerifyAsync(string fileId, FileStream file, HttpResponseMessage response, long size, CancellationToken stop)
    {
        if (file.Length > size) file.SetLength(size);
        string expected = response.Headers.ETag?.Tag.Trim('"') ?? "";
        int chunkSize = response.Headers.TryGetValues("X-Chunk-Size", out IEnumerable<string>? values) ? int.Parse(values.First(), CultureInfo.InvariantCulture) : 0;
        file.Position = 0;
        Hash256 actual = chunkSize == 0 ? await HashAsync(file, stop).ConfigureAwait(false) : await TreeHashAsync(file, chunkSize, stop).ConfigureAwait(false);
        if (file.Length == size && actual.ToString() == expected) return;
        file.SetLength(0);
        throw new CommandFailedException("damaged", $"what came of {fileId} is not its content", "try again; the partial file was thrown away");
    }

    private static long SizeOf(HttpResponseMessage response)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        return range?.Length ?? response.Content.Headers.ContentLength ?? throw new CommandFailedException("bad-answer", "the node did not say how large the file is");
    }

    private static async Task<Hash256> HashAsync(Stream content, CancellationToken stop) => Hash256.FromBytes(await SHA256.HashDataAsync(content, stop).ConfigureAwait(false));

    private static async Task<Hash256> TreeHashAsync(Stream content, int chunkSize, CancellationToken stop)
    {
        var tree = new HashTreeBuilder(chunkSize);
        List<FinishedNode> finished = [];
        byte[] chunk = new byte[chunkSize];
        for (int length; (length = await content.ReadAtLeastAsync(chunk, chunkSize, throwOnEndOfStream: false, stop).ConfigureAwait(false)) > 0; finished.Clear())
            tree.Add(Hash256.Of(chunk.AsSpan(0, length)), length, finished);
        return Hash256.Of(tree.Finish(finished));
    }
}
