using System.CommandLine;
using PastryActors.Client;
using Spectre.Console;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry route and ring.</summary>
internal static class OverlayCommands
{
    private static readonly string[] Headings = ["NODE", "ADDRESS", "STATE", "LEFT", "RIGHT"];

    public static IEnumerable<Command> Build(CommandActions actions) => [Route(actions), Ring(actions)];

    private static Command Route(CommandActions actions)
    {
        var key = new Argument<string>("KEY") { Description = "32 hexadecimal digits, a fileId, or any text (its hash is the key)." };
        return actions.Set(new Command("route", "The hops that a key takes, with round trips.") { key }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            RouteTrace trace = await client.Overlay.RouteAsync(context.Get(key), stop).ConfigureAwait(false);
            context.Output.Result(trace, PastryJson.Default.RouteTrace, text =>
            {
                text.WriteLine($"key {trace.Key}, root {trace.Root}");
                CommandOutput.Table(text, ["HOP", "NODE", "ADDRESS", "ROUND TRIP"], trace.Hops.Select((h, i) => new[] { $"{i}", h.NodeId, h.Address, $"{h.RttMicros} us" }));
            });
        });
    }

    private static Command Ring(CommandActions actions)
    {
        var watch = new Option<bool>("--watch") { Description = "Show it again every second." };
        return actions.Set(new Command("ring", "Every node reached by walking leaf sets.") { watch }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            if (context.Get(watch) && context.Output.Json) throw CommandFailedException.Usage("--watch does not go with --json");
            if (context.Get(watch)) await LiveView.RunAsync(context.Output, long.MaxValue, client.Overlay.RingAsync, Draw, Show, stop).ConfigureAwait(false);
            else
            {
                RingWalk walk = await client.Overlay.RingAsync(stop).ConfigureAwait(false);
                context.Output.Result(walk, PastryJson.Default.RingWalk, text => Show(text, walk));
            }
        });
    }

    private static void Show(TextWriter text, RingWalk walk)
    {
        CommandOutput.Table(text, Headings, walk.Nodes.Select(Cells));
        text.WriteLine(Summary(walk));
    }

    private static Rows Draw(RingWalk walk) => new(
        LiveView.Table(Headings, walk.Nodes.Select(n => (Cells(n), n is { Answered: true, Active: true } ? "default" : n.Answered ? "yellow" : "red"))),
        new Text(Summary(walk), Style.Parse(walk.Whole ? "green" : "yellow")));

    private static string[] Cells(RingNode n) =>
        [n.NodeId, n.Address, !n.Answered ? "silent" : n.Active ? "active" : "joining", n.Left.Count > 0 ? n.Left[0][..8] : "-", n.Right.Count > 0 ? n.Right[0][..8] : "-"];

    private static string Summary(RingWalk walk) =>
        $"{walk.Nodes.Count} nodes; the ring is {(walk.Whole ? "whole" : walk.Truncated ? "larger than this walk" : "not whole")}";
}
