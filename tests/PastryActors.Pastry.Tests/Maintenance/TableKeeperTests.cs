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

    [Fact]
    public void After_a_join_at_most_two_entries_of_every_row_are_asked()
    {
        _bench.WithEntries(0x30, 0x50, 0x60, 0x8a);
        Effect[] asked = [.. _bench.Do(_bench.Tables.SecondStage).Where(e => e.Kind == EffectKind.Send)];
        Assert.Equal([0, 0, 1], asked.Select(e => ((StateRequest)e.Message).Row));
        Assert.Equal(3, asked.Select(e => e.To).Distinct().Count());
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
    public void A_hole_is_filled_from_its_row_or_else_from_a_deeper_one()
    {
        _bench.WithEntries(0x8a);
        Assert.Equal([RowOf(Peers.Of(0x8a), 0), Check()], _bench.Do(() => _bench.Tables.OnFailed(Peers.Id(0x30))));
        _bench.WithEntries(0x50);
        Assert.Equal([RowOf(Peers.Of(0x50), 0)], _bench.Do(() => _bench.Tables.OnFailed(Peers.Id(0x30))));
        Assert.Empty(_bench.Do(() => _bench.Tables.OnFailed(Peers.Id(0x51))));
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

    private static Effect Check() => Armed(OverlayTimer.MaintenanceCheck, Bench.Options.ProbeTimeout);

    private Effect NeighbourhoodTick() => Armed(OverlayTimer.NeighbourhoodMaintenance, _bench.Chance.Jitter(Bench.Options.NeighbourhoodMaintenancePeriod));
}
