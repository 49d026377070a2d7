using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Tests.Driving;

/// <summary>The core's chance: were a single number to change, every recorded seed would tell another story.</summary>
public sealed class RandomSourceTests
{
    [Fact]
    public void The_numbers_are_those_of_SplitMix64()
    {
        var random = new RandomSource(1234567);
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(published, published.Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void What_is_derived_from_the_numbers_does_not_change_either()
    {
        var random = new RandomSource(42);
        Assert.Equal([741, 159, 278, 344], Enumerable.Range(0, 4).Select(_ => random.Next(1000)));
        Assert.Equal(0.7415648787718233, new RandomSource(42).NextDouble());
        Assert.Equal(new RingId(new UInt128(6457827717110365317, 3203168211198807973)), new RandomSource(1234567).NextRingId());
        Assert.Equal(TimeSpan.FromTicks(9400318), new RandomSource(1234567).Jitter(TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public void A_number_stays_below_its_bound(int bound)
    {
        var random = new RandomSource(3);
        for (int i = 0; i < 1000; i++) Assert.InRange(random.Next(bound), 0, bound - 1);
    }

    [Fact]
    public void Every_number_below_a_bound_comes_about_as_often()
    {
        var random = new RandomSource(4);
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++) counts[random.Next(10)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_bound_must_be_positive(int bound) => Assert.Throws<ArgumentOutOfRangeException>(() => new RandomSource(1).Next(bound));

    [Fact]
    public void Jitter_spreads_over_the_whole_range_and_stays_within()
    {
        var random = new RandomSource(5);
        double[] factors = [.. Enumerable.Range(0, 1000).Select(_ => random.Jitter(TimeSpan.FromSeconds(1), 0.5).TotalSeconds)];
        Assert.InRange(factors.Min(), 0.5, 0.51);
        Assert.InRange(factors.Max(), 1.49, 1.5);
    }
}
