using System.CommandLine;
using PastryActors.Client;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Logging;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry log: from which severity on a node logs, subsystem by subsystem; to see, and to change while it runs.</summary>
internal static class LogCommands
{
    public static Command Build(CommandActions actions)
    {
        var log = new Command("log", "What a node logs, by subsystem.");
        log.Subcommands.Add(actions.Set(new Command("levels", "From which severity on each subsystem is logged.") { GlobalOptions.All }, (context, stop) => RunAsync(context, null, stop)));
        log.Subcommands.Add(Set(actions));
        return log;
    }

    private static Command Set(CommandActions actions)
    {
        var level = new Argument<string>("LEVEL") { Description = "The least severe entries that are written: trace, debug, info, warning, error or off." };
        level.AcceptOnlyFromAmong([.. Enum.GetNames<LogThreshold>().Select(n => n.ToLowerInvariant())]);
        var subsystem = new Argument<string?>("SUBSYSTEM") { Arity = ArgumentArity.ZeroOrOne, Description = $"{string.Join(", ", LogLevels.Names)}; all if none is named." };
        subsystem.AcceptOnlyFromAmong([.. LogLevels.Names]);
        return actions.Set(new Command("set", "Changes it until the node restarts.") { level, subsystem, GlobalOptions.All }, (context, stop) =>
            RunAsync(context, new LogOrder(context.Get(level), context.Get(subsystem)), stop));
    }

    private static async Task RunAsync(CommandContext context, LogOrder? order, CancellationToken stop)
    {
        List<LogOfNode> nodes = [];
        foreach (PastryClient client in await context.ConnectToAllAsync(stop).ConfigureAwait(false))
        {
            using (client) nodes.Add(new LogOfNode(client.Node.ToString(), (await (order is null ? client.Overlay.LogAsync(stop) : client.Overlay.SetLogAsync(order, stop)).ConfigureAwait(false)).Levels));
        }

        context.Output.Result(new LogResult(nodes), CliJson.Default.LogResult, text =>
            CommandOutput.Table(text, ["NODE", .. LogLevels.Names.Select(n => n.ToUpperInvariant())], nodes.Select(n => new[] { n.Node }.Concat(LogLevels.Names.Select(s => n.Levels.GetValueOrDefault(s, "-"))).ToArray())));
    }
}

/// <summary>What `pastry log --json` prints.</summary>
internal sealed record LogResult(IReadOnlyList<LogOfNode> Nodes);

/// <summary>One node's levels.</summary>
internal sealed record LogOfNode(string Node, IReadOnlyDictionary<string, string> Levels);
