using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>What a download brought.</summary>
internal readonly record struct Downloaded(long Size, long ResumedFrom, FileMetadata Metadata);

/// <summary>Told how many bytes of a file are here and verified, of how many.</summary>
internal delegate void DownloadProgress(long verified, long size);

/// <summary>
/// Downloads into PATH.part, each chunk verified before it is written, and renames that when it is whole. What an interrupted download left is taken up behind its last good chunk. So PATH never has a wrong byte, and no byte that was
/// verified comes twice.
/// </summary>
internal sealed class FileDownload(PastClient past)
{
    /// <summary>Saves a file or a range of it.</summary>
    public async Task<Downloaded> SaveAsync(FileLink link, string path, ByteRange? range, DownloadProgress progress, CancellationToken stop)
    {
        var part = new PartialFile(path);
        // A part of a range says nothing about which range it was: ranges start anew.
        (long resumed, FileMetadata? metadata) = range is null && part.Exists ? await ResumeAsync(link, part, stop).ConfigureAwait(false) : (0, null);
        metadata ??= await FetchAsync(link, part, range, resumed, progress, stop).ConfigureAwait(false);
        part.Finish(path);
        return new Downloaded(new FileInfo(path).Length, resumed, metadata);
    }

    /// <summary>A small file's bytes and what is kept beside them.</summary>
    public async Task<(byte[] Content, FileMetadata Metadata)> ReadAsync(FileLink link, long sizeMaxBytes, CancellationToken stop)
    {
        await using VerifiedFile file = await VerifiedFile.OpenAsync(past, link, null, stop).ConfigureAwait(false);
        if (file.File.Size > sizeMaxBytes) throw new CommandFailedException("too-large", $"{link.FileId} is larger than the {sizeMaxBytes} bytes that a directory may have");
        var content = new MemoryStream();
        await foreach (ReadOnlyMemory<byte> piece in file.ReadAsync(stop).ConfigureAwait(false)) content.Write(piece.Span);
        return (content.ToArray(), file.File.Metadata);
    }

    // Answers how much is verified, and what is kept beside the file if that is all of it.
    private async Task<(long Verified, FileMetadata? Whole)> ResumeAsync(FileLink link, PartialFile part, CancellationToken stop)
    {
        await using OpenedFile file = await past.HeadAsync(link, stop).ConfigureAwait(false);
        long verified = await part.VerifiedAsync(past, link, file, stop).ConfigureAwait(false);
        if (verified < file.Size) return (verified, null);
        part.CutTo(file.Size);
        return (verified, file.Metadata);
    }

    private async Task<FileMetadata> FetchAsync(FileLink link, PartialFile part, ByteRange? range, long resumed, DownloadProgress progress, CancellationToken stop)
    {
        await using VerifiedFile source = await VerifiedFile.OpenAsync(past, link, resumed > 0 ? new ByteRange(resumed) : range, stop).ConfigureAwait(false);
        long verified = resumed;
        try
        {
            await using FileStream file = part.OpenAt(resumed);
            try
            {
                progress(verified, resumed + source.Wanted);
                await foreach (ReadOnlyMemory<byte> piece in source.ReadAsync(stop).ConfigureAwait(false))
                {
                    await file.WriteAsync(piece, stop).ConfigureAwait(false);
                    progress(verified += piece.Length, resumed + source.Wanted);
                }
            }
            finally
            {
                file.Flush(flushToDisk: true);
            }
        }
        catch when (range is null && verified > 0)
        {
            part.Note(source.File, verified);
            throw;
        }

        return source.File.Metadata;
    }
}
