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

/// <summary>What came of publishing for a while.</summary>
/// <param name="StartedAt">By the machine's monotonic clock.</param>
/// <param name="Shares">What each process of subscribers saw.</param>
internal sealed record MulticastRun(LoadResult Load, long StartedAt, MulticastShare[] Shares)
{
    /// <summary>Deliveries a second of some of the processes, until the last of theirs.</summary>
    public static double DeliveriesPerSecond(long startedAt, IReadOnlyCollection<MulticastShare> shares) =>
        shares.Sum(s => s.Deliveries) / Stopwatch.GetElapsedTime(startedAt, shares.Max(s => s.LastAt)).TotalSeconds;
}

/// <summary>A topic with a publisher in this process and subscribers in others, each with a node of the ring inside.</summary>
internal sealed class MulticastLoad : IDisposable
{
    private const string Topic = "bench";

    /// <summary>The publisher's clock goes before the rest of each message.</summary>
    public const int StampBytes = sizeof(long);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan TimerPrecision = TimeSpan.FromMilliseconds(2);

    private readonly SemaphoreSlim _pace = new(1);
    private readonly BenchPlan _plan;
    private readonly INodeAccess _node;
    private readonly List<MulticastWorker> _workers = [];

    private MulticastLoad(BenchPlan plan, INodeAccess node) => (_plan, _node) = (plan, node);

    public IReadOnlyList<MulticastWorker> Workers => _workers;

    /// <summary>Makes the topic, and waits until all its subscriptions stand.</summary>
    public static async Task<MulticastLoad> StartAsync(BenchPlan plan, BenchCluster cluster, INodeAccess node, CancellationToken stop)
    {
        TopicSettings settings = TopicSettingsText.Parse(new TopicDefinition(plan.Level, plan.Retain));
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await node.AskAsync<TopicDefined>(id => new DefineTopic(id, Timeout, Topic, settings, now), stop).ConfigureAwait(false);
        plan.Note($"starting {plan.SubscriberProcesses} processes with {plan.Subscribers} subscribers");
        var load = new MulticastLoad(plan, node);
        try
        {
            for (int i = 0; i < plan.SubscriberProcesses; i++) load._workers.Add(MulticastWorker.Start(plan, i, Topic, [.. cluster.Nodes.Take(3).Select(n => n.Overlay)]));
            await Task.WhenAll(load._workers.Select(w => w.ReadyAsync(stop))).ConfigureAwait(false);
            return load;
        }
        catch
        {
            load.Dispose();
            throw;
        }
    }

    /// <summary>Publishes as <paramref name="load"/> says, which is not measured.</summary>
    public async Task WarmUpAsync(Load load, long bytes, CancellationToken stop)
    {
        _plan.Note("warming up");
        await RunAsync(load, bytes, stop).ConfigureAwait(false);
    }

    /// <summary>Publishes messages of so many bytes, and waits until all have come or are lost.</summary>
    public async Task<MulticastRun> RunAsync(Load load, long bytes, CancellationToken stop)
    {
        long started = Stopwatch.GetTimestamp();
        LoadResult published = await LoadLoop.RunAsync(load, async (number, token) =>
        {
            if (_plan.Rate is { } rate) await PaceAsync(started, number, rate, token).ConfigureAwait(false);
            byte[] payload = new byte[bytes];
            BinaryPrimitives.WriteInt64LittleEndian(payload, Stopwatch.GetTimestamp());
            await _node.AskAsync<Published>(id => new Publish(id, Timeout, Topic, payload), token).ConfigureAwait(false);
        }, stop).ConfigureAwait(false);
        if (published.Failed > 0) _plan.Note($"{published.Failed} failed; the first: {published.Failure}");
        return new MulticastRun(published, started, await Task.WhenAll(_workers.Select(w => w.EndAsync(published.Done, stop))).ConfigureAwait(false));
    }

    public void Dispose()
    {
        foreach (MulticastWorker worker in _workers) worker.Dispose();
        _pace.Dispose();
    }

    // One at a time, within half a millisecond of its moment: timers of the pool come several at once, and whoever looks at the clock all the time takes a processor from those who are measured.
    private async Task PaceAsync(long started, long number, double rate, CancellationToken stop)
    {
        await _pace.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            TimeSpan moment = TimeSpan.FromSeconds(number / rate);
            while (moment - Stopwatch.GetElapsedTime(started) is { TotalMilliseconds: > 0.5 } early)
            {
                if (early > TimerPrecision) await Task.Delay(early - TimerPrecision, stop).ConfigureAwait(false);
                else Thread.Sleep(1);
            }
        }
        finally
        {
            _pace.Release();
        }
    }
}
