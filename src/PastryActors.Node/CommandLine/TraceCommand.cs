using System.CommandLine;
using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry trace: one lookup of a file, explained.</summary>
internal static class TraceCommand
{
    public static Command Build(CommandActions actions)
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
}
