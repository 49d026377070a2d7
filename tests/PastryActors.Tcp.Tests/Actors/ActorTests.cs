using System.Collections.Concurrent;
using PastryActors.Tcp.Actors;

namespace PastryActors.Tcp.Tests.Actors;

public sealed class ActorTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Messages_of_one_sender_are_handled_in_order_and_one_at_a_time()
    {
        using var actor = new Collector(1024);
        for (int i = 0; i < 20_000; i++) Assert.True(await actor.PostAsync(i, 1024, Deadline));
        await actor.Until(20_000);
        Assert.Equal(Enumerable.Range(0, 20_000), actor.Handled);
        Assert.Equal(1, actor.MostAtOnce);
    }

    [Fact]
    public async Task A_full_mailbox_refuses_what_is_offered_and_takes_what_is_owed()
    {
        using var actor = new Collector(4);
        actor.Block();
        Assert.True(actor.TryPost(0));
        await actor.Blocked;
        for (int i = 1; i <= 4; i++) Assert.True(actor.TryPost(i));

        Assert.False(actor.TryPost(5));
        for (int i = 100; i < 200; i++) actor.PostOwed(i);
        Assert.Equal(104, actor.Depth);

        actor.Unblock();
        await actor.Until(105);
        Assert.DoesNotContain(5, actor.Handled);
        Assert.Equal(Enumerable.Range(100, 100), actor.Handled.Where(n => n >= 100));
    }

    [Fact]
    public async Task What_is_owed_does_not_starve_what_is_offered()
    {
        using var actor = new Collector(16);
        actor.Block();
        actor.TryPost(0);
        await actor.Blocked;
        for (int i = 100; i < 400; i++) actor.PostOwed(i);
        actor.TryPost(1);

        actor.Unblock();
        await actor.Until(302);

        Assert.True(actor.Handled.IndexOf(1) < 5);
    }

    [Fact]
    public async Task Waiting_for_room_ends_with_the_room()
    {
        using var actor = new Collector(2);
        actor.Block();
        actor.TryPost(0);
        await actor.Blocked;
        actor.TryPost(1);
        actor.TryPost(2);

        ValueTask<bool> waiting = actor.PostAsync(3, 2, Deadline);
        Assert.False(waiting.IsCompleted);
        actor.Unblock();

        Assert.True(await waiting);
        await actor.Until(4);
    }

    [Fact]
    public async Task Waiting_for_room_ends_with_the_patience()
    {
        using var actor = new Collector(1);
        actor.Block();
        actor.TryPost(0);
        await actor.Blocked;
        actor.TryPost(1);

        Assert.False(await actor.PostAsync(2, 1, TimeSpan.FromMilliseconds(20)));
        actor.Unblock();
        await actor.Until(2);
    }

    [Fact]
    public async Task A_failure_suspends_the_actor_until_it_is_resumed_and_loses_only_its_message()
    {
        using var actor = new Collector(16) { FailsAt = 1 };
        for (int i = 0; i < 4; i++) actor.TryPost(i);

        Exception failure = await actor.Failure.WaitAsync(Deadline);
        Assert.Equal("at 1", failure.Message);
        Assert.Equal([0], actor.Handled);

        actor.Continue();
        await actor.Until(3);
        Assert.Equal([0, 2, 3], actor.Handled);
    }

    [Fact]
    public async Task After_closing_whatever_waits_or_comes_is_undelivered()
    {
        using var actor = new Collector(16);
        actor.Block();
        actor.TryPost(0);
        await actor.Blocked;
        actor.TryPost(1);
        actor.PostOwed(2);

        actor.Shut();
        actor.Unblock();
        Assert.False(actor.TryPost(3));
        actor.PostOwed(4);

        Assert.Equal([1, 2, 4], await actor.UndeliveredUntil(3));
    }

    [Fact]
    public async Task What_is_put_waits_for_the_turn_that_is_owed()
    {
        using var actor = new Collector(16);
        Assert.True(actor.TryPut(1, 16));
        Assert.True(actor.TryPut(2, 16));
        Assert.False(actor.TryPut(3, 2));
        Assert.Empty(actor.Handled);

        actor.Schedule();
        await actor.Until(2);
        Assert.Equal([1, 2], actor.Handled);
    }

    [Fact]
    public void A_turn_given_here_is_over_when_the_call_returns()
    {
        using var actor = new Collector(16);
        actor.TryPut(1, 16);
        actor.RunHere();
        Assert.Equal([1], actor.Handled);
        Assert.Equal(Environment.CurrentManagedThreadId, actor.HandledOn);
    }

    [Fact]
    public async Task A_turn_given_here_to_a_busy_actor_is_taken_by_the_thread_that_it_has()
    {
        using var actor = new Collector(16);
        actor.Block();
        actor.TryPost(0);
        await actor.Blocked;

        actor.TryPut(1, 16);
        actor.RunHere();
        Assert.Empty(actor.Handled);

        actor.Unblock();
        await actor.Until(2);
        Assert.Equal([0, 1], actor.Handled);
        Assert.Equal(1, actor.MostAtOnce);
    }

    [Fact]
    public async Task A_failure_in_a_turn_given_here_suspends_the_actor_and_not_the_giver()
    {
        using var actor = new Collector(16) { FailsAt = 0 };
        actor.TryPut(0, 16);
        actor.TryPut(1, 16);
        actor.RunHere();
        Assert.Equal("at 0", (await actor.Failure.WaitAsync(Deadline)).Message);

        actor.Continue();
        await actor.Until(1);
        Assert.Equal([1], actor.Handled);
    }

    [Fact]
    public async Task Whoever_wakes_an_actor_at_the_very_end_of_a_turn_gets_another_turn()
    {
        var sleeper = new Sleeper();
        sleeper.Wake();
        await sleeper.SecondTurn.WaitAsync(Deadline);
    }

    /// <summary>An actor that is woken when its first turn has done everything but end.</summary>
    private sealed class Sleeper() : Actor<int>(1)
    {
        private readonly TaskCompletionSource _secondTurn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _turns;

        public Task SecondTurn => _secondTurn.Task;

        protected override void TurnBegins()
        {
            if (++_turns == 2) _secondTurn.SetResult();
        }

        protected override void TurnEnds()
        {
            if (_turns == 1) Wake();
        }

        protected override void Receive(in int message)
        {
        }

        protected override void Failed(Exception failure) => _secondTurn.TrySetException(failure);

        protected override void Undelivered(in int message)
        {
        }
    }

    /// <summary>An actor that writes down what it gets, and can be held at its first message.</summary>
    private sealed class Collector(int capacity) : Actor<int>(capacity), IDisposable
    {
        private readonly ConcurrentQueue<int> _undelivered = new();
        private readonly SemaphoreSlim _progress = new(0);
        private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new(initialState: true);
        private int _atOnce;

        public List<int> Handled { get; } = [];
        public int MostAtOnce { get; private set; }
        public int HandledOn { get; private set; }
        public int FailsAt { get; init; } = -1;
        public Task Blocked => _blocked.Task.WaitAsync(Deadline);
        public Task<Exception> Failure => _failure.Task;

        public void Dispose()
        {
            _gate.Dispose();
            _progress.Dispose();
        }

        public void Block() => _gate.Reset();

        public void Unblock() => _gate.Set();

        public void Shut() => Close();

        public void Continue() => Resume();

        public async Task Until(int count)
        {
            for (int i = 0; i < count; i++) Assert.True(await _progress.WaitAsync(Deadline));
        }

        public async Task<IEnumerable<int>> UndeliveredUntil(int count)
        {
            await Until(count + 1);
            return _undelivered.Order();
        }

        protected override void Receive(in int message)
        {
            if (message == FailsAt) throw new InvalidOperationException($"at {message}");
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            HandledOn = Environment.CurrentManagedThreadId;
            _blocked.TrySetResult();
            Assert.True(_gate.Wait(Deadline));
            Handled.Add(message);
            Interlocked.Decrement(ref _atOnce);
            _progress.Release();
        }

        protected override void Failed(Exception failure) => _failure.TrySetResult(failure);

        protected override void Undelivered(in int message)
        {
            _undelivered.Enqueue(message);
            _progress.Release();
        }
    }
}
