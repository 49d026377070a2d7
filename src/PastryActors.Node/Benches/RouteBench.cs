using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Pastry.Requests;

namespace PastryActors.Node.Benches;

/// <summary>Routes of random keys through a cluster of processes, each hop measured.</summary>
internal static class RouteBench
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static async Task<BenchResult> RunAsync(BenchPlan plan, CancellationToken stop)
    {
        var sheet = new FigureSheet();
        await using BenchCluster cluster = await BenchCluster.StartAsync(plan, plan.OtherProcesses, stop).ConfigureAwait(false);
        await using BenchNode node = await BenchNode.JoinAsync(plan, cluster, stop).ConfigureAwait(false);
        plan.Note("routing random keys");
        (long hops, long most) = (0L, 0L);
        LoadResult load = await LoadLoop.RunAsync(plan.Load, async (_, token) =>
        {
            RouteTraced traced = await node.Access.AskAsync<RouteTraced>(id => new TraceRoute(id, Timeout, new RingId(NextKey())), token).ConfigureAwait(false);
            Interlocked.Add(ref hops, traced.Hops.Count);
            for (long seen = Volatile.Read(ref most); traced.Hops.Count > seen; seen = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, traced.Hops.Count, seen);
        }, stop).ConfigureAwait(false);
        sheet.SetLoad("routesPerSecond", load);
        sheet.Set("meanHops", (double)hops / Math.Max(load.Done, 1));
        sheet.Set("maxHops", most);
        return sheet.ToResult("route", plan.Processes);
    }

    private static UInt128 NextKey() => new((ulong)Random.Shared.NextInt64(), (ulong)Random.Shared.NextInt64() << 1);
}
