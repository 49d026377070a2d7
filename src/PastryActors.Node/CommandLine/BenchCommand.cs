using System.CommandLine;
using System.Globalization;
using PastryActors.Node.Benches;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry bench: figures of this machine. Every bench starts what it needs in a folder of its own, and leaves nothing behind.</summary>
internal static class BenchCommand
{
    public static Command Build(CommandActions actions)
    {
        var bench = new Command("bench", "Measures this machine: a cluster of its own for each bench, gone afterwards.");
        bench.Subcommands.Add(Bench(actions, "insert", "Files inserted with k durable replicas.", 1024, FileBenches.InsertAsync));
        bench.Subcommands.Add(Bench(actions, "lookup", "Files read from wherever they are.", 1024, FileBenches.LookupAsync));
        bench.Subcommands.Add(Bench(actions, "route", "Random keys routed, every hop measured.", 0, RouteBench.RunAsync));
        bench.Subcommands.Add(Bench(actions, "multicast", "One publisher, many subscribers in other processes.", 100, MulticastBench.RunAsync));
        bench.Subcommands.Add(Bench(actions, "transport", "Two nodes in two processes, nothing above them.", 0, TransportBench.RunAsync));
        bench.Subcommands.Add(Bench(actions, "store", "The volume store alone.", 1024, StoreBench.RunAsync));
        bench.Subcommands.Add(Subscribers(actions));
        bench.Subcommands.Add(Answerer(actions));
        return bench;
    }

    private static Command Bench(CommandActions actions, string name, string description, long bytes, Func<BenchPlan, CancellationToken, Task<BenchResult>> run)
    {
        var options = new BenchOptions(name, bytes);
        var command = new Command(name, description);
        options.AddTo(command);
        return actions.Set(command, async (context, stop) =>
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("pastry-bench-");
            try
            {
                BenchResult result = await run(options.PlanOf(context, folder.FullName), stop).ConfigureAwait(false);
                context.Output.Result(result, BenchJson.Default.BenchResult, text => Show(text, result));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        });
    }

    private static void Show(TextWriter text, BenchResult result)
    {
        IEnumerable<string[]> rows = result.Figures.Select(f => Row("pastry", f.Key, f.Value))
            .Concat(result.Peers.SelectMany(p => p.Value.Select(f => Row(p.Key, f.Key, f.Value))));
        CommandOutput.Table(text, ["WHO", "FIGURE", "VALUE"], rows);
    }

    private static string[] Row(string who, string name, double value) => [who, name, value.ToString("#,0.####", CultureInfo.InvariantCulture)];

    // What a bench starts beside itself: no command for people.
    private static Command Subscribers(CommandActions actions)
    {
        var topic = new Argument<string>("TOPIC");
        var folder = new Argument<string>("FOLDER");
        var config = new Option<string>("--config") { Required = true };
        var count = new Option<int>("--subscribers");
        var seeds = new Option<string[]>("--seed");
        Option<string[]> set = NodeCommand.SettingsOption();
        return actions.Set(new Command("subscribers", "A process of subscribers of a bench.") { topic, folder, config, count, seeds, set }.Hide(), async (context, stop) =>
        {
            await using BenchNode node = await BenchNode.JoinAsync(context.Get(folder), context.Get(config)!, context.Get(set) ?? [], context.Get(seeds) ?? [], stop).ConfigureAwait(false);
            await MulticastWorker.RunAsync(node, context.Get(topic), context.Get(count), Console.In, context.Output.Out, stop).ConfigureAwait(false);
        });
    }

    private static Command Answerer(CommandActions actions)
    {
        var security = new Argument<string>("SECURITY");
        security.AcceptOnlyFromAmong("tls", "clear");
        return actions.Set(new Command("answerer", "The other end of the bench of the transport.") { security }.Hide(), (context, stop) =>
            TransportBench.AnswerAsync(context.Get(security) == "tls", Console.In, context.Output.Out, stop));
    }

    private static Command Hide(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}

/// <summary>The options of one bench: those that mean something to it.</summary>
internal sealed class BenchOptions
{
    private readonly Option<int> _processes = new("-n", "--processes") { DefaultValueFactory = _ => 12, Description = "Processes of the ring, the bench's own included; 2 to 64." };
    private readonly Option<double> _seconds = new("--seconds") { DefaultValueFactory = _ => 10, Description = "No operation begins after so long." };
    private readonly Option<double> _warmUp = new("--warm-up") { DefaultValueFactory = _ => 5, Description = "For so long the same is done before it is measured." };
    private readonly Option<long> _count = new("--count") { DefaultValueFactory = _ => 1_000_000, Description = "Operations at most." };
    private readonly Option<int> _outstanding;
    private readonly Option<long> _bytes;
    private readonly Option<int> _replicas = new("-k") { DefaultValueFactory = _ => 3, Description = "Replicas of each file." };
    private readonly Option<string> _through = new("--through") { DefaultValueFactory = _ => "node", Description = "The client: a node inside this process, or HTTP with a gateway." };
    private readonly Option<string> _level = new("--level") { DefaultValueFactory = _ => "ordered", Description = "Delivery of the topic: ordered or best-effort." };
    private readonly Option<double?> _rate = new("--rate") { Description = "Messages a second; else as fast as they go." };
    private readonly Option<int> _subscribers = new("--subscribers") { DefaultValueFactory = _ => 16, Description = "Subscribers in all." };
    private readonly Option<int> _subscriberProcesses = new("--subscriber-processes") { DefaultValueFactory = _ => 4, Description = "Processes that they are in." };
    private readonly Option<string?> _config = new("--config") { HelpName = "FILE", Description = "Configuration of every node; else hocon/local.conf." };
    private readonly Option<string[]> _set = NodeCommand.SettingsOption();
    private readonly string _bench;

    public BenchOptions(string bench, long bytes)
    {
        _bench = bench;
        // A window of messages is not what a window of files is: small ones travel in batches.
        _outstanding = new Option<int>("--outstanding") { DefaultValueFactory = _ => bench == "multicast" ? 1024 : 32, Description = "Operations under way at once." };
        _bytes = new Option<long>("--size") { DefaultValueFactory = _ => bytes, Description = "Bytes of one file or message." };
        _processes.Must(value => value is >= 2 and <= 64, "-n must be 2 to 64");
        _seconds.Must(value => value is > 0 and <= 3600, "--seconds must be above 0, up to 3600");
        _warmUp.Must(value => value is >= 0 and <= 3600, "--warm-up must be 0 to 3600");
        _count.Must(value => value > 0, "--count must be at least 1");
        _outstanding.Must(value => value is >= 1 and <= 4096, "--outstanding must be 1 to 4096");
        _bytes.Must(value => value is >= 0 and <= 1L << 40, "--size must be 0 to 1 TiB");
        _replicas.Must(value => value is >= 1 and <= 16, "-k must be 1 to 16");
        _rate.Must(value => value is null or > 0, "--rate must be above 0");
        _subscribers.Must(value => value is >= 1 and <= 4096, "--subscribers must be 1 to 4096");
        _subscriberProcesses.Must(value => value is >= 1 and <= 32, "--subscriber-processes must be 1 to 32");
        _through.AcceptOnlyFromAmong("node", "gateway");
        _level.AcceptOnlyFromAmong("ordered", "best-effort");
    }

    public void AddTo(Command command)
    {
        Option[] all = _bench switch
        {
            "insert" or "lookup" => [_processes, _seconds, _warmUp, _count, _outstanding, _bytes, _replicas, _through, _config, _set],
            "multicast" => [_processes, _seconds, _warmUp, _count, _outstanding, _bytes, _level, _rate, _subscribers, _subscriberProcesses, _config, _set],
            "route" => [_processes, _seconds, _count, _outstanding, _config, _set],
            "store" => [_seconds, _count, _outstanding, _bytes],
            _ => [_count, _set],
        };
        foreach (Option option in all) command.Options.Add(option);
    }

    public BenchPlan PlanOf(CommandContext context, string folder)
    {
        var load = new Load(context.Get(_count), TimeSpan.FromSeconds(context.Get(_seconds)), context.Get(_outstanding));
        return new BenchPlan(
            context.Get(_processes), load, context.Get(_bytes), context.Get(_replicas), context.Get(_through) == "gateway" ? BenchThrough.Gateway : BenchThrough.Node, folder,
            ClusterCommands.ConfigOf(context.Get(_config)), context.Get(_set) ?? [], context.Output.Note)
        {
            WarmUp = TimeSpan.FromSeconds(context.Get(_warmUp)),
            Rate = context.Get(_rate),
            Level = context.Get(_level)!,
            Subscribers = context.Get(_subscribers),
            SubscriberProcesses = Math.Min(context.Get(_subscriberProcesses), context.Get(_subscribers)),
        };
    }
}
