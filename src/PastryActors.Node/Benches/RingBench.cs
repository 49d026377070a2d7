namespace PastryActors.Node.Benches;

/// <summary>Files inserted, files read, and messages of a topic, one after the other on one ring: how they go as rings grow.</summary>
internal static class RingBench
{
    private const int MessageBytes = 100;

    /// <summary>As the bench of topics alone has them.</summary>
    private const int MessagesAtOnce = 1024;

    public static async Task<BenchResult> RunAsync(BenchPlan plan, CancellationToken stop)
    {
        int others = Math.Max(1, plan.Processes - 1 - plan.SubscriberProcesses);
        await using BenchCluster cluster = await BenchCluster.StartAsync(plan, others, stop).ConfigureAwait(false);
        await using BenchNode node = await BenchNode.JoinAsync(plan, cluster, stop).ConfigureAwait(false);
        // All join before the first file: who comes later has files copied to it, which is another measurement.
        using MulticastLoad topic = await MulticastLoad.StartAsync(plan, cluster, node.Access, stop).ConfigureAwait(false);
        var sheet = new FigureSheet();
        await FileBenches.MeasureBothAsync(plan, new FileLoad(plan, cluster, new NodeFileClient(node)), sheet, stop).ConfigureAwait(false);
        await topic.WarmUpAsync(plan.LaterWarmUpLoad, MessageBytes, stop).ConfigureAwait(false);
        await MulticastBench.MeasureAsync(plan with { Load = plan.Load with { Outstanding = MessagesAtOnce } }, topic, MessageBytes, sheet, stop).ConfigureAwait(false);
        return sheet.ToResult("ring", others + 1 + plan.SubscriberProcesses);
    }
}
