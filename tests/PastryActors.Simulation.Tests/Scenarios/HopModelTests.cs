using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Tests.Scenarios;

public sealed class HopModelTests
{
    /// <summary>The idealised figures that the papers' curves agree with (Middleware 2001, figure 4, for L = 16).</summary>
    [Theory]
    [InlineData(1_000, 16, 2.47)]
    [InlineData(10_000, 16, 3.21)]
    [InlineData(1_000, 32, 2.31)]
    [InlineData(10_000, 32, 3.03)]
    public void Perfect_tables_take_the_known_number_of_hops(int nodes, int leafSetSize, double hops)
    {
        double mean = new HopModel(Ids(nodes), leafSetSize, digitBits: 4, seed: 1).MeanHops(20_000);
        Assert.InRange(mean, hops * 0.99, hops * 1.01);
    }

    [Fact]
    public void In_a_ring_that_the_leaf_set_spans_every_lookup_but_ones_own_takes_one_hop()
    {
        double mean = new HopModel(Ids(8), leafSetSize: 16, digitBits: 4, seed: 1).MeanHops(10_000);
        Assert.InRange(mean, 0.8, 0.95);
    }

    [Fact]
    public void Two_digits_of_two_bits_take_about_twice_the_hops_of_one_of_four()
    {
        double four = new HopModel(Ids(10_000), 16, digitBits: 4, seed: 1).MeanHops(5_000);
        double two = new HopModel(Ids(10_000), 16, digitBits: 2, seed: 1).MeanHops(5_000);
        Assert.InRange(two / four, 1.4, 2);
    }

    private static IEnumerable<RingId> Ids(int count)
    {
        var random = new RandomSource(7);
        return Enumerable.Range(0, count).Select(_ => random.NextRingId());
    }
}
