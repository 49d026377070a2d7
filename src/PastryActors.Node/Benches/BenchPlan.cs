namespace PastryActors.Node.Benches;

/// <summary>How a bench is to be run.</summary>
/// <param name="Processes">Processes in all that make up the ring, that of the bench included.</param>
/// <param name="Load">How much, how long, how much at once.</param>
/// <param name="Bytes">Size of one file or message.</param>
/// <param name="Replicas">The paper's k.</param>
/// <param name="Through">Whether the client is a node inside this process, or speaks HTTP with a gateway.</param>
/// <param name="Folder">Where the nodes keep their stores while the bench runs.</param>
/// <param name="Config">Configuration of every node.</param>
/// <param name="Settings">Settings of every node, as key=value.</param>
/// <param name="Note">Told in a few words how far the bench is.</param>
internal sealed record BenchPlan(
    int Processes, Load Load, long Bytes, int Replicas, BenchThrough Through, string Folder, string Config, IReadOnlyList<string> Settings, Action<string> Note)
{
    /// <summary>Processes beside that of the bench, which is a node itself unless it goes through a gateway.</summary>
    public int OtherProcesses => Through == BenchThrough.Node ? Processes - 1 : Processes;

    /// <summary>How long the same is done before it is measured: the processes are new, and the compiler makes their code in stages as it is used.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>The load of the warming up.</summary>
    public Load WarmUpLoad => Load with { Time = WarmUp };

    /// <summary>What is done before that is measured which follows on processes that have worked already: half as long.</summary>
    public Load LaterWarmUpLoad => Load with { Time = WarmUp / 2 };

    /// <summary>Messages a second at most; null as fast as the topic takes them.</summary>
    public double? Rate { get; init; }

    /// <summary>Delivery level of the bench's topic.</summary>
    public string Level { get; init; } = "ordered";

    /// <summary>What the bench's topic keeps, as a user would write it.</summary>
    public string Retain { get; init; } = "none";

    /// <summary>For so long the subscribers of one process take nothing, in the middle of it; zero for a bench without that.</summary>
    public TimeSpan Stall { get; init; }

    /// <summary>Objects that the store holds before it is measured.</summary>
    public long Stored { get; init; }

    public int Subscribers { get; init; } = 16;

    public int SubscriberProcesses { get; init; } = 4;
}

/// <summary>What the client of a bench is.</summary>
internal enum BenchThrough
{
    /// <summary>An app with a node of the ring inside.</summary>
    Node,

    /// <summary>An app that speaks HTTP with the gateway of a node.</summary>
    Gateway,
}
