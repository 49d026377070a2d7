using PastryActors.Core.Ring;
using PastryActors.Pastry.Routing;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Tests.Routing;

/// <summary>The rule of the next hop (Middleware 2001, figure 2) at node 80, with b = 4 and L = 2.</summary>
public sealed class RoutingRuleTests
{
    private readonly LeafSet _leafs = new(Peers.Id(0x80), 2);
    private readonly RoutingTable _table = new(Peers.Id(0x80), 4);
    private readonly NeighbourhoodSet _neighbourhood = new(Peers.Id(0x80), 4);
    private readonly RoutingRule _rule;

    public RoutingRuleTests()
    {
        _rule = new RoutingRule(Peers.Of(0x80), 4, _leafs, _table, _neighbourhood);
        foreach (NodeHandle leaf in Peers.All(0x70, 0x90)) _leafs.Add(leaf);
    }

    [Theory]
    [InlineData(0x80, 0x80)]
    [InlineData(0x85, 0x80)]
    [InlineData(0x8c, 0x90)]
    [InlineData(0x71, 0x70)]
    public void Line_1_a_key_in_the_range_of_the_leaf_set_goes_to_the_closest_leaf(int key, int next)
    {
        _table.Consider(Peers.Of(0x8c));
        Assert.Equal(new NextHop(Peers.Of(next), OnlyRoot: true), _rule.Next(Peers.Id(key), []));
    }

    [Fact]
    public void Line_1_holds_also_when_the_root_is_excluded_since_nobody_else_may_deliver() =>
        Assert.Equal(new NextHop(Peers.Of(0x90), OnlyRoot: true), _rule.Next(Peers.Id(0x8f), [Peers.Id(0x90)]));

    [Fact]
    public void Line_6_any_other_key_goes_to_the_entry_that_shares_one_digit_more()
    {
        _table.Consider(Peers.Of(0x21));
        Assert.Equal(new NextHop(Peers.Of(0x21), OnlyRoot: false), _rule.Next(Peers.Id(0x2f), []));
    }

    [Fact]
    public void The_rare_case_takes_a_node_with_as_long_a_prefix_that_is_numerically_closer()
    {
        Assert.Equal(new NextHop(Peers.Of(0x70), OnlyRoot: false), _rule.Next(Peers.Id(0x20), []));
        Assert.Equal(new NextHop(Peers.Of(0x90), OnlyRoot: false), _rule.Next(Peers.Id(0xe0), []));
    }

    [Fact]
    public void The_rare_case_looks_into_all_three_tables_and_takes_the_closest()
    {
        _table.Consider(Peers.Of(0x55));
        Assert.Equal(Peers.Of(0x55), _rule.Next(Peers.Id(0x30), []).Node);
        _neighbourhood.Consider(Peers.Of(0x40), 5);
        Assert.Equal(Peers.Of(0x40), _rule.Next(Peers.Id(0x30), []).Node);
    }

    [Fact]
    public void The_rare_case_prefers_a_longer_prefix_to_a_smaller_distance()
    {
        _neighbourhood.Consider(Peers.Of(0x2f), 5);
        _neighbourhood.Consider(Peers.Of(0x1f), 5);
        Assert.Equal(Peers.Of(0x2f), _rule.Next(Peers.Id(0x20), []).Node);
    }

    [Fact]
    public void A_silent_entry_is_gone_around_while_there_is_another_way()
    {
        _table.Consider(Peers.Of(0x21));
        _neighbourhood.Consider(Peers.Of(0x2a), 5);
        Assert.Equal(Peers.Of(0x2a), _rule.Next(Peers.Id(0x2f), [Peers.Id(0x21)]).Node);
        Assert.Equal(Peers.Of(0x70), _rule.Next(Peers.Id(0x2f), [Peers.Id(0x21), Peers.Id(0x2a)]).Node);
    }

    [Fact]
    public void When_all_ways_are_excluded_the_best_is_tried_again_rather_than_none() =>
        Assert.Equal(Peers.Of(0x70), _rule.Next(Peers.Id(0x20), [Peers.Id(0x70), Peers.Id(0x90)]).Node);

    [Fact]
    public void A_key_that_nobody_known_is_closer_to_stays_here_unclaimed()
    {
        _leafs.Remove(Peers.Id(0x90));
        Assert.Equal(new NextHop(Peers.Of(0x80), OnlyRoot: false), _rule.Next(Peers.Id(0x82), []));
    }

    [Fact]
    public void A_join_is_routed_as_if_the_joiner_were_not_there()
    {
        _leafs.Remove(Peers.Id(0x90));
        _leafs.Add(Peers.Of(0x88));
        Assert.Equal(new NextHop(Peers.Of(0x80), OnlyRoot: true), _rule.NextAround(Peers.Id(0x88), [Peers.Id(0x88)]));
        _table.Consider(Peers.Of(0x21));
        Assert.Equal(Peers.Of(0x70), _rule.NextAround(Peers.Id(0x21), [Peers.Id(0x21)]).Node);
        Assert.Equal(Peers.Of(0x21), _rule.NextAround(Peers.Id(0x22), [Peers.Id(0x22)]).Node);
    }
}
