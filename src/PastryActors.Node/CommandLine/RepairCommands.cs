using System.CommandLine;
using System.Globalization;
using PastryActors.Client;
using PastryActors.Hocon.Units;
using PastryActors.Node.Upkeep;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry repair: what a node does in the background to keep files alive; to see, pause and set the pace of.</summary>
internal static class RepairCommands
{
    public static Command Build(CommandActions actions)
    {
        var repair = new Command("repair", "The background work of a node: restoring replicas and coded chunks, scrub, compaction.");
        repair.Subcommands.Add(actions.Set(new Command("status", "What it is doing.") { GlobalOptions.All }, (context, stop) => RunAsync(context, null, stop)));
        repair.Subcommands.Add(OfWorker(actions, "pause", "Lets it rest; nothing that is to be done is lost. A restart of the node ends it."));
        repair.Subcommands.Add(OfWorker(actions, "resume", "Lets it go on."));
        repair.Subcommands.Add(Speed(actions));
        repair.Subcommands.Add(actions.Set(new Command("scrub", "Begins to read everything again now.") { GlobalOptions.All }, (context, stop) => RunAsync(context, new RepairOrder("scrub"), stop)));
        return repair;
    }

    private static Command OfWorker(CommandActions actions, string action, string what)
    {
        var worker = new Argument<string?>("WORKER") { Arity = ArgumentArity.ZeroOrOne, Description = "replicas, stripes (of coded files), scrub or compaction; all if none is named." };
        worker.AcceptOnlyFromAmong([.. RepairOrders.Workers]);
        return actions.Set(new Command(action, what) { worker, GlobalOptions.All }, (context, stop) => RunAsync(context, new RepairOrder(action, context.Get(worker)), stop));
    }

    private static Command Speed(CommandActions actions)
    {
        var speed = new Argument<string>("SIZE") { Description = "Bytes a second at which replicas are restored at most, for instance 8MiB." };
        var objects = new Option<int?>("--objects") { HelpName = "N", Description = "Objects fetched at once at most." };
        return actions.Set(new Command("speed", "Sets the pace of restoring replicas until the node restarts.") { speed, objects, GlobalOptions.All }, (context, stop) =>
            RunAsync(context, new RepairOrder("speed", null, SizeOf(context.Get(speed)), context.Get(objects)), stop));
    }

    private static long SizeOf(string text)
    {
        string size = text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
        return Sizes.TryParse(size, out long bytes) && bytes > 0 ? bytes : throw CommandFailedException.Usage($"SIZE must be a size a second such as 8MiB, not \"{text}\"");
    }

    private static async Task RunAsync(CommandContext context, RepairOrder? order, CancellationToken stop)
    {
        if (order is not null && RepairOrders.Problem(order) is { } problem) throw CommandFailedException.Usage(problem);
        List<RepairDescription> nodes = [];
        foreach (PastryClient client in await context.ConnectToAllAsync(stop).ConfigureAwait(false))
        {
            using (client) nodes.Add(await (order is null ? client.Overlay.RepairAsync(stop) : client.Overlay.SteerRepairAsync(order, stop)).ConfigureAwait(false));
        }

        context.Output.Result(new RepairResult(nodes), CliJson.Default.RepairResult, text => Show(text, nodes));
    }

    private static void Show(TextWriter text, List<RepairDescription> nodes)
    {
        CommandOutput.Table(text, ["NODE", "WORKER", "STATE", "QUEUE", "DONE", "AT MOST", "DETAIL"], nodes.SelectMany(n => n.Workers, (n, w) => new[]
        {
            n.NodeId[..8], w.Name, w.State, Number(w.Queue), Number(w.Done), w.BytesPerSecond is { } speed ? $"{Number(speed)} B/s" : "-",
            w.LastError.Length > 0 ? $"{w.Detail}; last error: {w.LastError}" : w.Detail,
        }));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
