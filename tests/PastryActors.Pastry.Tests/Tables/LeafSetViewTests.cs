using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Tests.Tables;

/// <summary>What applications see of the leaf set: replica sets and ranks (common API, IPTPS 2003, section 4).</summary>
public sealed class LeafSetViewTests
{
    [Fact]
    public void The_replica_set_is_the_closest_nodes_closest_first_this_one_among_them()
    {
        LeafSetView view = View(Peers.Of(0x80), 0x60, 0x70, 0x90, 0xa0);
        Assert.Equal([0x80, 0x90, 0x70], Peers.Names(view.ReplicaSet(Peers.Id(0x84), 3)));
        Assert.Equal([0x90, 0xa0, 0x80], Peers.Names(view.ReplicaSet(Peers.Id(0x97), 3)));
    }

    [Fact]
    public void Where_fewer_are_known_the_replica_set_is_all_of_them() =>
        Assert.Equal([0x80, 0x90], Peers.Names(View(Peers.Of(0x80), 0x90).ReplicaSet(Peers.Id(0x80), 5)));

    [Fact]
    public void The_rank_is_how_many_are_closer()
    {
        LeafSetView view = View(Peers.Of(0x80), 0x60, 0x70, 0x90, 0xa0);
        Assert.Equal([0, 1, 2, 1], new[] { 0x80, 0x8c, 0x9c, 0x75 }.Select(key => view.RankOf(Peers.Id(key))));
    }

    [Fact]
    public void A_node_is_the_root_of_the_keys_that_it_covers_and_is_closest_to()
    {
        LeafSetView view = View(Peers.Of(0x80), 0x60, 0x70, 0x90, 0xa0);
        Assert.True(view.IsRoot(Peers.Id(0x88)));
        Assert.False(view.IsRoot(Peers.Id(0x89)));
        Assert.False(view.IsRoot(Peers.Id(0x10)));
    }

    [Fact]
    public void It_tells_a_whole_ring_from_a_part_of_one()
    {
        Assert.True(View(Peers.Of(0x80)).IsWholeRing);
        Assert.True(View(Peers.Of(0x80), 0x10, 0x60, 0x90).IsWholeRing);
        Assert.False(View(Peers.Of(0x80), 0x60, 0x70, 0x90, 0xa0).IsWholeRing);
        Assert.Equal(4, View(Peers.Of(0x80)).Capacity);
    }

    [Fact]
    public void Rank_and_replica_set_agree_with_the_order_of_closeness_wherever_the_ring_wraps()
    {
        var random = new RandomSource(5);
        for (int round = 0; round < 200; round++)
        {
            NodeHandle[] nodes = [.. Enumerable.Range(0, 12).Select(_ => Peers.Random(random))];
            LeafSet leafs = new(nodes[0].Id, 24);
            foreach (NodeHandle node in nodes) leafs.Add(node);
            RingId key = random.NextRingId();
            var view = new LeafSetView(leafs, nodes[0]);
            List<NodeHandle> order = view.ReplicaSet(key, nodes.Length);
            Assert.Equal(nodes.Select(n => n.Id).Order(), order.Select(n => n.Id).Order());
            Assert.Equal(order.FindIndex(n => n.Id == nodes[0].Id), view.RankOf(key));
            for (int i = 1; i < order.Count; i++) Assert.True(key.IsCloser(order[i - 1].Id, order[i].Id));
        }
    }

    private static LeafSetView View(NodeHandle self, params int[] members)
    {
        LeafSet leafs = new(self.Id, 4);
        foreach (NodeHandle node in Peers.All(members)) leafs.Add(node);
        return new LeafSetView(leafs, self);
    }
}
