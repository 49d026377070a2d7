using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Tests.Tables;

/// <summary>The neighbourhood set (Middleware 2001, section 2.1) of node 80, with M = 3.</summary>
public sealed class NeighbourhoodSetTests
{
    private readonly NeighbourhoodSet _set = new(Peers.Id(0x80), 3);

    [Fact]
    public void It_keeps_the_M_nearest_in_the_network_nearest_first()
    {
        Assert.True(_set.Consider(Peers.Of(1), 30));
        Assert.True(_set.Consider(Peers.Of(2), 10));
        Assert.True(_set.Consider(Peers.Of(3), 20));
        Assert.False(_set.Consider(Peers.Of(4), 30));
        Assert.True(_set.Consider(Peers.Of(5), 15));
        Assert.Equal([(Peers.Of(2), 10u), (Peers.Of(5), 15u), (Peers.Of(3), 20u)], _set.Nodes);
    }

    [Fact]
    public void A_node_measured_again_moves_to_where_it_belongs_now()
    {
        _set.Consider(Peers.Of(1), 30);
        _set.Consider(Peers.Of(2), 10);
        Assert.True(_set.Consider(Peers.Of(2), 40));
        Assert.Equal([(Peers.Of(1), 30u), (Peers.Of(2), 40u)], _set.Nodes);
    }

    [Fact]
    public void A_node_taken_out_is_gone_and_the_node_itself_never_in()
    {
        _set.Consider(Peers.Of(1), 30);
        Assert.True(_set.Contains(Peers.Id(1)));
        Assert.True(_set.Remove(Peers.Id(1)));
        Assert.False(_set.Remove(Peers.Id(1)));
        Assert.False(_set.Consider(Peers.Of(0x80), 1));
        Assert.Empty(_set.Nodes);
    }
}
