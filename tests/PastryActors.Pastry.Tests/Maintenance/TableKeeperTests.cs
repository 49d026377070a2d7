using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Maintenance;

/// <summary>Upkeep of the tables (Middleware 2001, sections 2.4 and 2.5; Castro et al. 2002).</summary>
public sealed class TableKeeperTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void At_start_the_three_periods_begin_each_with_its_own_jitter() => Assert.Equal(
        [
            Armed(OverlayTimer.LeafSetMaintenance, _bench.Chance.Jitter(Bench.Options.LeafSetMaintenancePeriod)),
            Armed(OverlayTimer.TableMaintenance, _bench.Chance.Jitter(Bench.Options.TableMaintenancePeriod)),
            Armed(OverlayTimer.NeighbourhoodMaintenance, _bench.Chance.Jitter(Bench.Options.NeighbourhoodMaintenancePeriod)),
        ],
        _bench.Do(_bench.Tables.Start));

    [Fact]
    public void One_entry_of_every_row_is_asked_for_its_row()
    {
        _bench.WithEntries(0x30, 0x50, 0x8a);
        Effect next = Armed(OverlayTimer.TableMaintenance, _bench.Chance.Jitter(Bench.Options.TableMaintenancePeriod));
        NodeHandle picked = Peers.All(0x30, 0x50)[_bench.Chance.Next(2)];
        Assert.Equal([next, RowOf(picked, 0), Check(), RowOf(Peers.Of(0x8a), 1)], _bench.Do(_bench.Tables.OnTableTick));
    }

    /// <summary>Of 512 nodes two fit into a place of the second row, and hardly one into the third's.</summary>
    [Fact]
    public void After_a_join_two_entries_are_asked_of_each_row_below_the_first_whose_places_offer_a_choice()
    {
        _bench.WithLeafsApart(119).WithEntries(0x30, 0x50, 0x60, 0x8a, 0x8b, 0x8c);
        Effect[] asked = [.. _bench.Do(_bench.Tables.SecondStage).Where(e => e.Body is StateRequest)];
        Assert.Equal(3, _bench.Context.Table.RowCount);
        Assert.Equal([1, 1], asked.Select(e => ((StateRequest)e.Message).Row));
        Assert.All(asked, e => Assert.Contains(e.To, _bench.Context.Table.Row(1)));
        Assert.NotEqual(asked[0].To, asked[1].To);
    }

    [Fact]
    public void After_a_join_nobody_is_asked_for_a_row_in_a_ring_too_small_to_offer_a_choice()
    {
        _bench.WithLeafsApart(120).WithEntries(0x30, 0x50, 0x60, 0x8a, 0x8b, 0x8c);
        Assert.DoesNotContain(_bench.Do(_bench.Tables.SecondStage), e => e.Body is StateRequest);
    }

    [Fact]
    public void After_a_join_only_the_distances_not_known_yet_are_measured()
    {
        _bench.WithLeafs(0x70, 0x90).WithEntries(0x30).WithStrangers(0x50);
        _bench.Do(() => _bench.Context.Measured(Peers.Of(0x70), TimeSpan.FromMilliseconds(1)));
        Effect[] effects = _bench.Do(_bench.Tables.SecondStage);
        Assert.Equal([0x90, 0x50], Peers.Names(effects.Where(e => e.Body is DistanceProbe).Select(e => e.To!)));
    }

    [Fact]
    public void A_near_node_is_asked_for_its_neighbourhood_and_without_any_nobody_is()
    {
        Assert.Equal([NeighbourhoodTick()], _bench.Do(_bench.Tables.OnNeighbourhoodTick));
        _bench.Context.Neighbourhood.Consider(Peers.Of(0x30), 10);
        Assert.Equal(
            [NeighbourhoodTick(), Sent(Peers.Of(0x30), new StateRequest(StatePart.Neighbourhood, 0, 0)), Check()],
            _bench.Do(_bench.Tables.OnNeighbourhoodTick));
    }

    [Fact]
    public void A_random_leaf_is_probed()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        Effect next = Armed(OverlayTimer.LeafSetMaintenance, _bench.Chance.Jitter(Bench.Options.LeafSetMaintenancePeriod));
        Effect[] effects = _bench.Do(_bench.Tables.OnLeafSetTick);
        Assert.Equal(next, effects[0]);
        Assert.Equal(Peers.All(0x90, 0xa0, 0x70, 0x60)[_bench.Chance.Next(4)], effects[1].To);
    }

    [Fact]
    public void A_leaf_set_that_a_member_told_of_within_most_of_the_period_is_not_compared_again()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        Hear(Peers.Of(0x90));
        _bench.Pass((Bench.Options.LeafSetMaintenancePeriod * 0.8) - TimeSpan.FromTicks(1));
        Hear(Peers.Of(0x10));
        Assert.Equal(Armed(OverlayTimer.LeafSetMaintenance, _bench.Chance.Jitter(Bench.Options.LeafSetMaintenancePeriod)), Assert.Single(_bench.Do(_bench.Tables.OnLeafSetTick)));
        _bench.Pass(TimeSpan.FromTicks(1));
        Assert.Single(_bench.Do(_bench.Tables.OnLeafSetTick), e => e.Body is LeafSetProbe { Purpose: ProbePurpose.Ask });

        void Hear(NodeHandle from) => _bench.Do(() => _bench.Prober.OnProbe(from, new LeafSetProbe(ProbePurpose.Announce, true, [], [])));
    }

    [Fact]
    public void A_hole_is_filled_from_its_row_or_else_from_a_deeper_one()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0).WithEntries(0x8a);
        Assert.Equal([HoleIn(Peers.Of(0x8a), 0), Check()], _bench.Do(() => _bench.Tables.OnFailed(Peers.Id(0x30))));
        _bench.WithEntries(0x50);
        Assert.Equal([HoleIn(Peers.Of(0x50), 0)], _bench.Do(() => _bench.Tables.OnFailed(Peers.Id(0x30))));
        Assert.Empty(_bench.Do(() => _bench.Tables.OnFailed(Peers.Id(0x51))));
    }

    /// <summary>Of 256 nodes one fits into a place of the second row; of 128 every other place stays empty.</summary>
    [Theory]
    [InlineData(120, true)]
    [InlineData(121, false)]
    public void A_hole_that_the_ring_is_not_likely_to_fill_is_left(int leafsApart, bool asked)
    {
        _bench.WithLeafsApart(leafsApart).WithEntries(0x8a);
        Effect[] expected = asked ? [HoleIn(Peers.Of(0x8a), 1), Check()] : [];
        Assert.Equal(expected, _bench.Do(() => _bench.Tables.OnFailed(Peers.Id(0x8b))));
    }

    [Fact]
    public void Of_the_answer_to_a_hole_only_what_fills_one_is_measured()
    {
        _bench.WithEntries(0x50);
        Effect[] effects = _bench.Do(() => _bench.Tables.OnState(Peers.Of(0x8a), Row(0x51, 0x40, 0x41) with { Tag = 1 }));
        Assert.Equal([0x40], Peers.Names(effects.Where(e => e.Kind == EffectKind.Send).Select(e => e.To!)));
        effects = _bench.Do(() => _bench.Tables.OnState(Peers.Of(0x8a), Row(0x51, 0x41)));
        Assert.Equal([0x51, 0x41], Peers.Names(effects.Where(e => e.Kind == EffectKind.Send).Select(e => e.To!)));
    }

    [Fact]
    public void Who_was_asked_and_stays_silent_is_suspected()
    {
        _bench.WithEntries(0x50, 0x8a);
        _bench.Do(_bench.Tables.OnTableTick);
        _bench.Do(() => _bench.Tables.OnState(Peers.Of(0x50), Row()));
        Effect[] effects = _bench.Do(_bench.Tables.OnCheck);
        Assert.Equal(Peers.Of(0x8a), Assert.Single(effects, e => e.Body is DistanceProbe { IsAnswer: false }).To);
        Assert.Empty(_bench.Do(_bench.Tables.OnCheck));
    }

    [Fact]
    public void What_is_learned_is_measured_but_not_what_is_known_to_have_failed()
    {
        _bench.Do(() => _bench.Prober.OnLeave(Peers.Of(0x31), []));
        Effect[] effects = _bench.Do(() => _bench.Tables.OnState(Peers.Of(0x50), Row(0x31, 0x40)));
        Assert.Equal(Sent(Peers.Of(0x40), new DistanceProbe(1, IsAnswer: false)), Assert.Single(effects, e => e.Kind == EffectKind.Send));
    }

    private static StateReply Row(params int[] nodes) => new(StatePart.Row, 0, 0, true, 1, [.. Peers.All(nodes)], []);

    private static Effect RowOf(NodeHandle node, int row) => Sent(node, new StateRequest(StatePart.Row, row, 0));

    private static Effect HoleIn(NodeHandle node, int row) => Sent(node, new StateRequest(StatePart.Row, row, 1));

    private static Effect Check() => Armed(OverlayTimer.MaintenanceCheck, Bench.Options.ProbeTimeout);

    private Effect NeighbourhoodTick() => Armed(OverlayTimer.NeighbourhoodMaintenance, _bench.Chance.Jitter(Bench.Options.NeighbourhoodMaintenancePeriod));
}
