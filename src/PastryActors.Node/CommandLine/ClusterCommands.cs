using System.CommandLine;
using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Cluster;
using PastryActors.Node.Hosting;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry cluster: a cluster of processes on this machine.</summary>
internal static class ClusterCommands
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    public static Command Build(CommandActions actions)
    {
        var cluster = new Command("cluster", "A cluster of node processes on this machine.");
        cluster.Subcommands.Add(Up(actions));
        cluster.Subcommands.Add(actions.Set(new Command("status", "Every node as it says it is."), async (context, stop) =>
            Show(context, await ClusterOf(context).StatusAsync(stop).ConfigureAwait(false))));
        cluster.Subcommands.Add(Down(actions));
        cluster.Subcommands.Add(Kill(actions));
        cluster.Subcommands.Add(Start(actions));
        cluster.Subcommands.Add(Add(actions));
        return cluster;
    }

    private static Command Up(CommandActions actions)
    {
        var count = new Option<int>("-n", "--nodes") { DefaultValueFactory = _ => 8, Description = "Number of nodes, 1 to 256." };
        var basePort = new Option<int>("--base-port") { DefaultValueFactory = _ => 9000, Description = "Node i listens on base + 2i (overlay) and base + 2i + 1 (HTTP)." };
        var engine = new Option<string?>("--engine") { HelpName = "tcp|akka", Description = "What runs the nodes; else what the cluster has, or tcp." };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "Configuration of every node; else what the cluster has, or hocon/local.conf." };
        Option<string[]> set = NodeCommand.SettingsOption();
        count.Must(value => value is >= 1 and <= 256, "-n must be 1 to 256");
        basePort.Must(value => value is >= 1024 and <= 65_000, "--base-port must be 1024 to 65000");
        engine.AcceptOnlyFromAmong([.. Enum.GetValues<EngineChoice>().Select(Engines.NameOf)]);
        var command = new Command("up", "Starts a cluster and returns when its ring is whole.") { count, basePort, engine, config, set };
        return actions.Set(command, async (context, stop) =>
        {
            ClusterState? has = context.Folder.Read();
            EngineChoice chosen = context.Get(engine) is { } name ? Enum.Parse<EngineChoice>(name, ignoreCase: true) : has?.Engine ?? EngineChoice.Tcp;
            if (!Engines.Has(chosen)) throw new ClusterFailedException("engine-missing", Engines.Missing(chosen));
            var plan = new ClusterPlan(context.Get(count), context.Get(basePort), ConfigOf(context.Get(config) ?? has?.Config), context.Get(set) ?? [], chosen);
            CheckSettings(plan);
            Show(context, await ClusterOf(context).UpAsync(plan, stop).ConfigureAwait(false));
        });
    }

    private static Command Down(CommandActions actions) =>
        actions.Set(new Command("down", "Stops all nodes; their folders stay."), async (context, stop) =>
        {
            int killed = await ClusterOf(context).DownAsync(stop).ConfigureAwait(false);
            context.Output.Result(new ClusterSignal(null, null, null, killed), CliJson.Default.ClusterSignal, text =>
                text.WriteLine(killed == 0 ? "all nodes have stopped" : $"all nodes have stopped, {killed} of them only by force"));
        });

    private static Command Kill(CommandActions actions)
    {
        Argument<int> index = IndexArgument();
        var signal = new Option<int>("--signal") { DefaultValueFactory = _ => ProcessSignals.Kill, Description = "The signal's number: 9 is sudden death, 15 a graceful leave." };
        signal.Must(value => value is >= 1 and <= 64, "--signal must be 1 to 64");
        return actions.Set(new Command("kill", "Sends a signal to one node.") { index, signal }, (context, _) =>
        {
            ClusterNode node = ClusterOf(context).Kill(context.Get(index), context.Get(signal));
            context.Output.Result(new ClusterSignal(node.Index, node.Pid, context.Get(signal), null), CliJson.Default.ClusterSignal, text =>
                text.WriteLine($"sent signal {context.Get(signal)} to node {node.Index} (pid {node.Pid})"));
            return Task.CompletedTask;
        });
    }

    private static Command Start(CommandActions actions)
    {
        Argument<int> index = IndexArgument();
        return actions.Set(new Command("start", "Starts one node again, with its key and files.") { index }, async (context, stop) =>
            Show(context, await ClusterOf(context).StartAsync(context.Get(index), stop).ConfigureAwait(false)));
    }

    private static Command Add(CommandActions actions)
    {
        var count = new Argument<int>("COUNT") { DefaultValueFactory = _ => 1 };
        count.Must(value => value is >= 1 and <= 256, "COUNT must be 1 to 256");
        return actions.Set(new Command("add", "Adds nodes and returns when the ring is whole with them.") { count }, async (context, stop) =>
            Show(context, await ClusterOf(context).AddAsync(context.Get(count), stop).ConfigureAwait(false)));
    }

    private static Argument<int> IndexArgument()
    {
        var index = new Argument<int>("INDEX") { Description = "Number of the node, from 0." };
        index.Must(value => value >= 0, "INDEX must not be negative");
        return index;
    }

    internal static LocalCluster ClusterOf(CommandContext context) =>
        new(context.Folder, new ClusterProbe(context.Connect, ProbeTimeout), new NodeLauncher(context.Folder), context.Output.Note);

    internal static string ConfigOf(string? path)
    {
        string config = Path.GetFullPath(path ?? Path.Combine(AppContext.BaseDirectory, "hocon", "local.conf"));
        return File.Exists(config) ? config : throw new CommandFailedException("config", $"there is no configuration {config}", "name one with --config FILE");
    }

    // Before they are kept: a typo would be met again at every start.
    private static void CheckSettings(ClusterPlan plan)
    {
        try
        {
            PastrySchema.Load(plan.Config, plan.Overrides);
        }
        catch (HoconException wrong)
        {
            throw new CommandFailedException("config", string.Join("\n  ", wrong.Problems), "pastry node --help; hocon/node.conf explains every key", 2);
        }
    }

    private static void Show(CommandContext context, ClusterStatus status) => context.Output.Result(status, CliJson.Default.ClusterStatus, text =>
    {
        CommandOutput.Table(text, ["INDEX", "NODE", "PID", "OVERLAY", "HTTP", "STATE", "LEAF SET", "FILES", "BYTES"], status.Nodes.Select(n => new[]
        {
            $"{n.Index}", n.NodeId.Length > 8 ? n.NodeId[..8] : "-", $"{n.Pid}", n.Overlay, n.Http, n.Leaving ? "leaving" : n.Active ? "active" : n.Alive ? "joining" : "dead",
            n.LeafSetComplete ? "complete" : "-", $"{n.Files}", $"{n.Bytes}",
        }));
        text.WriteLine(status.Whole ? "the ring is whole" : "the ring is not whole");
    });
}
