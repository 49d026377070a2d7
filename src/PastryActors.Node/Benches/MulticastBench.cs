using System.Buffers.Binary;
using System.Diagnostics;
using PastryActors.Client;
using PastryActors.Node.Access;
using PastryActors.Node.Gateway;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Node.Benches;

/// <summary>What one process of subscribers saw.</summary>
/// <param name="LastAt">When the last message came, by the machine's monotonic clock.</param>
/// <param name="Lost">Messages that did not come, by their numbers.</param>
public sealed record MulticastShare(long Deliveries, long Lost, long LastAt, double P50Micros, double P99Micros);

/// <summary>One publisher in this process, subscribers in others, each with a node of the ring inside: how many messages come, and how fast.</summary>
internal static class MulticastBench
{
    private const string Topic = "bench";

    /// <summary>The publisher's clock goes before the rest of each message.</summary>
    public const int StampBytes = sizeof(long);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static async Task<BenchResult> RunAsync(BenchPlan plan, CancellationToken stop)
    {
        if (plan.Bytes < StampBytes) throw new InvalidDataException($"a message has at least {StampBytes} bytes, for the clock");
        int others = Math.Max(1, plan.Processes - 1 - plan.SubscriberProcesses);
        await using BenchCluster cluster = await BenchCluster.StartAsync(plan, others, stop).ConfigureAwait(false);
        await using BenchNode node = await BenchNode.JoinAsync(plan, cluster, stop).ConfigureAwait(false);
        TopicSettings settings = TopicSettingsText.Parse(new TopicDefinition(plan.Level));
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await node.Access.AskAsync<TopicDefined>(id => new DefineTopic(id, Timeout, Topic, settings, now), stop).ConfigureAwait(false);

        plan.Note($"starting {plan.SubscriberProcesses} processes with {plan.Subscribers} subscribers");
        List<MulticastWorker> workers = [];
        try
        {
            for (int i = 0; i < plan.SubscriberProcesses; i++) workers.Add(MulticastWorker.Start(plan, i, Topic, [.. cluster.Nodes.Take(3).Select(n => n.Overlay)]));
            await Task.WhenAll(workers.Select(w => w.ReadyAsync(stop))).ConfigureAwait(false);
            return await MeasureAsync(plan, node.Access, workers, others + 1 + workers.Count, stop).ConfigureAwait(false);
        }
        finally
        {
            foreach (MulticastWorker worker in workers) worker.Dispose();
        }
    }

    private static async Task<BenchResult> MeasureAsync(BenchPlan plan, INodeAccess node, List<MulticastWorker> workers, int processes, CancellationToken stop)
    {
        plan.Note("warming up");
        LoadResult warmUp = await PublishAsync(plan, node, plan.WarmUpLoad, Stopwatch.GetTimestamp(), stop).ConfigureAwait(false);
        await Task.WhenAll(workers.Select(w => w.EndAsync(warmUp.Done, stop))).ConfigureAwait(false);
        plan.Note($"publishing messages of {plan.Bytes} bytes");
        var sheet = new FigureSheet();
        long started = Stopwatch.GetTimestamp();
        LoadResult load = await PublishAsync(plan, node, plan.Load, started, stop).ConfigureAwait(false);
        if (load.Failed > 0) plan.Note($"{load.Failed} failed; the first: {load.Failure}");

        MulticastShare[] shares = await Task.WhenAll(workers.Select(w => w.EndAsync(load.Done, stop))).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(started, shares.Max(s => s.LastAt)).TotalSeconds;
        sheet.Set("publishesPerSecond", load.PerSecond);
        sheet.Set("deliveriesPerSecond", shares.Sum(s => s.Deliveries) / seconds);
        sheet.Set("bytesPerSecond", shares.Sum(s => s.Deliveries) * plan.Bytes / seconds);
        sheet.Set("lost", shares.Sum(s => s.Lost));
        sheet.Set("failed", load.Failed);
        sheet.Set("p50Micros", shares.Average(s => s.P50Micros));
        sheet.Set("p99Micros", shares.Max(s => s.P99Micros));
        return sheet.ToResult("multicast", processes);
    }

    private static Task<LoadResult> PublishAsync(BenchPlan plan, INodeAccess node, Load load, long started, CancellationToken stop) => LoadLoop.RunAsync(load, async (number, token) =>
    {
        if (plan.Rate is { } rate) await PaceAsync(started, number, rate, token).ConfigureAwait(false);
        byte[] payload = new byte[plan.Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(payload, Stopwatch.GetTimestamp());
        await node.AskAsync<Published>(id => new Publish(id, Timeout, Topic, payload), token).ConfigureAwait(false);
    }, stop);

    private static Task PaceAsync(long started, long number, double rate, CancellationToken stop)
    {
        TimeSpan early = TimeSpan.FromSeconds(number / rate) - Stopwatch.GetElapsedTime(started);
        return early > TimeSpan.Zero ? Task.Delay(early, stop) : Task.CompletedTask;
    }
}
