using PastryActors.Simulation.Network;

namespace PastryActors.Simulation.Tests.Network;

public sealed class LatencyTests
{
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(1);

    public static TheoryData<ILatencyModel> Models => [new PlaneLatency(3, Most, Floor), new SphereLatency(3, Most, Floor)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Distance_is_the_same_both_ways_and_within_its_bounds(ILatencyModel model)
    {
        for (int i = 0; i < 1000; i++)
        {
            TimeSpan way = model.OneWay(i, 1000 - i);
            Assert.Equal(way, model.OneWay(1000 - i, i));
            Assert.InRange(way, Floor, Floor + Most);
        }
    }

    [Fact]
    public void The_mean_distance_is_that_of_geometry()
    {
        // Two random points: 0.5214 of the side of a square (its diagonal is 1.4142), a quarter of the way round a globe.
        Assert.InRange(Mean(new PlaneLatency(5, Most)), 35.9, 37.9);
        Assert.InRange(Mean(new SphereLatency(5, Most)), 49, 51);
    }

    [Fact]
    public void Jitter_never_lets_a_later_message_overtake_and_stays_within_its_bound()
    {
        TimeSpan greatest = TimeSpan.FromMilliseconds(250);
        var jitter = new Jitter(9, greatest);
        long last = 0;
        long least = long.MaxValue;
        long most = 0;
        for (long now = 0; now < TimeSpan.TicksPerMinute; now += 977)
        {
            long added = jitter.Ticks(1, 2, now);
            Assert.InRange(added, 0, greatest.Ticks);
            Assert.True(now + added >= last);
            last = now + added;
            least = Math.Min(least, added);
            most = Math.Max(most, added);
        }

        Assert.True(least < greatest.Ticks / 10 && most > greatest.Ticks * 9 / 10);
    }

    private static double Mean(ILatencyModel model) =>
        Enumerable.Range(0, 20_000).Average(i => model.OneWay(2 * i, (2 * i) + 1).TotalMilliseconds);
}
