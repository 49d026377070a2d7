using System.CommandLine;
using PastryActors.Node.Benches;

namespace PastryActors.Node.CommandLine;

/// <summary>The options of one bench: those that mean something to it.</summary>
internal sealed class BenchOptions
{
    private readonly Option<int> _processes = new("-n", "--processes") { DefaultValueFactory = _ => 12, Description = "Processes of the ring, the bench's own included; 2 to 64." };
    private readonly Option<double> _seconds;
    private readonly Option<double> _warmUp = new("--warm-up") { DefaultValueFactory = _ => 5, Description = "For so long the same is done before it is measured." };
    private readonly Option<long> _count = new("--count") { DefaultValueFactory = _ => 100_000_000, Description = "Operations at most." };
    private readonly Option<int> _outstanding;
    private readonly Option<long> _bytes;
    private readonly Option<int> _replicas = new("-k") { DefaultValueFactory = _ => 3, Description = "Replicas of each file." };
    private readonly Option<string> _through = new("--through") { DefaultValueFactory = _ => "node", Description = "The client: a node inside this process, or HTTP with a gateway." };
    private readonly Option<string> _level = new("--level") { DefaultValueFactory = _ => "ordered", Description = "Delivery of the topic: ordered or best-effort." };
    private readonly Option<double?> _rate = new("--rate") { Description = "Messages a second; else as fast as they go." };
    private readonly Option<string> _retain = new("--retain") { DefaultValueFactory = _ => "none", Description = "What the topic keeps: none, a number of messages, a duration, forever." };
    private readonly Option<double> _stall = new("--stall") { DefaultValueFactory = _ => 0, Description = "For so many seconds the subscribers of one process take nothing: what becomes of the others, and whether it gets the rest." };
    private readonly Option<long> _stored = new("--stored") { DefaultValueFactory = _ => 0, Description = "Objects that the store holds before." };
    private readonly Option<int> _subscribers = new("--subscribers") { DefaultValueFactory = _ => 16, Description = "Subscribers in all." };
    private readonly Option<int> _subscriberProcesses = new("--subscriber-processes") { DefaultValueFactory = _ => 4, Description = "Processes that they are in." };
    private readonly Option<string?> _config = new("--config") { HelpName = "FILE", Description = "Configuration of every node; else hocon/local.conf." };
    private readonly Option<string[]> _set = NodeCommand.SettingsOption();
    private readonly string _bench;

    public BenchOptions(string bench, long bytes)
    {
        _bench = bench;
        _seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => bench is "transport" or "mailbox" ? 2 : 10, Description = "No operation begins after so long." };
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
        _stall.Must(value => value is >= 0 and <= 25, "--stall must be 0 to 25");
        _stored.Must(value => value is >= 0 and <= 100_000_000, "--stored must be 0 to 100000000");
        _through.AcceptOnlyFromAmong("node", "gateway");
        _level.AcceptOnlyFromAmong("ordered", "best-effort");
    }

    public void AddTo(Command command)
    {
        Option[] all = _bench switch
        {
            "insert" or "lookup" or "files" => [_processes, _seconds, _warmUp, _count, _outstanding, _bytes, _replicas, _through, _config, _set],
            "multicast" => [_processes, _seconds, _warmUp, _count, _outstanding, _bytes, _level, _retain, _rate, _stall, _subscribers, _subscriberProcesses, _config, _set],
            "ring" => [_processes, _seconds, _warmUp, _count, _outstanding, _bytes, _replicas, _subscribers, _subscriberProcesses, _config, _set],
            "idle" => [_processes, _seconds, _warmUp, _config, _set],
            "mailbox" => [_count, _seconds],
            "route" => [_processes, _seconds, _count, _outstanding, _config, _set],
            "store" => [_seconds, _count, _outstanding, _bytes, _stored],
            _ => [_count, _seconds, _warmUp, _set],
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
            Retain = context.Get(_retain)!,
            Stall = TimeSpan.FromSeconds(context.Get(_stall)),
            Stored = context.Get(_stored),
            Subscribers = context.Get(_subscribers),
            SubscriberProcesses = Math.Min(context.Get(_subscriberProcesses), context.Get(_subscribers)),
        };
    }
}
