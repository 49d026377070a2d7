using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PastryActors.Core.Driving;
using PastryActors.Node.Cluster;
using PastryActors.Scribe.Requests;

namespace PastryActors.Node.Benches;

/// <summary>
/// A process of subscribers, as its parent sees it. It says "ready" when all its subscriptions stand; then, as often as it hears how many
/// messages there were, it says what it saw of them, and begins anew. Told to stall, its subscribers take nothing for so long.
/// </summary>
internal sealed class MulticastWorker : IDisposable
{
    private const string Ready = "ready";

    /// <summary>Before a number of milliseconds.</summary>
    private const string Stall = "stall ";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private MulticastWorker(Process process) => _process = process;

    public static MulticastWorker Start(BenchPlan plan, int index, string topic, IReadOnlyList<string> seeds)
    {
        int subscribers = (plan.Subscribers / plan.SubscriberProcesses) + (index < plan.Subscribers % plan.SubscriberProcesses ? 1 : 0);
        string[] command =
        [
            .. NodeLauncher.ProgramCommand(), "bench", "subscribers", topic, Path.Combine(plan.Folder, $"subscribers-{index}"),
            "--config", plan.Config, "--subscribers", subscribers.ToString(CultureInfo.InvariantCulture),
            .. plan.Settings.SelectMany(s => new[] { "--set", s }), .. seeds.SelectMany(s => new[] { "--seed", s }),
        ];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new MulticastWorker(Process.Start(start) ?? throw new IOException("the system started no process"));
    }

    public async Task ReadyAsync(CancellationToken stop)
    {
        if (await LineAsync(stop).ConfigureAwait(false) != Ready) throw new InvalidDataException("a process of subscribers did not come up");
    }

    /// <summary>From now on its subscribers take nothing for so long.</summary>
    public async Task StallAsync(TimeSpan time, CancellationToken stop)
    {
        await TellAsync(Stall + ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), stop).ConfigureAwait(false);
        await ReadyAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Tells how many messages there were, and waits for what it saw of them.</summary>
    public async Task<MulticastShare> EndAsync(long messages, CancellationToken stop)
    {
        await TellAsync(messages.ToString(CultureInfo.InvariantCulture), stop).ConfigureAwait(false);
        string? line = await LineAsync(stop).ConfigureAwait(false);
        return JsonSerializer.Deserialize(line ?? "null", BenchJson.Default.MulticastShare) ?? throw new InvalidDataException("a process of subscribers ended early");
    }

    /// <summary>The process itself.</summary>
    public static async Task RunAsync(BenchNode node, string topic, int subscribers, TextReader input, TextWriter output, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Subscriber[] all = [.. Enumerable.Range(0, subscribers).Select(_ => new Subscriber())];
        Task[] reading = [.. all.Select(s => s.ReadAsync(node, topic, end.Token))];
        await Task.WhenAll(all.Select(s => s.Stands)).WaitAsync(Timeout, stop).ConfigureAwait(false);
        await SayAsync(output, Ready, stop).ConfigureAwait(false);
        while (await input.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith(Stall, StringComparison.Ordinal))
            {
                Task over = Task.Delay(TimeSpan.FromMilliseconds(long.Parse(line[Stall.Length..], CultureInfo.InvariantCulture)), end.Token);
                foreach (Subscriber subscriber in all) subscriber.TakeNothingUntil(over);
                await SayAsync(output, Ready, stop).ConfigureAwait(false);
                continue;
            }

            long messages = long.Parse(line, CultureInfo.InvariantCulture);
            await Task.WhenAll(all.Select(s => s.HasAsync(messages))).WaitAsync(Timeout, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var share = new MulticastShare(
                all.Sum(s => s.Count), all.Sum(s => Math.Max(messages - s.Count, 0)), all.Max(s => s.LastAt), all.Average(s => s.Latencies.Percentile(0.5)), all.Max(s => s.Latencies.Percentile(0.99)));
            foreach (Subscriber subscriber in all) subscriber.BeginAnew();
            await SayAsync(output, JsonSerializer.Serialize(share, BenchJson.Default.MulticastShare), stop).ConfigureAwait(false);
        }

        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        // It has its own node in a folder of the bench: nothing is lost with it.
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static async Task SayAsync(TextWriter output, string line, CancellationToken stop)
    {
        await output.WriteLineAsync(line.AsMemory(), stop).ConfigureAwait(false);
        await output.FlushAsync(stop).ConfigureAwait(false);
    }

    private Task TellAsync(string line, CancellationToken stop) => SayAsync(_process.StandardInput, line, stop);

    private async Task<string?> LineAsync(CancellationToken stop)
    {
        string? line;
        do line = await _process.StandardOutput.ReadLineAsync(stop).ConfigureAwait(false);
        while (line is not null && line != Ready && !line.StartsWith('{'));
        return line;
    }

    private sealed class Subscriber
    {
        private readonly TaskCompletionSource _stands = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _count;
        private long _missed;
        private long _wanted = long.MaxValue;
        private Task _stall = Task.CompletedTask;

        public LatencyHistogram Latencies { get; private set; } = new();

        public Task Stands => _stands.Task;

        public long Count => Volatile.Read(ref _count);

        public long LastAt { get; private set; }

        /// <summary>Reads no further until something ends: what comes meanwhile waits, as with any reader that stands still.</summary>
        public void TakeNothingUntil(Task over) => Volatile.Write(ref _stall, over);

        /// <summary>Ends when so many have come or are known to be lost.</summary>
        public Task HasAsync(long messages)
        {
            Volatile.Write(ref _wanted, messages);
            EndIfOver();
            return _all.Task;
        }

        /// <summary>Forgets what came. Only while nothing is published.</summary>
        public void BeginAnew()
        {
            (Latencies, _all) = (new LatencyHistogram(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Volatile.Write(ref _wanted, long.MaxValue);
            Volatile.Write(ref _count, 0);
            Volatile.Write(ref _missed, 0);
        }

        public async Task ReadAsync(BenchNode node, string topic, CancellationToken stop)
        {
            IAsyncEnumerable<Reply> replies = node.Access.StreamAsync(
                id => new Subscribe(id, Timeout, topic) { Window = node.SubscriberWindow }, (id, subscription) => new Unsubscribe(id, Timeout, subscription), stop);
            await foreach (Reply reply in replies.ConfigureAwait(false))
            {
                if (Volatile.Read(ref _stall) is { IsCompleted: false } stall) await stall.ConfigureAwait(false);
                if (reply is Subscribed) _stands.TrySetResult();
                else if (reply is TopicMessages messages) Take(messages);
                else if (reply is TopicGap gap) Miss(gap);
            }
        }

        private void Take(TopicMessages messages)
        {
            long now = Stopwatch.GetTimestamp();
            foreach (TopicItem item in messages.Items)
                Latencies.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(item.Payload.Span), now).Ticks / TimeSpan.TicksPerMicrosecond);
            LastAt = now;
            Volatile.Write(ref _count, _count + messages.Items.Count);
            EndIfOver();
        }

        // What is told to be lost will not come any more: it is not waited for.
        private void Miss(TopicGap gap)
        {
            Volatile.Write(ref _missed, _missed + (long)(gap.To - gap.From) + 1);
            EndIfOver();
        }

        private void EndIfOver()
        {
            if (Count + Volatile.Read(ref _missed) >= Volatile.Read(ref _wanted)) _all.TrySetResult();
        }
    }
}
