using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Tests.Tables;

/// <summary>The routing table (Middleware 2001, section 2.1) of node 12, with b = 4: row 0 by the first digit, row 1 by the second.</summary>
public sealed class RoutingTableTests
{
    private readonly RoutingTable _table = new(Peers.Id(0x12), 4);

    [Fact]
    public void A_node_stands_in_the_row_of_its_shared_prefix_under_its_next_digit()
    {
        foreach (NodeHandle node in Peers.All(0x34, 0x1a, 0x15, 0xf0)) Assert.True(_table.Consider(node));
        Assert.Equal([0x34, 0xf0], Peers.Names(_table.Row(0)));
        Assert.Equal([0x15, 0x1a], Peers.Names(_table.Row(1)));
        Assert.Equal([0x34, 0xf0, 0x15, 0x1a], Peers.Names(_table.All()));
        Assert.Equal((4, 2), (_table.Count, _table.RowCount));
    }

    [Fact]
    public void The_next_hop_shares_one_more_digit_with_the_key()
    {
        _table.Consider(Peers.Of(0x34));
        _table.Consider(Peers.Of(0x1a));
        Assert.Equal(Peers.Of(0x34), _table.Next(Peers.Id(0x3f)));
        Assert.Equal(Peers.Of(0x1a), _table.Next(Peers.Id(0x1a).Plus(5)));
        Assert.Null(_table.Next(Peers.Id(0x4f)));
        Assert.Null(_table.Next(Peers.Id(0x12)));
        Assert.Null(_table.Next(Peers.Id(0x12).Plus(1)));
    }

    [Fact]
    public void Of_two_that_fit_the_nearer_in_the_network_stands()
    {
        Assert.True(_table.Consider(Peers.Of(0x34)));
        Assert.False(_table.Consider(Peers.Of(0x35)));
        Assert.True(_table.Consider(Peers.Of(0x35), 900));
        Assert.False(_table.Consider(Peers.Of(0x34)));
        Assert.False(_table.Consider(Peers.Of(0x34), 900));
        Assert.True(_table.Consider(Peers.Of(0x34), 899));
        Assert.Equal(Peers.Of(0x34), _table.Find(Peers.Id(0x3f)));
        Assert.Equal(899u, _table.DistanceAt(Peers.Id(0x34)));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void A_newer_measurement_of_the_same_node_replaces_the_older_and_none_keeps_it()
    {
        _table.Consider(Peers.Of(0x34), 900);
        _table.Consider(Peers.Of(0x34), 2000);
        Assert.Equal(2000u, _table.DistanceAt(Peers.Id(0x34)));
        _table.Consider(Peers.Of(0x34));
        Assert.Equal([(Peers.Of(0x34), 2000u)], _table.RowWithDistances(0));
        Assert.Equal(RoutingTable.Unmeasured, _table.DistanceAt(Peers.Id(0x44)));
        Assert.Equal(RoutingTable.Unmeasured, _table.DistanceAt(Peers.Id(0x12).Plus(1)));
    }

    [Fact]
    public void The_handle_of_a_later_start_takes_the_place_of_the_older_and_never_the_reverse()
    {
        _table.Consider(Peers.Of(0x34, incarnation: 2));
        _table.Consider(Peers.Of(0x34, incarnation: 1));
        Assert.Equal(2u, _table.Find(Peers.Id(0x34))!.Incarnation);
        _table.Consider(Peers.Of(0x34, incarnation: 3));
        Assert.Equal(3u, _table.Find(Peers.Id(0x34))!.Incarnation);
    }

    [Fact]
    public void The_silent_of_a_row_are_those_that_did_not_speak_since_a_moment_to_the_second()
    {
        foreach (NodeHandle node in Peers.All(0x34, 0x44, 0x54, 0x1a)) _table.Consider(node);
        var moment = new Instant(TimeSpan.TicksPerDay);
        _table.Heard(Peers.Of(0x34), moment);
        _table.Heard(Peers.Of(0x44), moment + TimeSpan.FromSeconds(1));
        Assert.Equal([0x34, 0x54], Peers.Names(_table.SilentSince(moment, row: 0)));
        Assert.Equal([0x34, 0x54], Peers.Names(_table.SilentSince(moment + TimeSpan.FromSeconds(0.9), row: 0)));
        Assert.Equal([0x34, 0x44, 0x54], Peers.Names(_table.SilentSince(moment + TimeSpan.FromSeconds(1), row: 0)));
        Assert.Equal([0x54], Peers.Names(_table.SilentSince(default, row: 0)));
        Assert.Equal([0x1a], Peers.Names(_table.SilentSince(moment, row: 1)));
    }

    [Fact]
    public void Only_the_node_itself_is_removed_not_another_in_its_place()
    {
        _table.Consider(Peers.Of(0x34));
        Assert.False(_table.Remove(Peers.Id(0x35)));
        Assert.True(_table.Remove(Peers.Id(0x34)));
        Assert.False(_table.Remove(Peers.Id(0x34)));
        Assert.Equal(0, _table.Count);
        Assert.Empty(_table.All());
    }

    [Fact]
    public void The_node_itself_and_rows_that_are_not_there_hold_nothing()
    {
        Assert.False(_table.Consider(Peers.Of(0x12)));
        Assert.Null(_table.Find(Peers.Id(0x12)));
        Assert.Empty(_table.Row(0));
        Assert.Empty(_table.Row(500));
        Assert.Empty(_table.RowWithDistances(500));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void For_every_b_ids_that_differ_in_the_last_bit_alone_have_their_place(int bits)
    {
        NodeHandle twin = new(Peers.Id(0x12).Plus(1), "twin", 1);
        RoutingTable table = new(Peers.Id(0x12), bits);
        Assert.True(table.Consider(twin));
        Assert.Equal(twin, table.Next(twin.Id));
        Assert.Null(table.Next(Peers.Id(0x12)));
        Assert.Equal((127 / bits) + 1, table.RowCount);
    }

    [Fact]
    public void Every_entry_shares_its_row_in_digits_and_differs_in_the_next()
    {
        var random = new RandomSource(6);
        RingId self = random.NextRingId();
        RoutingTable table = new(self, 2);
        for (int i = 0; i < 2000; i++) table.Consider(Peers.Random(random), (uint)random.Next(1000));
        for (int row = 0; row < table.RowCount; row++)
        {
            Assert.All(table.Row(row), node => Assert.Equal(row, node.Id.SharedPrefixLength(self, 2)));
            Assert.Equal(table.Row(row).Count(), table.Row(row).Select(n => n.Id.Digit(row, 2)).Distinct().Count());
        }

        Assert.Equal(table.All().Count(), table.Count);
    }
}
