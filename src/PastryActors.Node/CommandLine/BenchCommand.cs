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
        bench.Subcommands.Add(Bench(actions, "files", "Files inserted, then read, on one cluster.", 1024, FileBenches.BothAsync));
        bench.Subcommands.Add(Bench(actions, "route", "Random keys routed, every hop measured.", 0, RouteBench.RunAsync));
        bench.Subcommands.Add(Bench(actions, "multicast", "One publisher, many subscribers in other processes.", 100, MulticastBench.RunAsync));
        bench.Subcommands.Add(Bench(actions, "ring", "Files inserted, files read, messages of a topic, one after the other.", 1024, RingBench.RunAsync));
        bench.Subcommands.Add(Bench(actions, "idle", "Processes of a ring that nobody asks for anything.", 0, IdleBench.RunAsync));
        bench.Subcommands.Add(Bench(actions, "mailbox", "The mailbox of an actor alone, beside channels.", 0, MailboxBench.RunAsync));
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
