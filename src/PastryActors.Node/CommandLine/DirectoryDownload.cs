using PastryActors.Client;
using PastryActors.Node.Directories;

namespace PastryActors.Node.CommandLine;

/// <summary>Restores a directory: a few files at a time, each verified, nothing outside the target. Symbolic links come back as links.</summary>
internal sealed class DirectoryDownload(FileDownload download)
{
    private const int FilesAtOnce = 4;

    // A manifest line has some 200 bytes: room for a million entries.
    private const long ManifestMaxBytes = 256L << 20;

    /// <summary>Restores into <paramref name="target"/> and answers how many bytes of content.</summary>
    public async Task<long> RestoreAsync(FileLink link, string target, DownloadProgress progress, CancellationToken stop)
    {
        IReadOnlyList<DirectoryEntry> entries = await ReadAsync(link, stop).ConfigureAwait(false);
        var all = new Sum(progress, entries.Sum(e => e.Size));
        Directory.CreateDirectory(target);
        DirectoryEntry[] folders = [.. entries.Where(e => e.IsFolder)];
        foreach (DirectoryEntry folder in folders) Directory.CreateDirectory(SafePath.Prepare(target, folder.Path));

        long size = 0;
        await Parallel.ForEachAsync(
            entries.Where(e => e.FileId is not null),
            new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = stop },
            async (entry, cancel) => Interlocked.Add(ref size, await RestoreFileAsync(entry, target, all, cancel).ConfigureAwait(false))).ConfigureAwait(false);
        // Links behind everything that is written: nothing can be written through one.
        foreach (DirectoryEntry entry in entries.Where(e => e.Link is not null)) SafePath.MakeLink(target, entry.Path, entry.Link!);
        // Folders last and the deepest first: a file written into one would change its time, and a read-only one would refuse it.
        foreach (DirectoryEntry folder in folders.OrderByDescending(e => e.Path.Length)) Attributes.Restore(new DirectoryInfo(SafePath.Prepare(target, folder.Path)), folder.Modified, folder.Mode);
        return size;
    }

    private async Task<IReadOnlyList<DirectoryEntry>> ReadAsync(FileLink link, CancellationToken stop)
    {
        (byte[] content, FileMetadata metadata) = await download.ReadAsync(link, ManifestMaxBytes, stop).ConfigureAwait(false);
        if (metadata.ContentType == DirectoryManifest.MediaType) return DirectoryManifest.Read(content);
        throw metadata.ContentType == EncryptedFiles.MediaType
            ? new CommandFailedException("key-needed", $"{link.FileId} is encrypted", "give the whole link, with what follows its #")
            : new CommandFailedException("not-a-directory", $"{link.FileId} is not a directory", "get it without -r");
    }

    private async Task<long> RestoreFileAsync(DirectoryEntry entry, string target, Sum all, CancellationToken stop)
    {
        string path = SafePath.Prepare(target, entry.Path);
        Downloaded done = await download.SaveAsync(LinkOf(entry), path, null, all.OfOne(), stop).ConfigureAwait(false);
        Attributes.Restore(new FileInfo(path), entry.Modified, entry.Mode);
        return done.Size;
    }

    /// <summary>The progress of many downloads as one.</summary>
    private sealed class Sum(DownloadProgress progress, long size)
    {
        private long _verified;

        public DownloadProgress OfOne()
        {
            long before = 0;
            return (verified, _) =>
            {
                long all = Interlocked.Add(ref _verified, verified - before);
                before = verified;
                progress(Math.Min(all, size), size);
            };
        }
    }

    private static FileLink LinkOf(DirectoryEntry entry) => entry.Key is null
        ? new FileLink(entry.FileId!)
        : new FileLink(entry.FileId!, FileKey.TryParse(entry.Key) ?? throw new InvalidDataException($"the directory's key of \"{entry.Path}\" is none"));
}
