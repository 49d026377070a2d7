using Microsoft.AspNetCore.StaticFiles;
using PastryActors.Client;
using PastryActors.Node.Directories;
using Spectre.Console;

namespace PastryActors.Node.CommandLine;

/// <summary>Puts paths one after the other, the files of a directory a few at a time, each with its media type, time and permissions.</summary>
/// <param name="options">What holds for all of them.</param>
/// <param name="mediaType">The media type of files; null for what their names say.</param>
internal sealed class Putter(PastryClient client, InsertOptions options, string? mediaType, PutKeys keys, CommandOutput output)
{
    private const int FilesAtOnce = 4;

    private static readonly FileExtensionContentTypeProvider Types = new();

    public async Task<PutResult> PutAsync(string[] paths, string? name, bool recursive, CancellationToken stop)
    {
        foreach (string path in paths) Check(path, recursive);
        List<PutFile> files = [];
        await TransferBars.RunAsync(output, async progress =>
        {
            foreach (string path in paths)
            {
                string called = name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
                InsertOptions how = options with { Key = keys.For(called) };
                if (Directory.Exists(path)) await PutDirectoryAsync(path, called, how, files, progress, stop).ConfigureAwait(false);
                else files.Add(await PutFileAsync(path, called, how, progress, stop).ConfigureAwait(false));
            }
        }).ConfigureAwait(false);
        return new PutResult(files);
    }

    private static void Check(string path, bool recursive)
    {
        if (Directory.Exists(path) && !recursive) throw CommandFailedException.Usage($"{path} is a directory; -r inserts it with all that is in it");
        if (!Directory.Exists(path) && !File.Exists(path)) throw new CommandFailedException("no-file", $"there is no file {path}");
    }

    private async Task PutDirectoryAsync(string directory, string name, InsertOptions how, List<PutFile> files, ProgressContext? progress, CancellationToken stop)
    {
        ScannedEntry[] found = [.. DirectoryScan.Run(directory).Where(CanBeKept)];
        var entries = new DirectoryEntry[found.Length];
        var put = new PutFile?[found.Length];
        // What this owner inserted before needs no second time: so an interrupted directory is taken up again.
        InsertOptions members = how with { AcceptExisting = true };
        await Parallel.ForAsync(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = stop }, async (i, cancel) =>
        {
            ScannedEntry entry = found[i];
            FileKey? key = how.Key?.For(entry.Path);
            if (IsFile(entry)) put[i] = await PutFileAsync(entry.Info.FullName, entry.Path, members with { Key = key }, progress, cancel).ConfigureAwait(false);
            entries[i] = EntryOf(entry, put[i], key);
        }).ConfigureAwait(false);
        files.AddRange(put.OfType<PutFile>());
        using var manifest = new MemoryStream(DirectoryManifest.Write(entries));
        FileReceipt receipt = await client.Past
            .InsertAsync(name, manifest, Describe(new DirectoryInfo(directory), members) with { ContentType = DirectoryManifest.MediaType }, cancellation: stop).ConfigureAwait(false);
        files.Add(FileOf(directory, name, receipt, manifest.Length, how.Key));
    }

    private bool CanBeKept(ScannedEntry entry)
    {
        if (entry.Link is null || SafePath.LinkProblem(entry.Path, entry.Link) is not { } problem) return true;
        output.Note($"{entry.Path} is left out: {problem}");
        return false;
    }

    private static bool IsFile(ScannedEntry entry) => entry is { Info: FileInfo, Link: null };

    // A link's own time and mode mean nothing, and what it leads to is an entry of its own.
    private static DirectoryEntry EntryOf(ScannedEntry entry, PutFile? put, FileKey? key) => entry.Link is { } link
        ? new DirectoryEntry(entry.Path, null, 0, 0, DateTimeOffset.UnixEpoch, Link: link)
        : new DirectoryEntry(entry.Path, put?.FileId, put?.Size ?? 0, DirectoryScan.ModeOf(entry.Info), entry.Info.LastWriteTimeUtc, Key: put is null ? null : key?.ToText());

    private async Task<PutFile> PutFileAsync(string path, string name, InsertOptions how, ProgressContext? progress, CancellationToken stop)
    {
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        // It tells bytes durable on k nodes, not bytes sent.
        ProgressTask? bar = progress?.AddTask(Markup.Escape(name), maxValue: Math.Max(content.Length, 1));
        var report = bar is null ? null : new DirectProgress(p => bar.Value = p.DurableBytes);
        InsertOptions described = Describe(new FileInfo(path), how) with { ContentType = mediaType ?? TypeOf(name) };
        FileReceipt receipt = await client.Past.InsertAsync(name, content, described, report, stop).ConfigureAwait(false);
        if (bar is not null) bar.Value = bar.MaxValue;
        return FileOf(path, name, receipt, how.Key is null ? receipt.Size : content.Length, how.Key);
    }

    private static InsertOptions Describe(FileSystemInfo info, InsertOptions how) =>
        how with { Modified = info.LastWriteTimeUtc, Mode = OperatingSystem.IsWindows() ? null : DirectoryScan.ModeOf(info) & FileModes.Mask };

    private static string TypeOf(string name) => Types.TryGetContentType(name, out string? type) ? type : "application/octet-stream";

    private static PutFile FileOf(string path, string name, FileReceipt r, long size, FileKey? key) =>
        new(path, name, r.FileId, size, r.K, r.Receipts, r.Salts, r.Seconds, key is null ? null : new FileLink(r.FileId, key).ToText());

    /// <summary>Reports at once, on whatever thread; a posted report could come after the end.</summary>
    private sealed class DirectProgress(Action<UploadProgress> report) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => report(value);
    }
}
