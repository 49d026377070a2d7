using System.CommandLine;
using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry info, ls and reclaim.</summary>
internal static class FileCommands
{
    public static IEnumerable<Command> Build(CommandActions actions) => [Info(actions), List(actions), Reclaim(actions), Trace(actions)];

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
        text.WriteLine($"replicas {f.ReplicasAlive} of {f.K} live");
        CommandOutput.Table(text, ["NODE", "ADDRESS", "STATE", "VERIFIED"], f.Holders.Select(h => new[]
        {
            h.NodeId, h.Address, h.DivertedTo is null ? h.State : $"diverted to {h.DivertedTo[..8]}", h.VerifiedAt?.ToString("u") ?? "-",
        }));
        foreach (string advice in f.Advice ?? []) text.WriteLine(advice);
    }

    private static Command Trace(CommandActions actions)
    {
        var fileId = new Argument<string>("FILEID");
        return actions.Set(new Command("trace", "One lookup of a file, explained: every hop, cache or replica, times, retries.") { fileId }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            FileTrace trace = await client.Past.TraceAsync(context.Get(fileId), stop).ConfigureAwait(false);
            context.Output.Result(trace, PastryJson.Default.FileTrace, text => Show(text, trace));
        });
    }

    private static void Show(TextWriter text, FileTrace t)
    {
        text.WriteLine($"{t.Name}  {t.Size} bytes, {t.K} replicas");
        text.WriteLine($"the way to the root of its key, {t.Route.Key}:");
        CommandOutput.Table(text, ["HOP", "NODE", "ADDRESS", "ROUND TRIP", "HAS"], t.Route.Hops.Select((h, i) => new[]
        {
            $"{i}", h.NodeId, h.Address, i == 0 ? "-" : $"{h.RttMicros} us", t.Holders.FirstOrDefault(holder => holder.NodeId == h.NodeId)?.State ?? "-",
        }));
        string what = t.Source == "replica" ? "its replica" : "a copy in its cache";
        text.WriteLine($"answered by {t.AnsweredBy.NodeId} at {t.AnsweredBy.Address} with {what}, after {t.Hops} {(t.Hops == 1 ? "hop" : "hops")} in {t.Micros / 1000.0:0.0} ms");
        text.WriteLine(t.Rerouted == 0 ? "no hop had to be taken again" : $"{t.Rerouted} hops were sent another way meanwhile: a node did not acknowledge in time");
    }

    private static Command List(CommandActions actions) =>
        actions.Set(new Command("ls", "What this owner inserted and did not reclaim."), async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            OwnedFiles owned = await client.Past.ListAsync(stop).ConfigureAwait(false);
            context.Output.Result(owned, PastryJson.Default.OwnedFiles, text => CommandOutput.Table(
                text, ["FILEID", "SIZE", "K", "INSERTED", "NAME"], owned.Files.Select(f => new[] { f.FileId, $"{f.Size}", $"{f.K}", $"{f.Inserted:u}", f.Name })));
        });

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
