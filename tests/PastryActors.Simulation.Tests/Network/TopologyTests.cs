using PastryActors.Simulation.Network;

namespace PastryActors.Simulation.Tests.Network;

public sealed class TopologyTests
{
    private static readonly TransitStubLatency Internet = new(1);

    [Fact]
    public void A_transit_stub_network_has_the_papers_size()
    {
        Assert.Equal(50, Internet.TransitCount);
        Assert.Equal(5000, Internet.StubCount);
    }

    [Fact]
    public void Distances_are_the_same_both_ways_positive_and_those_of_a_shortest_path()
    {
        for (int a = 0; a < 60; a++)
        {
            for (int b = 0; b < a; b++)
            {
                Assert.Equal(Internet.OneWay(a, b), Internet.OneWay(b, a));
                Assert.InRange(Internet.OneWay(a, b).TotalMilliseconds, 2, 500);
                Assert.True(Internet.OneWay(a, b) <= Internet.OneWay(a, 60) + Internet.OneWay(60, b));
            }
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_network_and_another_seed_another()
    {
        var again = new TransitStubLatency(1);
        var other = new TransitStubLatency(2);
        Assert.All(Enumerable.Range(1, 50), i => Assert.Equal(Internet.OneWay(0, i), again.OneWay(0, i)));
        Assert.Contains(Enumerable.Range(1, 50), i => Internet.OneWay(0, i) != other.OneWay(0, i));
    }

    [Fact]
    public void A_path_leads_from_link_to_link_and_never_takes_one_twice()
    {
        for (int node = 1; node < 200; node++)
        {
            List<long> path = [];
            Internet.AddPath(0, node, path);
            Assert.Equal(path.Count, path.Distinct().Count());
            for (int i = 1; i < path.Count; i++) Assert.Equal(path[i - 1] & uint.MaxValue, path[i] >> 32);
            Assert.InRange(path.Count, 2, 40);
        }
    }

    [Fact]
    public void A_path_to_oneself_has_no_links_and_no_latency()
    {
        List<long> path = [];
        Internet.AddPath(7, 7, path);
        Assert.Empty(path);
        Assert.Equal(TimeSpan.Zero, Internet.OneWay(7, 7));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(10, 256)]
    public void Impossible_shapes_are_refused(int domains, int stubRouters) =>
        Assert.Throws<ArgumentException>(() => new TransitStubLatency(1, new TransitStubOptions { TransitDomains = domains, StubRouters = stubRouters }));

    [Fact]
    public void A_matrix_deals_nodes_out_to_its_sites()
    {
        MatrixLatency matrix = MatrixLatency.Read(new StringReader("# two sites\n1 20.5\n\n30, 2\n"));
        Assert.Equal(2, matrix.Sites);
        Assert.Equal(TimeSpan.FromMilliseconds(20.5), matrix.OneWay(2, 3));
        Assert.Equal(TimeSpan.FromMilliseconds(30), matrix.OneWay(1, 4));
        Assert.Equal(TimeSpan.FromMilliseconds(1), matrix.OneWay(0, 2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("1 2\n3")]
    [InlineData("1 x\n3 4")]
    [InlineData("1 -2\n3 4")]
    [InlineData("1 NaN\n3 4")]
    public void What_is_no_square_of_latencies_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => MatrixLatency.Read(new StringReader(text)));
}
