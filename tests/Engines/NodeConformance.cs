using System.Collections.Concurrent;
using PastryActors.Core.Driving;
using PastryActors.Engine;

namespace PastryActors.Tests.Engines;

/// <summary>What a core may rely on inside an engine: its timers, its workers, its mailbox, and what becomes of it when it fails.</summary>
public abstract class NodeConformance(IEngineUnderTest engines)
{
    [Fact]
    public async Task Timers_come_back_once_and_never_early()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        var due = new ConcurrentDictionary<long, Instant>();
        var early = new ConcurrentQueue<TimeSpan>();
        a.OnEvent = (e, _) =>
        {
            TimeSpan ahead = due[e.Timer.Argument] - MonotonicClock.Now;
            if (ahead > TimeSpan.Zero) early.Enqueue(ahead);
        };

        await a.DoAsync(o =>
        {
            for (int i = 0; i < 200; i++)
            {
                TimeSpan delay = TimeSpan.FromMicroseconds(i * 313 % 40_000);
                due[i] = MonotonicClock.Now + delay;
                o.Schedule(new NodeTimer(0, 1, i), delay);
            }
        });

        var fired = new HashSet<long>();
        for (int i = 0; i < 200; i++) Assert.True(fired.Add((await a.OtherEventAsync()).Timer.Argument));
        Assert.Empty(early);
        Assert.Equal(0, a.Node.PendingTimers);
    }

    [Fact]
    public async Task A_full_mailbox_loses_neither_timers_nor_results_and_counts_what_it_drops()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds { SmallMailbox = true });
        await using RecordingNode b = RecordingNode.AddTo(a.Engine);
        b.OnWork = (work, completion) => Task.Run(() => completion.Completed(new JobDone(work.Id)));
        using var gate = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await b.DoAsync(o => o.Schedule(new NodeTimer(0, 1), TimeSpan.FromMilliseconds(1)));
        await b.OtherEventAsync();
        b.OnEvent = (e, o) =>
        {
            if (!Equals(e.Body, new Note(0))) return;
            o.Schedule(new NodeTimer(0, 2), TimeSpan.Zero);
            for (int i = 0; i < 20; i++) o.Do(new Job(i));
            held.SetResult();
        };
        a.Send(b.Handle, new Note(0));
        await held.Task.WaitAsync(RecordingNode.Deadline);
        b.OnEvent = null;
        await b.HoldAsync(gate);

        await a.DoAsync(o =>
        {
            for (int i = 1; i <= 30; i++) o.Send(b.Handle, new Note(i));
        });
        Assert.True(a.Engine.DeadLetters[DeadLetterReason.MailboxFull] >= 20);
        gate.Set();

        var results = new HashSet<long>();
        bool timer = false;
        while (results.Count < 20 || !timer)
        {
            NodeEvent e = await b.OtherEventAsync();
            if (e.Kind == NodeEventKind.TimerFired) timer = true;
            else Assert.True(results.Add(((JobDone)e.Body!).Id));
        }

        Assert.Contains(a.Engine.DeadLetters.Examples, x => x.Reason == DeadLetterReason.MailboxFull);
    }

    [Fact]
    public async Task Requests_and_bulk_leave_room_for_control()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds { SmallMailbox = true });
        await using RecordingNode b = RecordingNode.AddTo(a.Engine);
        using var gate = new ManualResetEventSlim();
        await b.HoldAsync(gate);

        await a.DoAsync(o =>
        {
            for (int i = 0; i < 10; i++) o.Send(b.Handle, new Note(i), Lane.Bulk);
            o.Send(b.Handle, new Note(100), Lane.Control);
        });
        Assert.False(b.Node.Post(new Run((_, _) => { })));
        gate.Set();

        object? last;
        int received = 0;
        do
        {
            last = (await b.ReceiveAsync()).Body;
            received++;
        }
        while (!last!.Equals(new Note(100)));
        Assert.True(received <= 5);
    }

    [Fact]
    public async Task A_core_that_fails_is_replaced_by_a_fresh_one_that_never_hears_of_the_old()
    {
        IWorkCompletion? late = null;
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds { Prepare = n => n.OnWork = (_, completion) => late = completion });
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());
        await a.ReachAsync(b);
        await a.DoAsync(o =>
        {
            o.Schedule(new NodeTimer(0, 1), TimeSpan.FromMilliseconds(1));
            o.Do(new Job(1));
        });
        await a.OtherEventAsync();
        await a.DoAsync(o => o.Schedule(new NodeTimer(0, 9), TimeSpan.FromMilliseconds(50)));

        await Eventually.True(() => Volatile.Read(ref late) is not null, "the workers have the job");
        a.Do(_ => throw new InvalidOperationException("torn"));
        Assert.Equal("torn", (await a.RestartAsync()).Message);
        late!.Completed(new JobDone(1));
        await a.ReachAsync(b);

        Assert.Equal(2, a.Starts);
        Assert.Equal(2u, a.Handle.Incarnation);
        Assert.Equal(1, a.Count("node_restarts"));
        Assert.Equal(1, a.Engine.DeadLetters[DeadLetterReason.CoreReplaced]);
        Assert.Equal(0, a.Node.PendingTimers);
        a.Send(b.Handle, new Note(77));
        NodeEvent got = await b.ReceiveAsync();
        Assert.Equal(2u, got.From!.Incarnation);
    }

    [Fact]
    public async Task A_core_that_keeps_failing_is_given_up_with_the_reason()
    {
        var supervision = new SupervisionOptions { RestartsMax = 2, BackOffMin = TimeSpan.FromMilliseconds(1) };
        await using RecordingNode a = await engines.StartAsync(
            new EngineNeeds { Supervision = supervision, Prepare = n => n.OnStart = (_, _) => throw new InvalidOperationException("cannot start") });

        Exception reason = await a.GivenUpAsync();

        Assert.Equal("cannot start", reason.Message);
        Assert.Equal(3, a.Starts);
        Assert.Equal(1, a.Count("nodes_given_up"));
        await Eventually.True(() => a.Node.IsStopped, "stopped");
        Assert.False(a.Node.Post(new Run((_, _) => { })));
        await Assert.ThrowsAsync<InvalidOperationException>(() => a.Node.QueryAsync(_ => 0, RecordingNode.Deadline));
    }

    [Fact]
    public async Task A_listener_that_throws_costs_the_core_nothing()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        a.OnReply = static reply => throw new InvalidOperationException($"cannot take {reply}");
        await a.DoAsync(o => o.Reply(new Answer(5)));
        a.OnReply = null;
        await a.DoAsync(o => o.Reply(new Answer(6)));
        Assert.Equal(new Answer(6), await a.ReplyAsync());
        Assert.Equal(1, a.Starts);
    }

    [Fact]
    public async Task A_query_reads_on_the_nodes_thread_and_its_errors_are_the_askers()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        Assert.Equal(a.Handle, await a.Node.QueryAsync(core => core.Self, RecordingNode.Deadline));
        await Assert.ThrowsAsync<FormatException>(() => a.Node.QueryAsync<int>(_ => throw new FormatException(), RecordingNode.Deadline));
        Assert.Equal(1, a.Starts);
    }

    [Fact]
    public async Task A_query_of_a_busy_node_ends_at_its_deadline()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        using var gate = new ManualResetEventSlim();
        a.Do(_ => gate.Wait(RecordingNode.Deadline));
        await Assert.ThrowsAsync<TimeoutException>(() => a.Node.QueryAsync(_ => 0, TimeSpan.FromMilliseconds(20)));
        gate.Set();
    }
}
