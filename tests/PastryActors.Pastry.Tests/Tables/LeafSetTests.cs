using PastryActors.Core.Ring;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Tests.Tables;

/// <summary>The leaf set (Middleware 2001, section 2.1) of node 80, with L = 4.</summary>
public sealed class LeafSetTests
{
    private readonly LeafSet _leafs = new(Peers.Id(0x80), 4);

    [Fact]
    public void A_side_that_is_short_does_not_reach_round_the_ring_beyond_the_other_sides_end()
    {
        LeafSet leafs = new(Peers.Id(0x80), 4);
        foreach (int node in new[] { 0x60, 0x70, 0x90, 0xa0 }) leafs.Add(Peers.Of(node));
        leafs.Remove(Peers.Id(0x60));
        Assert.False(leafs.Admits(Peers.Id(0xb0)));
        Assert.False(leafs.Add(Peers.Of(0xb0)));
        Assert.True(leafs.Add(Peers.Of(0x50)));
        Assert.Equal([0x70, 0x50], Peers.Names(leafs.Left));
    }

    [Fact]
    public void Nor_do_two_sides_that_are_short_take_each_others_nodes()
    {
        LeafSet leafs = new(Peers.Id(0x80), 8);
        foreach (int node in new[] { 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xb0, 0xc0 }) leafs.Add(Peers.Of(node));
        leafs.Remove(Peers.Id(0x60));
        leafs.Remove(Peers.Id(0xa0));
        foreach (int node in new[] { 0xd0, 0x30, 0xe0, 0x20 }) leafs.Add(Peers.Of(node));
        Assert.Equal([0x70, 0x50, 0x40, 0x30], Peers.Names(leafs.Left));
        Assert.Equal([0x90, 0xb0, 0xc0, 0xd0], Peers.Names(leafs.Right));
        leafs.Remove(Peers.Id(0x70));
        Assert.False(leafs.Admits(Peers.Id(0xe0)));
    }

    [Fact]
    public void An_empty_set_is_the_whole_of_a_ring_of_one()
    {
        Assert.True(_leafs.IsEmpty);
        Assert.True(_leafs.IsComplete);
        Assert.True(_leafs.Covers(Peers.Id(0x07)));
        Assert.Equal(Peers.Of(0x80), _leafs.ClosestTo(Peers.Id(0x07), Peers.Of(0x80)));
        Assert.Equal(UInt128.MaxValue, _leafs.MeanSpacing());
    }

    [Fact]
    public void A_node_alone_stands_on_both_sides_and_the_set_is_the_whole_ring()
    {
        Assert.True(_leafs.Add(Peers.Of(0x90)));
        AssertSides([0x90], [0x90]);
        Assert.Equal(1, _leafs.Count);
        Assert.True(_leafs.Wraps);
        Assert.True(_leafs.IsComplete);
        Assert.Equal(UInt128.MaxValue / 2, _leafs.MeanSpacing());
    }

    [Fact]
    public void Each_side_keeps_the_L_2_nearest_of_its_direction_nearest_first()
    {
        Add(0x10, 0xf0, 0x60, 0xa0, 0x70, 0x90);
        AssertSides([0x70, 0x60], [0x90, 0xa0]);
        Assert.Equal([0x90, 0xa0, 0x70, 0x60], Peers.Names(_leafs.Members()));
        Assert.False(_leafs.Wraps);
        Assert.True(_leafs.IsComplete);
        Assert.Equal(((UInt128)0x40 << 120) / 4, _leafs.MeanSpacing());
    }

    [Fact]
    public void In_a_ring_of_fewer_than_L_and_one_the_sides_overlap()
    {
        Add(0x10, 0x60, 0x90);
        AssertSides([0x60, 0x10], [0x90, 0x10]);
        Assert.Equal(3, _leafs.Count);
        Assert.True(_leafs.Wraps);
        Assert.True(_leafs.Covers(Peers.Id(0x30)));
        Assert.Equal([0x90, 0x10, 0x60], Peers.Names(_leafs.Members()));
    }

    [Fact]
    public void At_exactly_L_and_one_nodes_no_side_overlaps_and_the_gap_between_the_ends_is_not_covered()
    {
        Add(0x10, 0x60, 0x90, 0xf0);
        AssertSides([0x60, 0x10], [0x90, 0xf0]);
        Assert.False(_leafs.Wraps);
        Assert.True(_leafs.IsComplete);
        Assert.False(_leafs.Covers(Peers.Id(0x00)));
    }

    [Fact]
    public void The_set_of_a_node_at_the_top_of_the_ring_goes_on_at_the_bottom()
    {
        LeafSet top = new(Peers.Id(0xff), 4);
        foreach (NodeHandle node in Peers.All(0x80, 0x40, 0x01, 0x02, 0xfe, 0xfd)) top.Add(node);
        Assert.Equal([0xfe, 0xfd], Peers.Names(top.Left));
        Assert.Equal([0x01, 0x02], Peers.Names(top.Right));
        Assert.True(top.Covers(Peers.Id(0x00)));
        Assert.True(top.Covers(Peers.Id(0x02)));
        Assert.True(top.Covers(Peers.Id(0xfd)));
        Assert.False(top.Covers(Peers.Id(0x03)));
        Assert.False(top.Covers(Peers.Id(0xfc)));
        Assert.Equal(Peers.Of(0x01), top.ClosestTo(Peers.Id(0x01).Plus(1), Peers.Of(0xff)));
        Assert.Equal(((UInt128)5 << 120) / 4, top.MeanSpacing());
    }

    [Fact]
    public void A_key_half_way_between_two_nodes_belongs_to_the_smaller_id()
    {
        Add(0x90, 0x70);
        Assert.Equal(Peers.Of(0x80), _leafs.ClosestTo(Peers.Id(0x88), Peers.Of(0x80)));
        Assert.Equal(Peers.Of(0x70), _leafs.ClosestTo(Peers.Id(0x78), Peers.Of(0x80)));
    }

    [Fact]
    public void A_removal_leaves_its_side_short_until_the_ring_is_closed()
    {
        Add(0x60, 0x70, 0x90, 0xa0);
        Assert.True(_leafs.Remove(Peers.Id(0x90)));
        AssertSides([0x70, 0x60], [0xa0]);
        Assert.False(_leafs.IsComplete);
        Assert.True(_leafs.CloseRing());
        AssertSides([0x70, 0x60], [0xa0, 0x60]);
        Assert.True(_leafs.Wraps);
        Assert.True(_leafs.IsComplete);
        Assert.False(_leafs.CloseRing());
    }

    [Fact]
    public void A_member_that_speaks_again_does_not_close_a_ring_that_failures_tore()
    {
        Add(0x60, 0x70, 0x90, 0xa0);
        _leafs.Remove(Peers.Id(0x90));
        Assert.False(_leafs.Add(Peers.Of(0x70)));
        Assert.False(_leafs.IsComplete);
    }

    [Fact]
    public void With_a_whole_side_gone_only_what_lies_on_the_other_is_covered()
    {
        Add(0x60, 0x70, 0x90, 0xa0);
        _leafs.Remove(Peers.Id(0x90));
        _leafs.Remove(Peers.Id(0xa0));
        Assert.True(_leafs.Covers(Peers.Id(0x65)));
        Assert.True(_leafs.Covers(Peers.Id(0x80)));
        Assert.False(_leafs.Covers(Peers.Id(0x81)));
        Assert.Equal(((UInt128)0x20 << 120) / 2, _leafs.MeanSpacing());
    }

    [Fact]
    public void The_handle_of_a_later_start_takes_the_place_of_the_older_on_both_sides_and_never_the_reverse()
    {
        Add(0x90);
        Assert.True(_leafs.Add(Peers.Of(0x90, incarnation: 2)));
        Assert.Equal([2u, 2u], [_leafs.Left[0].Incarnation, _leafs.Right[0].Incarnation]);
        Assert.False(_leafs.Add(Peers.Of(0x90, incarnation: 1)));
        Assert.Equal(2u, _leafs.Find(Peers.Id(0x90))!.Incarnation);
    }

    [Fact]
    public void The_node_itself_never_stands_in_its_set()
    {
        Assert.False(_leafs.Add(Peers.Of(0x80)));
        Assert.False(_leafs.Admits(Peers.Id(0x80)));
        Assert.True(_leafs.IsEmpty);
    }

    [Fact]
    public void It_admits_whoever_is_nearer_than_an_end_or_fills_a_side()
    {
        Add(0x60, 0x70, 0x90);
        Assert.True(_leafs.Admits(Peers.Id(0x10)));
        Add(0xa0);
        Assert.False(_leafs.Admits(Peers.Id(0x10)));
        Assert.False(_leafs.Admits(Peers.Id(0xa0)));
        Assert.True(_leafs.Admits(Peers.Id(0x9f)));
        Assert.True(_leafs.Admits(Peers.Id(0x61)));
    }

    [Fact]
    public void The_version_grows_with_changes_and_only_with_them()
    {
        Add(0x90);
        int version = _leafs.Version;
        _leafs.Add(Peers.Of(0x90));
        _leafs.Remove(Peers.Id(0x10));
        _leafs.CloseRing();
        Assert.Equal(version, _leafs.Version);
        _leafs.Add(Peers.Of(0x90, incarnation: 2));
        Assert.Equal(version + 1, _leafs.Version);
        _leafs.Remove(Peers.Id(0x90));
        Assert.Equal(version + 2, _leafs.Version);
    }

    [Fact]
    public void A_set_of_less_than_two_is_an_error_of_the_caller() => Assert.Throws<ArgumentOutOfRangeException>(() => new LeafSet(Peers.Id(1), 1));

    private void Add(params int[] nodes)
    {
        foreach (NodeHandle node in Peers.All(nodes)) _leafs.Add(node);
    }

    private void AssertSides(int[] left, int[] right)
    {
        Assert.Equal(left, Peers.Names(_leafs.Left));
        Assert.Equal(right, Peers.Names(_leafs.Right));
    }
}
