using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry get: looks up a file or, with -r, a directory.</summary>
internal static class GetCommand
{
    public static Command Build(CommandActions actions)
    {
        var fileId = new Argument<string>("FILEID");
        var recursive = new Option<bool>("-r") { Description = "FILEID is a directory: restore it." };
        var path = new Option<string?>("-o", "--output") { HelpName = "PATH", Description = "Where to; '-' or nothing is standard output." };
        var range = new Option<string?>("--range") { HelpName = "FROM-TO", Description = "Bytes FROM to TO, both included; either may be left out." };
        var command = new Command("get", "Looks up a file; takes up a partial one where it ended.") { fileId, recursive, path, range };
        return actions.Set(command, async (context, stop) =>
        {
            ByteRange? wanted = context.Get(range) is { } text ? RangeOf(text) : null;
            if (wanted is not null && context.Get(recursive)) throw CommandFailedException.Usage("--range does not go with -r");
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            long started = Stopwatch.GetTimestamp();
            var download = new FileDownload(client.Past);
            string id = context.Get(fileId);
            if (context.Get(recursive)) await RestoreAsync(context, download, id, context.Get(path), started, stop).ConfigureAwait(false);
            else if (Target(context, context.Get(path), id) is { } target) await SaveAsync(context, download, id, target, wanted, started, stop).ConfigureAwait(false);
            else await StreamAsync(context, client, id, wanted, stop).ConfigureAwait(false);
        });
    }

    // With --json standard output belongs to the document, so the content goes into a file named by its id.
    private static string? Target(CommandContext context, string? path, string id) => path is null or "-" ? (context.Output.Json ? id : null) : path;

    private static async Task SaveAsync(CommandContext context, FileDownload download, string id, string target, ByteRange? range, long started, CancellationToken stop)
    {
        Downloaded done = await download.SaveAsync(id, target, range, stop).ConfigureAwait(false);
        Report(context, new GetResult(id, target, done.Size, done.ResumedFrom, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3)));
    }

    private static async Task RestoreAsync(CommandContext context, FileDownload download, string id, string? path, long started, CancellationToken stop)
    {
        string target = path ?? id;
        long size = await new DirectoryDownload(download).RestoreAsync(id, target, stop).ConfigureAwait(false);
        Report(context, new GetResult(id, target, size, 0, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3)));
    }

    private static void Report(CommandContext context, GetResult result)
    {
        if (context.Output.Json) context.Output.Result(result, CliJson.Default.GetResult, _ => { });
        else context.Output.Note($"{result.Path}: {result.Size} bytes{(result.ResumedFrom > 0 ? $", taken up at {result.ResumedFrom}" : "")}, {result.Seconds} s");
    }

    private static async Task StreamAsync(CommandContext context, PastryClient client, string id, ByteRange? range, CancellationToken stop)
    {
        await using Stream content = await client.Past.LookupAsync(id, range, stop).ConfigureAwait(false);
        await using Stream output = context.Output.Raw();
        await content.CopyToAsync(output, stop).ConfigureAwait(false);
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
