using PastryActors.Core.Driving;

namespace PastryActors.Core.Tests.Driving;

public sealed class AlarmTests
{
    private Alarm _alarm;

    [Fact]
    public void A_timer_is_needed_only_for_what_comes_earlier_than_the_one_that_is_set()
    {
        Assert.True(_alarm.Set(new Instant(50)));
        Assert.False(_alarm.Set(new Instant(50)));
        Assert.False(_alarm.Set(new Instant(60)));
        Assert.True(_alarm.Set(new Instant(40)));
    }

    [Fact]
    public void A_timer_that_was_overtaken_is_ignored_whenever_it_fires()
    {
        _alarm.Set(new Instant(50));
        _alarm.Set(new Instant(40));
        Assert.True(_alarm.Rings(new Instant(40)));
        Assert.True(_alarm.Set(new Instant(90)));
        Assert.False(_alarm.Rings(new Instant(50)));
        Assert.True(_alarm.Rings(new Instant(90)));
        Assert.False(_alarm.Rings(new Instant(91)));
    }

    [Fact]
    public void However_often_an_earlier_moment_comes_up_one_timer_is_alive_in_the_end()
    {
        var timers = new PriorityQueue<long, long>();
        for (long moment = 100; moment > 0; moment--) Await(moment);
        int fired = 0;
        for (; fired < 10_000 && timers.TryDequeue(out long now, out _); fired++)
        {
            if (_alarm.Rings(new Instant(now))) Await(now + 1000);
        }

        Assert.Equal(10_000, fired);
        Assert.Equal(1, timers.Count);

        void Await(long moment)
        {
            if (_alarm.Set(new Instant(moment))) timers.Enqueue(moment, moment);
        }
    }
}
