using PastryActors.Client;
using PastryActors.Node.Cluster;

namespace PastryActors.Node.Benches;

/// <summary>A cluster of processes that lives as long as a bench, in a folder that goes with it.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    private readonly LocalCluster _cluster;

    private BenchCluster(LocalCluster cluster, ClusterStatus status) => (_cluster, Nodes) = (cluster, status.Nodes);

    public IReadOnlyList<ClusterNodeStatus> Nodes { get; }

    /// <summary>Starts so many processes and waits until their ring is whole.</summary>
    public static async Task<BenchCluster> StartAsync(BenchPlan plan, int processes, CancellationToken stop)
    {
        var folder = new ClusterFolder(plan.Folder);
        var cluster = new LocalCluster(folder, new ClusterProbe(url => new PastryClient(url), ProbeTimeout), new NodeLauncher(folder), plan.Note);
        ClusterStatus status = await cluster.UpAsync(new ClusterPlan(processes, FreeBasePort(processes), plan.Config, plan.Settings), stop).ConfigureAwait(false);
        return new BenchCluster(cluster, status);
    }

    /// <summary>Processor time that all its processes and this one have used, in microseconds: it does not ask how busy the machine is.</summary>
    public double ProcessorMicros()
    {
        double sum = Environment.CpuUsage.TotalTime.TotalMicroseconds;
        foreach (ClusterNodeStatus node in Nodes)
        {
            using var process = System.Diagnostics.Process.GetProcessById(node.Pid);
            sum += process.TotalProcessorTime.TotalMicroseconds;
        }

        return sum;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _cluster.DownAsync(CancellationToken.None).ConfigureAwait(false);

    private static int FreeBasePort(int processes)
    {
        int candidate = Candidate();
        while (ClusterPorts.FirstTaken(Enumerable.Range(candidate, 2 * processes)) is not null) candidate = Candidate();
        return candidate;
    }

    // Below the ports that systems give to connections by themselves: one of those may be taken between the look and the start.
    private static int Candidate() => 20_000 + Random.Shared.Next(12_000);
}
