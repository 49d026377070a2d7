using System.Collections.Concurrent;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Tcp.Actors;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tcp.Timers;

namespace PastryActors.Tcp.Tests;

public sealed class NodeTests
{
    private static readonly TcpOptions Small = TestNode.Options with { MailboxCapacity = 8, MailboxPatience = TimeSpan.FromMilliseconds(30) };

    private sealed record Job(long Id) : Work(Id);

    private sealed record JobDone(long Id) : WorkResult(Id);

    private sealed record Answer(long RequestId) : Reply(RequestId);

    [Fact]
    public async Task Timers_come_back_once_and_never_early()
    {
        await using TestNode a = await TestNode.StartAsync();
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
        await using TestNode a = await TestNode.StartAsync(Small);
        await using TestNode b = TestNode.AddTo(a.Engine);
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
        await held.Task.WaitAsync(TestNode.Deadline);
        b.OnEvent = null;
        b.Do(_ => gate.Wait(TestNode.Deadline));

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
        await using TestNode a = await TestNode.StartAsync(Small);
        await using TestNode b = TestNode.AddTo(a.Engine);
        using var gate = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        b.Do(_ =>
        {
            held.SetResult();
            gate.Wait(TestNode.Deadline);
        });
        await held.Task.WaitAsync(TestNode.Deadline);

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
    public async Task A_heartbeat_passes_while_the_bulk_lane_is_full()
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { QueueContentBytes = 4 * 1024 * 1024 });
        await using TestNode b = await TestNode.StartAsync(Small with { MailboxPatience = TestNode.Deadline });
        using var gate = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        b.Do(_ =>
        {
            held.SetResult();
            gate.Wait(TestNode.Deadline);
        });
        await held.Task.WaitAsync(TestNode.Deadline);
        var chunk = new MemoryContent(new byte[1024 * 1024]);
        await a.DoAsync(o =>
        {
            for (int i = 0; i < 20; i++) o.Send(b.Handle, new Note(i), Lane.Bulk, chunk);
        });
        Assert.Equal(16, a.Engine.DeadLetters[DeadLetterReason.SendQueueFull]);

        await Eventually.True(() => b.Node.MailboxDepth == 4, "bulk has taken its share");

        a.Send(b.Handle, new Note(100));
        await Eventually.True(() => b.Node.MailboxDepth == 5, "the heartbeat is in");
        gate.Set();

        var got = new List<object?>();
        for (int i = 0; i < 5; i++) got.Add((await b.ReceiveAsync()).Body);
        Assert.Contains(new Note(100), got);
    }

    [Fact]
    public async Task What_waits_for_a_connection_is_bounded_and_dropped_at_the_deadline()
    {
        using var mute = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        mute.Start();
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { ControlQueueMessages = 4, ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        var silent = a.Handle with { Id = new Core.Ring.RingId(1), Address = mute.LocalEndpoint.ToString()! };

        await a.DoAsync(o =>
        {
            for (int i = 0; i < 10; i++) o.Send(silent, new Note(i));
        });

        Assert.Equal(6, a.Engine.DeadLetters[DeadLetterReason.SendQueueFull]);
        Assert.Equal(silent, (await a.LinkFailureAsync()).From);
        Assert.Equal(4, a.Engine.DeadLetters[DeadLetterReason.Unreachable]);
        Assert.False(a.HasLinkFailure);
    }

    [Fact]
    public async Task A_core_that_fails_is_replaced_by_a_fresh_one_that_never_hears_of_the_old()
    {
        IWorkCompletion? late = null;
        await using TestNode a = await TestNode.StartAsync(
            TestNode.Options with { Supervision = new SupervisionOptions { BackOffMin = TimeSpan.FromMilliseconds(1) } },
            prepare: n => n.OnWork = (_, completion) => late = completion);
        await using TestNode b = await TestNode.StartAsync();
        await a.ReachAsync(b);
        await a.DoAsync(o =>
        {
            o.Schedule(new NodeTimer(0, 1), TimeSpan.FromMilliseconds(1));
            o.Do(new Job(1));
        });
        await a.OtherEventAsync();
        await a.DoAsync(o => o.Schedule(new NodeTimer(0, 9), TimeSpan.FromMilliseconds(50)));

        a.Do(_ => throw new InvalidOperationException("torn"));
        Assert.Equal("torn", (await a.RestartAsync()).Message);
        late!.Completed(new JobDone(1));
        await a.ReachAsync(b);

        Assert.Equal(2, a.Starts);
        Assert.Equal(2u, a.Handle.Incarnation);
        Assert.Equal(1, a.Engine.Counters.NodeRestarts);
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
        await using TestNode a = await TestNode.StartAsync(
            TestNode.Options with { Supervision = supervision },
            prepare: n => n.OnStart = (_, _) => throw new InvalidOperationException("cannot start"));

        Exception reason = await a.GivenUpAsync();

        Assert.Equal("cannot start", reason.Message);
        Assert.Equal(3, a.Starts);
        Assert.Equal(1, a.Engine.Counters.NodesGivenUp);
        await Eventually.True(() => a.Node.IsStopped, "stopped");
        Assert.False(a.Node.Post(new Run((_, _) => { })));
        await Assert.ThrowsAsync<InvalidOperationException>(() => a.Node.QueryAsync(_ => 0, TestNode.Deadline));
    }

    [Fact]
    public async Task A_listener_that_throws_costs_the_core_nothing()
    {
        await using TestNode a = await TestNode.StartAsync();
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
        await using TestNode a = await TestNode.StartAsync();
        Assert.Equal(a.Handle, await a.Node.QueryAsync(core => core.Self, TestNode.Deadline));
        await Assert.ThrowsAsync<FormatException>(() => a.Node.QueryAsync<int>(_ => throw new FormatException(), TestNode.Deadline));
        Assert.Equal(1, a.Starts);
    }

    [Fact]
    public async Task A_query_of_a_busy_node_ends_at_its_deadline()
    {
        await using TestNode a = await TestNode.StartAsync();
        using var gate = new ManualResetEventSlim();
        a.Do(_ => gate.Wait(TestNode.Deadline));
        await Assert.ThrowsAsync<TimeoutException>(() => a.Node.QueryAsync(_ => 0, TimeSpan.FromMilliseconds(20)));
        gate.Set();
    }
}
