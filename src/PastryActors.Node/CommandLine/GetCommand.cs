using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PastryActors.Client;
using PastryActors.Node.Directories;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry get: looks up a file or, with -r, a directory.</summary>
internal static class GetCommand
{
    public static Command Build(CommandActions actions)
    {
        var fileId = new Argument<string>("LINK") { Description = "A fileId or, of what is encrypted, its whole link: FILEID#KEY." };
        var recursive = new Option<bool>("-r") { Description = "FILEID is a directory: restore it." };
        var path = new Option<string?>("-o", "--output") { HelpName = "PATH", Description = "Where to; '-' or nothing is standard output." };
        var range = new Option<string?>("--range") { HelpName = "FROM-TO", Description = "Bytes FROM to TO, both included; either may be left out." };
        var preserve = new Option<bool>("-p", "--preserve") { Description = "Give the file the time and the permissions that it had; -r always does." };
        var command = new Command("get", "Looks up a file; takes up a partial one where it ended.") { fileId, recursive, path, range, preserve };
        return actions.Set(command, async (context, stop) =>
        {
            ByteRange? wanted = context.Get(range) is { } text ? RangeOf(text) : null;
            if (wanted is not null && context.Get(recursive)) throw CommandFailedException.Usage("--range does not go with -r");
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            long started = Stopwatch.GetTimestamp();
            context.WhenStopped = "with -o, PATH.part stays: the same command goes on where this one ended";
            var download = new FileDownload(client.Past);
            FileLink link = FileLink.Parse(context.Get(fileId));
            if (context.Get(recursive)) await RestoreAsync(context, download, link, context.Get(path), started, stop).ConfigureAwait(false);
            else if (Target(context, context.Get(path), link.FileId) is { } target) await SaveAsync(context, download, link, target, wanted, context.Get(preserve), started, stop).ConfigureAwait(false);
            else await StreamAsync(context, client, link, wanted, stop).ConfigureAwait(false);
        });
    }

    // With --json standard output belongs to the document, so the content goes into a file named by its id.
    private static string? Target(CommandContext context, string? path, string id) => path is null or "-" ? (context.Output.Json ? id : null) : path;

    private static async Task SaveAsync(CommandContext context, FileDownload download, FileLink link, string target, ByteRange? range, bool preserve, long started, CancellationToken stop)
    {
        Downloaded done = default;
        await TransferBars.RunAsync(context.Output, async progress =>
            done = await download.SaveAsync(link, target, range, TransferBars.Bar(progress, Path.GetFileName(target)), stop).ConfigureAwait(false)).ConfigureAwait(false);
        if (preserve) Attributes.Restore(new FileInfo(target), done.Metadata.Modified, done.Metadata.Mode);
        NoteSealed(context, link, done.Metadata);
        Report(context, new GetResult(link.FileId, target, done.Size, done.ResumedFrom, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3)));
    }

    private static async Task RestoreAsync(CommandContext context, FileDownload download, FileLink link, string? path, long started, CancellationToken stop)
    {
        string target = path ?? link.FileId;
        long size = 0;
        await TransferBars.RunAsync(context.Output, async progress =>
            size = await new DirectoryDownload(download).RestoreAsync(link, target, TransferBars.Bar(progress, Path.GetFileName(target)), stop).ConfigureAwait(false)).ConfigureAwait(false);
        Report(context, new GetResult(link.FileId, target, size, 0, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3)));
    }

    private static void Report(CommandContext context, GetResult result)
    {
        if (context.Output.Json) context.Output.Result(result, CliJson.Default.GetResult, _ => { });
        else context.Output.Note($"{result.Path}: {result.Size} bytes{(result.ResumedFrom > 0 ? $", taken up at {result.ResumedFrom}" : "")}, {result.Seconds} s");
    }

    private static async Task StreamAsync(CommandContext context, PastryClient client, FileLink link, ByteRange? range, CancellationToken stop)
    {
        await using VerifiedFile file = await VerifiedFile.OpenAsync(client.Past, link, range, stop).ConfigureAwait(false);
        NoteSealed(context, link, file.File.Metadata);
        await using Stream output = context.Output.Raw();
        await foreach (ReadOnlyMemory<byte> piece in file.ReadAsync(stop).ConfigureAwait(false)) await output.WriteAsync(piece, stop).ConfigureAwait(false);
    }

    private static void NoteSealed(CommandContext context, FileLink link, FileMetadata metadata)
    {
        if (link.Key is null && metadata.ContentType == EncryptedFiles.MediaType) context.Output.Note($"{link.FileId} is encrypted, and comes as it is stored; its whole link, with what follows the #, opens it");
    }

    /// <summary>FROM-TO with both ends included, as HTTP has it.</summary>
    internal static ByteRange RangeOf(string text)
    {
        string[] ends = text.Split('-');
        long from = 0;
        long to = long.MaxValue - 1;
        bool read = ends.Length == 2
            && (ends[0].Length == 0 || long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out from))
            && (ends[1].Length == 0 || long.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out to))
            && from <= to;
        if (!read) throw CommandFailedException.Usage($"--range wants FROM-TO such as 0-1023, not \"{text}\"");
        return new ByteRange(from, ends[1].Length == 0 ? null : to + 1);
    }
}
