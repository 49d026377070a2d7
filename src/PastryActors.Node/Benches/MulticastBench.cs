using System.Diagnostics;

namespace PastryActors.Node.Benches;

/// <summary>One publisher in this process, subscribers in others, each with a node of the ring inside: how many messages come, and how fast; and whether those who stand still hold the others up.</summary>
internal static class MulticastBench
{
    /// <summary>How long is published without a stall, and behind one.</summary>
    private static readonly TimeSpan Undisturbed = TimeSpan.FromSeconds(3);

    public static async Task<BenchResult> RunAsync(BenchPlan plan, CancellationToken stop)
    {
        if (plan.Bytes < MulticastLoad.StampBytes) throw new InvalidDataException($"a message has at least {MulticastLoad.StampBytes} bytes, for the clock");
        if (plan.Stall > TimeSpan.Zero && plan.SubscriberProcesses < 2) throw new InvalidDataException("where one process stalls there must be another: --subscriber-processes 2 or more");
        int others = Math.Max(1, plan.Processes - 1 - plan.SubscriberProcesses);
        await using BenchCluster cluster = await BenchCluster.StartAsync(plan, others, stop).ConfigureAwait(false);
        await using BenchNode node = await BenchNode.JoinAsync(plan, cluster, stop).ConfigureAwait(false);
        using MulticastLoad topic = await MulticastLoad.StartAsync(plan, cluster, node.Access, stop).ConfigureAwait(false);
        var sheet = new FigureSheet();
        await topic.WarmUpAsync(plan.WarmUpLoad, plan.Bytes, stop).ConfigureAwait(false);
        if (plan.Stall > TimeSpan.Zero) await MeasureStallAsync(plan, topic, sheet, stop).ConfigureAwait(false);
        else await MeasureAsync(plan, topic, plan.Bytes, sheet, stop).ConfigureAwait(false);
        return sheet.ToResult("multicast", others + 1 + plan.SubscriberProcesses);
    }

    public static async Task MeasureAsync(BenchPlan plan, MulticastLoad topic, long bytes, FigureSheet sheet, CancellationToken stop)
    {
        plan.Note($"publishing messages of {bytes} bytes");
        MulticastRun run = await topic.RunAsync(plan.Load, bytes, stop).ConfigureAwait(false);
        double deliveries = MulticastRun.DeliveriesPerSecond(run.StartedAt, run.Shares);
        sheet.Set("publishesPerSecond", run.Load.PerSecond);
        sheet.Set("deliveriesPerSecond", deliveries);
        sheet.Set("bytesPerSecond", deliveries * bytes);
        sheet.Set("lost", run.Shares.Sum(s => s.Lost));
        sheet.Set("failed", run.Load.Failed);
        sheet.Set("p50Micros", run.Shares.Average(s => s.P50Micros));
        sheet.Set("p99Micros", run.Shares.Max(s => s.P99Micros));
    }

    // The subscribers of the first process stand still; the rate is that of the others, beside their rate just before.
    private static async Task MeasureStallAsync(BenchPlan plan, MulticastLoad topic, FigureSheet sheet, CancellationToken stop)
    {
        plan.Note("publishing while all take");
        MulticastRun before = await topic.RunAsync(plan.Load with { Time = Undisturbed }, plan.Bytes, stop).ConfigureAwait(false);
        double usual = MulticastRun.DeliveriesPerSecond(before.StartedAt, before.Shares[1..]);
        plan.Note($"publishing while one process takes nothing for {plan.Stall.TotalSeconds} s");
        await topic.Workers[0].StallAsync(plan.Stall, stop).ConfigureAwait(false);
        MulticastRun run = await topic.RunAsync(plan.Load with { Time = plan.Stall + Undisturbed }, plan.Bytes, stop).ConfigureAwait(false);
        double others = MulticastRun.DeliveriesPerSecond(run.StartedAt, run.Shares[1..]);
        sheet.Set("publishesPerSecond", run.Load.PerSecond);
        sheet.Set("usualDeliveriesPerSecond", usual);
        sheet.Set("othersDeliveriesPerSecond", others);
        sheet.Set("keptShare", others / usual);
        sheet.Set("lost", run.Shares.Sum(s => s.Lost) + before.Shares.Sum(s => s.Lost));
        sheet.Set("failed", run.Load.Failed);
        sheet.Set("caughtUpAfterSeconds", Stopwatch.GetElapsedTime(run.StartedAt, run.Shares[0].LastAt).TotalSeconds - plan.Stall.TotalSeconds);
    }
}
