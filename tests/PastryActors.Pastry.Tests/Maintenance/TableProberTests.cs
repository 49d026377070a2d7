using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Maintenance;
using PastryActors.Pastry.Messages;

namespace PastryActors.Pastry.Tests.Maintenance;

/// <summary>Every entry of the routing table that was silent for a period is asked (DSN 2004, section 4.1).</summary>
public sealed class TableProberTests
{
    private static readonly int[] Entries = [0x10, 0x30, 0x50, 0x8a];

    private readonly Bench _bench = new Bench().WithLeafs(0x60, 0x70, 0x90, 0xa0).WithEntries(Entries);
    private readonly TableProber _prober;

    public TableProberTests()
    {
        _bench.Context.IsActive = true;
        _prober = new TableProber(_bench.Context, _bench.Meter);
        _bench.Do(_prober.Start);
    }

    [Fact]
    public void An_entry_is_asked_once_it_was_silent_for_the_period()
    {
        Hear(Entries);
        Assert.Empty(Tick(Period() - TimeSpan.FromSeconds(1)));
        Assert.Equal(Entries, Tick(TimeSpan.FromSeconds(1)).Order());
    }

    [Fact]
    public void An_entry_that_never_spoke_is_asked_at_once()
    {
        Hear(0x10, 0x50, 0x8a);
        Assert.Equal([0x30], Tick(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Entries_that_spoke_at_different_moments_are_asked_at_different_moments()
    {
        foreach (int entry in Entries)
        {
            Hear(entry);
            _bench.Pass(Period() / 4);
        }

        Assert.Equal([0x10], Tick(TimeSpan.Zero));
        Assert.Equal([0x30], Tick(Period() / 4));
        Assert.Equal([0x50], Tick(Period() / 4));
        Assert.Equal([0x8a], Tick(Period() / 4));
    }

    [Fact]
    public void An_entry_that_spoke_within_the_period_is_spared()
    {
        Hear(Entries);
        _bench.Pass(Period() / 2);
        Hear(0x30);
        Assert.Equal([0x10, 0x50, 0x8a], Tick(Period() / 2).Order());
    }

    [Fact]
    public void A_node_that_is_no_member_asks_nobody()
    {
        _bench.Context.IsActive = false;
        Assert.Empty(Tick(Period() * 2));
    }

    [Fact]
    public void After_a_long_pause_no_more_than_the_table_is_asked() => Assert.Equal(Entries, Tick(Period() * 10).Order());

    /// <summary>Of 2^74 nodes four stand in row 18: all in the leaf set, of 4.</summary>
    [Fact]
    public void A_row_whose_nodes_stand_in_the_leaf_set_is_asked_at_the_longest_period_whatever_fails()
    {
        Bench bench = new Bench { Context = { IsActive = true } }.WithLeafsApart(54).WithEntries(0x30, 0x8a);
        var deep = new NodeHandle(Bench.Self.Id.Plus((UInt128)1 << 54), "r1", 1);
        var shallow = new NodeHandle(Bench.Self.Id.Plus((UInt128)1 << 56), "shallow", 1);
        foreach (NodeHandle node in new[] { deep, shallow }) bench.Context.Table.Consider(node, 1000);
        Assert.Equal([shallow], bench.Context.Table.Row(17));
        Assert.Equal([deep], bench.Context.Table.Row(18));
        var prober = new TableProber(bench.Context, bench.Meter);
        bench.Do(prober.Start);
        foreach (NodeHandle entry in bench.Context.Table.All().ToArray()) bench.Do(() => bench.Context.Heard(entry));
        for (int i = 0; i < FailureHistory.CountMax; i++) bench.Do(prober.OnFailed);
        bench.Pass(ProbeTuning.PeriodMax - TimeSpan.FromSeconds(1));
        Assert.Equal([Peers.Of(0x30), Peers.Of(0x8a), shallow], Asked());
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([deep], Asked());

        NodeHandle[] Asked() => [.. bench.Do(prober.OnTick).Where(e => e.Body is DistanceProbe).Select(e => e.To!)];
    }

    [Fact]
    public void Failures_shorten_the_period()
    {
        Bench bench = new Bench().WithLeafsApart(54);
        var prober = new TableProber(bench.Context, bench.Meter);
        bench.Do(prober.Start);
        bench.Pass(TimeSpan.FromHours(10));
        TimeSpan calm = default;
        TimeSpan wild = default;
        bench.Do(() => calm = prober.Period);
        for (int i = 0; i < FailureHistory.CountMax; i++) bench.Do(prober.OnFailed);
        bench.Do(() => wild = prober.Period);
        Assert.True(wild < calm, $"{wild} after failures, {calm} before");
    }

    private TimeSpan Period()
    {
        TimeSpan period = default;
        _bench.Do(() => period = _prober.Period);
        return period;
    }

    private void Hear(params int[] entries)
    {
        foreach (int entry in entries) _bench.Do(() => _bench.Context.Heard(Peers.Of(entry)));
    }

    private int[] Tick(TimeSpan passed)
    {
        _bench.Pass(passed);
        Effect[] effects = _bench.Do(_prober.OnTick);
        return Peers.Names(effects.Where(e => e.Body is DistanceProbe).Select(e => e.To!));
    }
}
