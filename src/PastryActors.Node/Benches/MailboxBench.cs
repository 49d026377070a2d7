using System.Diagnostics;
using System.Threading.Channels;
using PastryActors.Tcp.Actors;

namespace PastryActors.Node.Benches;

/// <summary>One thread puts messages into the mailbox of an actor, which counts them; beside it the same through channels of System.Threading.Channels.</summary>
internal static class MailboxBench
{
    /// <summary>Places of the mailbox, and of the bounded channel: what a node's has.</summary>
    private const int Places = 16 * 1024;

    /// <summary>Messages of one turn of the three, which take turns so that whatever else the machine does meets all alike.</summary>
    private const int TurnMessages = 200_000;

    /// <summary>A loop that was compiled ahead becomes what it is in an old process only when it is called anew, some dozens of times.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static async Task<BenchResult> RunAsync(BenchPlan plan, CancellationToken stop)
    {
        (var mailbox, var bounded, var unbounded) = (new Tally(), new Tally(), new Tally());
        int messages = (int)Math.Min(plan.Load.Count, TurnMessages);
        plan.Note("warming up");
        await TakeTurnsAsync(WarmUp, new Tally(), new Tally(), new Tally()).ConfigureAwait(false);
        plan.Note("messages one way");
        await TakeTurnsAsync(plan.Load.Time, mailbox, bounded, unbounded).ConfigureAwait(false);
        var sheet = new FigureSheet();
        sheet.Set("messagesPerSecond", mailbox.PerSecond);
        sheet.SetPeer("channel", ("messagesPerSecond", bounded.PerSecond));
        sheet.SetPeer("unboundedChannel", ("messagesPerSecond", unbounded.PerSecond));
        return sheet.ToResult("mailbox", 1);

        async Task TakeTurnsAsync(TimeSpan time, Tally mailbox, Tally bounded, Tally unbounded)
        {
            long started = Stopwatch.GetTimestamp();
            do
            {
                stop.ThrowIfCancellationRequested();
                await TakeTurnAsync(messages, mailbox, bounded, unbounded).ConfigureAwait(false);
            }
            while (Stopwatch.GetElapsedTime(started) < time);
        }
    }

    private static async Task TakeTurnAsync(int messages, Tally mailbox, Tally bounded, Tally unbounded)
    {
        await mailbox.MeasureAsync(messages, () => ThroughMailboxAsync(messages)).ConfigureAwait(false);
        await bounded.MeasureAsync(messages, () => ThroughChannelAsync(messages, Channel.CreateBounded<long>(new BoundedChannelOptions(Places) { SingleReader = true, SingleWriter = true }))).ConfigureAwait(false);
        await unbounded.MeasureAsync(messages, () => ThroughChannelAsync(messages, Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }))).ConfigureAwait(false);
    }

    private static Task ThroughMailboxAsync(int messages)
    {
        var actor = new Counter(messages);
        return Task.WhenAll(actor.All, Task.Run(() =>
        {
            for (long i = 0; i < messages; i++)
            {
                while (!actor.TryPost(i)) Thread.Yield();
            }
        }));
    }

    private static Task ThroughChannelAsync(int messages, Channel<long> channel) => Task.WhenAll(
        Task.Run(async () =>
        {
            for (int left = messages; left > 0 && await channel.Reader.WaitToReadAsync().ConfigureAwait(false);)
            {
                while (left > 0 && channel.Reader.TryRead(out _)) left--;
            }
        }),
        Task.Run(() =>
        {
            for (long i = 0; i < messages; i++)
            {
                while (!channel.Writer.TryWrite(i)) Thread.Yield();
            }
        }));

    private sealed class Tally
    {
        private long _messages;
        private TimeSpan _time;

        public double PerSecond => _messages / _time.TotalSeconds;

        public async Task MeasureAsync(int messages, Func<Task> act)
        {
            long started = Stopwatch.GetTimestamp();
            await act().ConfigureAwait(false);
            (_messages, _time) = (_messages + messages, _time + Stopwatch.GetElapsedTime(started));
        }
    }

    private sealed class Counter(int messages) : Actor<long>(Places)
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = messages;

        public Task All => _all.Task;

        protected override void Receive(in long message)
        {
            if (--_left == 0) _all.TrySetResult();
        }

        protected override void Failed(Exception failure) => _all.TrySetException(failure);

        protected override void Undelivered(in long message) => _all.TrySetException(new InvalidOperationException("the mailbox was never closed"));
    }
}
