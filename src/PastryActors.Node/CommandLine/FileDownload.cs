using System.Security.Cryptography;
using PastryActors.Client;
using PastryActors.Core.Ring;
using PastryActors.Past.Trees;

namespace PastryActors.Node.CommandLine;

/// <summary>What a download brought.</summary>
internal readonly record struct Downloaded(long Size, long ResumedFrom, FileMetadata Metadata);

/// <summary>
/// Downloads into PATH.part and renames it when it is whole and its content hash is the file's. A partial file that is there already is
/// taken up where it ended, after its last bytes were compared with the file's; if the whole is wrong all the same, it comes anew.
/// </summary>
internal sealed class FileDownload(PastClient past)
{
    private const int OverlapBytes = 64 * 1024;

    /// <summary>Saves a file or a range of it.</summary>
    public async Task<Downloaded> SaveAsync(FileLink link, string path, ByteRange? range, CancellationToken stop)
    {
        string part = path + ".part";
        long resumed = 0;
        FileMetadata metadata;
        await using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 128 * 1024, FileOptions.Asynchronous))
        {
            // A part of a range says nothing about which range it was: ranges start anew.
            if (range is not null) (metadata, _) = await FetchAsync(link, file, range.Value, whole: false, stop).ConfigureAwait(false);
            else (metadata, resumed) = await FetchWholeAsync(link, file, stop).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: true);
        return new Downloaded(new FileInfo(path).Length, resumed, metadata);
    }

    /// <summary>A small file's bytes and what is kept beside them.</summary>
    public async Task<(byte[] Content, FileMetadata Metadata)> ReadAsync(FileLink link, long sizeMaxBytes, CancellationToken stop)
    {
        await using OpenedFile file = await past.OpenAsync(link, null, stop).ConfigureAwait(false);
        if (file.Size > sizeMaxBytes) throw new CommandFailedException("too-large", $"{link.FileId} is larger than the {sizeMaxBytes} bytes that a directory may have");
        return (await ReadAsync(file, stop).ConfigureAwait(false), file.Metadata);
    }

    private async Task<(FileMetadata Metadata, long Resumed)> FetchWholeAsync(FileLink link, FileStream file, CancellationToken stop)
    {
        long from = await ResumeAsync(link, file, stop).ConfigureAwait(false);
        (FileMetadata metadata, bool good) = await FetchAsync(link, file, new ByteRange(from), whole: true, stop).ConfigureAwait(false);
        if (good) return (metadata, from);
        // What was here before may be damaged in a place that was not compared: the file comes anew, once.
        if (from > 0) (metadata, good) = await FetchAsync(link, file, default, whole: true, stop).ConfigureAwait(false);
        return good ? (metadata, 0) : throw new CommandFailedException("damaged", $"what came of {link.FileId} is not its content", "try again; the partial file was thrown away");
    }

    // Answers from where to go on: the length of the part if its end is the file's, else 0 and an empty part.
    private async Task<long> ResumeAsync(FileLink link, FileStream part, CancellationToken stop)
    {
        if (part.Length == 0) return 0;
        long from = Math.Max(part.Length - OverlapBytes, 0);
        byte[] have = new byte[part.Length - from];
        part.Position = from;
        await part.ReadExactlyAsync(have, stop).ConfigureAwait(false);
        byte[] want = await OverlapAsync(link, from, part.Length, stop).ConfigureAwait(false);
        if (have.AsSpan().SequenceEqual(want)) return part.Length;
        part.SetLength(0);
        return 0;
    }

    private async Task<byte[]> OverlapAsync(FileLink link, long from, long to, CancellationToken stop)
    {
        try
        {
            await using OpenedFile file = await past.OpenAsync(link, new ByteRange(from, to), stop).ConfigureAwait(false);
            return await ReadAsync(file, stop).ConfigureAwait(false);
        }
        catch (PastryException e) when (e.Code == "range-not-satisfiable")
        {
            // The part is longer than the file: it is of another one.
            return [];
        }
    }

    // Answers whether what is in the file now is the whole content; an empty file is left where it is not.
    private async Task<(FileMetadata Metadata, bool Good)> FetchAsync(FileLink link, FileStream file, ByteRange range, bool whole, CancellationToken stop)
    {
        file.SetLength(whole ? range.From : 0);
        file.Position = file.Length;
        await using OpenedFile opened = await OpenAsync(link, range, whole, stop).ConfigureAwait(false);
        if (!whole || range.From < opened.Size || opened.Size == 0) await opened.Content.CopyToAsync(file, stop).ConfigureAwait(false);
        if (!whole) return (opened.Metadata, true);
        bool good = file.Length == opened.Size && await HashAsync(file, opened, stop).ConfigureAwait(false) == opened.ContentHash;
        if (!good) file.SetLength(0);
        return (opened.Metadata, good);
    }

    // A part that lacks nothing leaves no range to ask for; what is said of the file is enough then.
    private async Task<OpenedFile> OpenAsync(FileLink link, ByteRange range, bool whole, CancellationToken stop)
    {
        if (!whole) return await past.OpenAsync(link, range, stop).ConfigureAwait(false);
        if (range.From == 0) return await past.OpenAsync(link, null, stop).ConfigureAwait(false);
        try
        {
            return await past.OpenAsync(link, range, stop).ConfigureAwait(false);
        }
        catch (PastryException e) when (e.Code == "range-not-satisfiable")
        {
            return await past.OpenAsync(link, new ByteRange(range.From - 1), stop).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> ReadAsync(OpenedFile file, CancellationToken stop)
    {
        var content = new MemoryStream();
        await file.Content.CopyToAsync(content, stop).ConfigureAwait(false);
        return content.ToArray();
    }

    // What the ring has is what is hashed: of an encrypted file that is the content encrypted anew.
    private static async Task<string> HashAsync(FileStream file, OpenedFile opened, CancellationToken stop)
    {
        file.Position = 0;
        Stream stored = opened.AsStored(file);
        try
        {
            return (opened.ChunkSizeBytes == 0 ? await HashAsync(stored, stop).ConfigureAwait(false) : await TreeHashAsync(stored, opened.ChunkSizeBytes, stop).ConfigureAwait(false)).ToString();
        }
        finally
        {
            if (stored != file) await stored.DisposeAsync().ConfigureAwait(false);
        }
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
