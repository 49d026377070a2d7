using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Events;
using PastryActors.Simulation.Workers;

namespace PastryActors.Simulation.Tests.Events;

public sealed class EventQueueTests
{
    private readonly EventQueue _queue = new();

    [Fact]
    public void Events_due_at_once_come_in_the_order_of_insertion()
    {
        foreach (int node in Enumerable.Range(0, 100)) _queue.Push(5_000_000_000, new SimEvent { Node = node });
        Assert.Equal(Enumerable.Range(0, 100), Enumerable.Range(0, 100).Select(_ => Take().Node));
        Assert.False(_queue.TryPeek(out _));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000_000)]
    [InlineData(2_000_000_000)]
    [InlineData(900_000_000_000)]
    [InlineData(3_000_000_000_000)]
    [InlineData(90_000_000_000_000)]
    public void Events_come_in_the_order_of_time_however_far_ahead_they_lie(long spreadTicks)
    {
        var random = new RandomSource(7);
        var expected = new PriorityQueue<int, (long, int)>();
        long now = 0;
        for (int i = 0; i < 20_000; i++)
        {
            long due = now + (long)(random.NextDouble() * spreadTicks);
            _queue.Push(due, new SimEvent { Node = i });
            expected.Enqueue(i, (due, i));
            if (random.Next(3) > 0) continue;
            (long Due, int Node) taken = Take();
            Assert.True(expected.TryDequeue(out int node, out (long Due, int) key));
            Assert.Equal((key.Due, node), taken);
            now = taken.Due;
        }

        while (expected.TryDequeue(out int node, out (long Due, int) key)) Assert.Equal((key.Due, node), Take());
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void An_event_inserted_before_one_that_was_peeked_at_comes_first()
    {
        _queue.Push(TimeSpan.TicksPerHour, new SimEvent { Node = 2 });
        Assert.True(_queue.TryPeek(out _));
        _queue.Push(TimeSpan.TicksPerSecond, new SimEvent { Node = 1 });
        Assert.Equal(1, Take().Node);
        Assert.Equal(2, Take().Node);
    }

    [Fact]
    public void What_goes_in_comes_out_whole()
    {
        var timer = new SimEvent { Kind = SimEventKind.Timer, Node = 3, Incarnation = 4, Timer = new NodeTimer(5, 6, -7, new RingId(UInt128.MaxValue - 8)) };
        var handle = new NodeHandle(new RingId(9), "a", 1);
        var message = new SimEvent { Kind = SimEventKind.Message, Lane = Lane.Bulk, Node = 1, Incarnation = 2, Sender = 3, From = handle, To = handle with { Incarnation = 2 }, Body = "body", Content = new VirtualContent(5, default) };
        // Places are used again, and an event must not find in its own what was there before.
        for (int i = 0; i < 3; i++)
        {
            _queue.Push(1, message);
            _queue.Push(2, timer);
            _queue.TryPeek(out _);
            _queue.Pop(out SimEvent first);
            _queue.TryPeek(out _);
            _queue.Pop(out SimEvent second);
            Assert.Equal((message, timer), (first, second));
        }
    }

    private (long Due, int Node) Take()
    {
        Assert.True(_queue.TryPeek(out long due));
        Assert.Equal(due, _queue.Pop(out SimEvent taken));
        return (due, taken.Node);
    }
}
