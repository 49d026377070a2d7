using PastryActors.Core.Driving;

namespace PastryActors.Engine.Tests;

public sealed class TimerHeapTests
{
    [Fact]
    public void Timers_come_by_deadline_and_then_in_order_of_scheduling()
    {
        var random = new Random(5);
        var heap = new TimerHeap();
        var expected = new List<(long Due, int Number)>();
        for (int i = 0; i < 2000; i++)
        {
            long due = random.Next(300);
            expected.Add((due, i));
            heap.Add(new NodeTimer(0, 0, i), new Instant(due));
        }

        expected.Sort();
        foreach ((long due, int number) in expected)
        {
            Assert.Equal(new Instant(due), heap.Next);
            Assert.True(heap.TryTakeDue(new Instant(300), out NodeTimer timer));
            Assert.Equal(number, timer.Argument);
        }

        Assert.Equal(Instant.Never, heap.Next);
    }

    [Fact]
    public void A_timer_is_not_given_before_it_is_due()
    {
        var heap = new TimerHeap();
        heap.Add(new NodeTimer(1, 2), new Instant(10));
        Assert.False(heap.TryTakeDue(new Instant(9), out _));
        Assert.True(heap.TryTakeDue(new Instant(10), out NodeTimer timer));
        Assert.Equal(new NodeTimer(1, 2), timer);
    }

    [Fact]
    public void Clearing_forgets_all()
    {
        var heap = new TimerHeap();
        for (int i = 0; i < 100; i++) heap.Add(default, new Instant(i));
        Assert.Equal(100, heap.Clear());
        Assert.False(heap.TryTakeDue(Instant.Never, out _));
    }
}
