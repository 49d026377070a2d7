using PastryActors.Node.Directories;

namespace PastryActors.Node.CommandLine;

/// <summary>Restores a directory: a few files at a time, each verified, nothing outside the target.</summary>
internal sealed class DirectoryDownload(FileDownload download)
{
    private const int FilesAtOnce = 4;

    // A manifest line has some 200 bytes: room for a million entries.
    private const long ManifestMaxBytes = 256L << 20;

    /// <summary>Restores into <paramref name="target"/> and answers how many bytes of content.</summary>
    public async Task<long> RestoreAsync(string fileId, string target, CancellationToken stop)
    {
        (byte[] content, string mediaType) = await download.ReadAsync(fileId, ManifestMaxBytes, stop).ConfigureAwait(false);
        if (mediaType != DirectoryManifest.MediaType) throw new CommandFailedException("not-a-directory", $"{fileId} is not a directory", "get it without -r");
        IReadOnlyList<DirectoryEntry> entries = DirectoryManifest.Read(content);
        Directory.CreateDirectory(target);
        foreach (DirectoryEntry folder in entries.Where(e => e.FileId is null)) Directory.CreateDirectory(SafePath.Prepare(target, folder.Path));

        long size = 0;
        await Parallel.ForEachAsync(
            entries.Where(e => e.FileId is not null),
            new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = stop },
            async (entry, cancel) => Interlocked.Add(ref size, await RestoreFileAsync(entry, target, cancel).ConfigureAwait(false))).ConfigureAwait(false);
        // Folders last and the deepest first: a file written into one would change its time, and a read-only one would refuse it.
        foreach (DirectoryEntry folder in entries.Where(e => e.FileId is null).OrderByDescending(e => e.Path.Length)) Dress(new DirectoryInfo(SafePath.Prepare(target, folder.Path)), folder);
        return size;
    }

    private async Task<long> RestoreFileAsync(DirectoryEntry entry, string target, CancellationToken stop)
    {
        string path = SafePath.Prepare(target, entry.Path);
        Downloaded done = await download.SaveAsync(entry.FileId!, path, null, stop).ConfigureAwait(false);
        Dress(new FileInfo(path), entry);
        return done.Size;
    }

    private static void Dress(FileSystemInfo info, DirectoryEntry entry)
    {
        info.LastWriteTimeUtc = entry.Modified.UtcDateTime;
        // Permissions only: a stranger's directory gives nobody set-user-id.
        if (!OperatingSystem.IsWindows() && entry.Mode != 0) info.UnixFileMode = (UnixFileMode)(entry.Mode & 0x1FF);
    }
}
