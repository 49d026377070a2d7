using System.CommandLine;
using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry info, ls and reclaim.</summary>
internal static class FileCommands
{
    public static IEnumerable<Command> Build(CommandActions actions) => [Info(actions), List(actions), Reclaim(actions)];

    private static Command Info(CommandActions actions)
    {
        var fileId = new Argument<string>("FILEID");
        return actions.Set(new Command("info", "A file's certificate, who holds it, and how many replicas live.") { fileId }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            FileDescription found = await client.Past.DescribeAsync(context.Get(fileId), stop).ConfigureAwait(false);
            context.Output.Result(found, PastryJson.Default.FileDescription, text => Show(text, found));
        });
    }

    private static void Show(TextWriter text, FileDescription f)
    {
        text.WriteLine($"{f.Name}  {f.Size} bytes in {f.Chunks} {(f.Chunks == 1 ? "chunk" : "chunks")}  {f.ContentType}");
        text.WriteLine($"fileId   {f.FileId}");
        text.WriteLine($"content  {f.ContentHash}");
        text.WriteLine($"owner    {f.Owner}  {f.Created:u}");
        if (f.Modified is not null || f.Mode is not null) text.WriteLine($"changed  {f.Modified?.ToString("u") ?? "-"}  mode {f.Mode ?? "-"}");
        if (f.Code is null) text.WriteLine($"replicas {f.ReplicasAlive} of {f.K} live");
        else text.WriteLine($"coded    {f.Code}, {f.ChunksMissing} chunks missing; lost only if {f.ReplicasAlive} {(f.ReplicasAlive == 1 ? "node fails" : "nodes fail at once")}");
        CommandOutput.Table(text, ["NODE", "ADDRESS", "STATE", "VERIFIED"], f.Holders.Select(h => new[]
        {
            h.NodeId, h.Address, h.DivertedTo is null ? h.State : $"diverted to {h.DivertedTo[..8]}", h.VerifiedAt?.ToString("u") ?? "-",
        }));
        foreach (string advice in f.Advice ?? []) text.WriteLine(advice);
    }

    private static Command List(CommandActions actions)
    {
        var unfinished = new Option<bool>("--unfinished") { Description = "What this owner began to insert and did not finish: insert it again, or reclaim it." };
        return actions.Set(new Command("ls", "What this owner inserted and did not reclaim.") { unfinished }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            if (context.Get(unfinished))
            {
                Show(context.Output, await client.Past.ListUnfinishedAsync(stop).ConfigureAwait(false));
                return;
            }

            OwnedFiles owned = await client.Past.ListAsync(stop).ConfigureAwait(false);
            context.Output.Result(owned, PastryJson.Default.OwnedFiles, text => CommandOutput.Table(
                text, ["FILEID", "SIZE", "K", "INSERTED", "NAME"], owned.Files.Select(f => new[] { f.FileId, $"{f.Size}", $"{f.K}", $"{f.Inserted:u}", f.Name })));
        });
    }

    private static void Show(CommandOutput output, UnfinishedFiles found) => output.Result(found, PastryJson.Default.UnfinishedFiles, text => CommandOutput.Table(
        text, ["FILEID", "SIZE", "PARTS", "LAST PART", "NOW", "NAME"],
        found.Files.Select(f => new[] { f.FileId, f.Size is { } size ? $"{size}" : "-", $"{f.Parts}", $"{f.LastPart:u}", f.Running ? "being put" : "-", f.Name })));

    private static Command Reclaim(CommandActions actions)
    {
        var fileId = new Argument<string>("FILEID");
        return actions.Set(new Command("reclaim", "Releases a file; only its owner can.") { fileId }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            FileReclaimed done = await client.Past.ReclaimAsync(context.Get(fileId), stop).ConfigureAwait(false);
            context.Output.Result(done, PastryJson.Default.FileReclaimed, text => text.WriteLine($"released {done.BytesReleased} bytes"));
        });
    }
}
