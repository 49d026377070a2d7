using PastryActors.Node.Benches;

namespace PastryActors.Node.Tests.Benches;

/// <summary>Percentiles out of buckets.</summary>
public sealed class LatencyHistogramTests
{
    private readonly LatencyHistogram _histogram = new();

    [Fact]
    public void Of_nothing_every_percentile_is_zero() => Assert.Equal(0, _histogram.Percentile(0.99));

    [Theory]
    [InlineData(0.5, 5_000)]
    [InlineData(0.99, 9_900)]
    [InlineData(1, 10_000)]
    public void A_percentile_is_right_within_three_in_a_hundred(double share, double expected)
    {
        for (int i = 1; i <= 10_000; i++) _histogram.Add(i);
        Assert.InRange(_histogram.Percentile(share), expected * 0.97, expected * 1.03);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(-5)]
    public void Small_values_are_exact(long value)
    {
        _histogram.Add(value);
        Assert.Equal(Math.Max(value, 0), _histogram.Percentile(0.5));
    }

    [Fact]
    public void The_longest_there_is_has_a_bucket()
    {
        _histogram.Add(long.MaxValue);
        Assert.InRange(_histogram.Percentile(1), long.MaxValue * 0.97, long.MaxValue * 1.03);
    }
}
