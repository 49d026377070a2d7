using PastryActors.Store.Tests.Support;
using PastryActors.Store.Writing;

namespace PastryActors.Store.Tests.Writing;

public sealed class BoundedQueueTests
{
    [Fact]
    public void It_refuses_beyond_its_count_and_beyond_its_bytes()
    {
        var queue = new BoundedQueue<int>(countMax: 2, bytesMax: 100);
        Assert.True(queue.TryAdd(1, 60));
        Assert.False(queue.TryAdd(2, 41));
        Assert.True(queue.TryAdd(3, 40));
        Assert.False(queue.TryAdd(4, 0));
        Assert.True(queue.Take(out int first));
        Assert.Equal(1, first);
        Assert.True(queue.TryAdd(5, 60));
    }

    [Fact]
    public void After_closing_what_got_in_is_still_taken_and_nothing_else()
    {
        var queue = new BoundedQueue<int>(10, 10);
        Assert.True(queue.TryAdd(1, 1));
        queue.Close(takers: 1);
        Assert.False(queue.TryAdd(2, 1));
        Assert.True(queue.Take(out int item));
        Assert.Equal(1, item);
        Assert.False(queue.TryTake(out _));
        Assert.False(queue.Take(out _));
    }

    [Fact]
    public async Task Whatever_was_let_in_is_taken_once_even_while_it_closes()
    {
        var queue = new BoundedQueue<int>(64, long.MaxValue);
        int added = 0;
        int taken = 0;
        bool closed = false;
        Task[] takers = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(TakeAll, TaskCreationOptions.LongRunning))];
        Task[] adders = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(AddUntilClosed, TaskCreationOptions.LongRunning))];
        SpinWait.SpinUntil(() => Volatile.Read(ref taken) > 20_000, Probe.Deadline);
        queue.Close(takers.Length);
        Volatile.Write(ref closed, true);
        await Task.WhenAll([.. takers, .. adders]).WaitAsync(Probe.Deadline);
        Assert.True(taken > 20_000);
        Assert.Equal(added, taken);

        void TakeAll()
        {
            while (queue.Take(out _)) Interlocked.Increment(ref taken);
        }

        void AddUntilClosed()
        {
            while (!Volatile.Read(ref closed))
            {
                if (queue.TryAdd(1, 1)) Interlocked.Increment(ref added);
                else Thread.Yield();
            }
        }
    }
}
