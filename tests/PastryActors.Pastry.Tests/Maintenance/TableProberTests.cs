using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Maintenance;
using PastryActors.Pastry.Messages;

namespace PastryActors.Pastry.Tests.Maintenance;

/// <summary>Every entry of the routing table is looked at once a period, unless it spoke by itself.</summary>
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
    public void In_one_period_each_entry_is_asked_once_evenly_spread()
    {
        List<int> asked = [];
        for (int i = 0; i < 8; i++) asked.AddRange(Tick(Period() / 8));
        Assert.Equal(Entries, asked.Order());
    }

    [Fact]
    public void Nothing_is_asked_before_its_share_of_the_period() => Assert.Empty(Tick(Period() / 5));

    [Fact]
    public void An_entry_that_spoke_within_the_period_is_spared()
    {
        _bench.Pass(Period() / 2);
        _bench.Do(() => _bench.Context.Heard(Peers.Of(0x30)));
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

    [Fact]
    public void Failures_shorten_the_period()
    {
        var bench = new Bench();
        for (ulong step = 1; step <= 2; step++)
        {
            bench.Context.Leafs.Add(new NodeHandle(Bench.Self.Id.Plus(step << 54), $"r{step}", 1));
            bench.Context.Leafs.Add(new NodeHandle(Bench.Self.Id.Plus(UInt128.Zero - (step << 54)), $"l{step}", 1));
        }

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

    private int[] Tick(TimeSpan passed)
    {
        _bench.Pass(passed);
        _bench.Meter.Trim();
        Effect[] effects = _bench.Do(_prober.OnTick);
        return Peers.Names(effects.Where(e => e.Body is DistanceProbe).Select(e => e.To!));
    }
}
