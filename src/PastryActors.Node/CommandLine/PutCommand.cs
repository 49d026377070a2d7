using System.CommandLine;
using PastryActors.Client;
using PastryActors.Node.Directories;
using Spectre.Console;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry put: inserts files, and directories with -r.</summary>
internal static class PutCommand
{
    private const int FilesAtOnce = 4;

    public static Command Build(CommandActions actions)
    {
        var paths = new Argument<string[]>("PATH") { Arity = ArgumentArity.OneOrMore, Description = "Files, or directories with -r." };
        var name = new Option<string?>("--name") { Description = "The file's name; else that of its path." };
        var k = new Option<int?>("-k") { Description = "Number of replicas; else the node's default (3)." };
        var recursive = new Option<bool>("-r") { Description = "Insert directories, with all that is in them." };
        var salt = new Option<string?>("--salt") { HelpName = "HEX", Description = "A salt of your own; else it follows from the content." };
        k.Must(value => value is null or (>= 1 and <= 128), "-k must be 1 to 128");
        var command = new Command("put", "Inserts files and returns when they are durable on k nodes.") { paths, name, k, recursive, salt };
        return actions.Set(command, async (context, stop) =>
        {
            string[] given = context.Get(paths);
            if (context.Get(name) is not null && given.Length > 1) throw CommandFailedException.Usage("--name goes with one PATH only");
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            var options = new InsertOptions { K = context.Get(k), Salt = context.Get(salt) };
            PutResult result = await new Putter(client, options, context.Output).PutAsync(given, context.Get(name), context.Get(recursive), stop).ConfigureAwait(false);
            context.Output.Result(result, CliJson.Default.PutResult, text => Show(text, result));
        });
    }

    private static void Show(TextWriter text, PutResult result)
    {
        foreach (PutFile file in result.Files) text.WriteLine($"{file.FileId}  {file.Name}");
    }

    /// <summary>Puts paths one after the other, the files of a directory a few at a time.</summary>
    private sealed class Putter(PastryClient client, InsertOptions options, CommandOutput output)
    {
        public async Task<PutResult> PutAsync(string[] paths, string? name, bool recursive, CancellationToken stop)
        {
            foreach (string path in paths) Check(path, recursive);
            List<PutFile> files = [];
            await WithProgressAsync(async progress =>
            {
                foreach (string path in paths)
                {
                    string called = name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
                    if (Directory.Exists(path)) await PutDirectoryAsync(path, called, files, progress, stop).ConfigureAwait(false);
                    else files.Add(await PutFileAsync(path, called, options, progress, stop).ConfigureAwait(false));
                }
            }).ConfigureAwait(false);
            return new PutResult(files);
        }

        private static void Check(string path, bool recursive)
        {
            if (Directory.Exists(path) && !recursive) throw CommandFailedException.Usage($"{path} is a directory; -r inserts it with all that is in it");
            if (!Directory.Exists(path) && !File.Exists(path)) throw new CommandFailedException("no-file", $"there is no file {path}");
        }

        private async Task PutDirectoryAsync(string directory, string name, List<PutFile> files, ProgressContext? progress, CancellationToken stop)
        {
            IReadOnlyList<ScannedEntry> found = DirectoryScan.Run(directory);
            var entries = new DirectoryEntry[found.Count];
            var put = new PutFile?[found.Count];
            // What this owner inserted before needs no second time: so an interrupted directory is taken up again.
            InsertOptions members = options with { AcceptExisting = true };
            await Parallel.ForAsync(0, found.Count, new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = stop }, async (i, cancel) =>
            {
                ScannedEntry entry = found[i];
                if (entry.Info is FileInfo) put[i] = await PutFileAsync(entry.Info.FullName, entry.Path, members, progress, cancel).ConfigureAwait(false);
                entries[i] = new DirectoryEntry(entry.Path, put[i]?.FileId, put[i]?.Size ?? 0, DirectoryScan.ModeOf(entry.Info), entry.Info.LastWriteTimeUtc);
            }).ConfigureAwait(false);
            files.AddRange(put.OfType<PutFile>());
            using var manifest = new MemoryStream(DirectoryManifest.Write(entries));
            FileReceipt receipt = await client.Past
                .InsertAsync(name, manifest, members with { ContentType = DirectoryManifest.MediaType }, cancellation: stop).ConfigureAwait(false);
            files.Add(FileOf(directory, receipt));
        }

        private async Task<PutFile> PutFileAsync(string path, string name, InsertOptions how, ProgressContext? progress, CancellationToken stop)
        {
            await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            ProgressTask? bar = progress?.AddTask(Markup.Escape(name), maxValue: Math.Max(content.Length, 1));
            var report = bar is null ? null : new DirectProgress(p => bar.Value = p.DurableBytes);
            FileReceipt receipt = await client.Past.InsertAsync(name, content, how, report, stop).ConfigureAwait(false);
            if (bar is not null) bar.Value = bar.MaxValue;
            return FileOf(path, receipt);
        }

        // The bar tells bytes durable on k nodes, not bytes sent: it cannot stand at 100 % while anything is missing.
        private async Task WithProgressAsync(Func<ProgressContext?, Task> act)
        {
            if (output.Json || Console.IsErrorRedirected) await act(null).ConfigureAwait(false);
            else await output.Side.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn()).StartAsync(act).ConfigureAwait(false);
        }

        private static PutFile FileOf(string path, FileReceipt r) => new(path, r.Name, r.FileId, r.Size, r.K, r.Receipts, r.Salts, r.Seconds);
    }

    /// <summary>Reports at once, on whatever thread; a posted report could come after the end.</summary>
    private sealed class DirectProgress(Action<UploadProgress> report) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => report(value);
    }
}
