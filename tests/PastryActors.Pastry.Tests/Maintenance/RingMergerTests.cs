using PastryActors.Core.Driving;
using PastryActors.Pastry.Maintenance;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Maintenance;

/// <summary>Rings cut apart find each other again.</summary>
public sealed class RingMergerTests
{
    private static readonly Routed WhoIsMyRoot = new(Bench.Self.Id, Bench.Self, 1, 0, new JoinRequest(Bench.Self, 0, []));

    private readonly Bench _bench = new Bench().WithLeafs(0x60, 0x70, 0x90, 0xa0);

    [Fact]
    public void A_lost_node_is_asked_who_the_root_of_this_node_is_where_it_lives()
    {
        _bench.Context.IsActive = true;
        _bench.Merger.Lost(Peers.Of(0x10));
        Assert.Equal([Tick(), Sent(Peers.Of(0x10), WhoIsMyRoot)], _bench.Do(_bench.Merger.OnTick));
    }

    [Fact]
    public void A_node_that_is_no_member_or_lost_nobody_asks_nobody()
    {
        _bench.Merger.Lost(Peers.Of(0x10));
        Assert.Equal([Tick()], _bench.Do(_bench.Merger.OnTick));
        _bench.Context.IsActive = true;
        _bench.Merger.Heard(Peers.Id(0x10));
        Assert.Equal([Tick()], _bench.Do(_bench.Merger.OnTick));
    }

    [Fact]
    public void Contacts_that_are_no_neighbours_are_asked_as_well_whether_or_not_a_table_has_them()
    {
        var bench = new Bench(new Contacts([Peers.Of(0x10)], [], FoundRing: false)) { Context = { IsActive = true } };
        bench.Do(() => bench.Joiner.Begin([]));
        Assert.Equal(Sent(Peers.Of(0x10), WhoIsMyRoot), bench.Do(bench.Merger.OnTick)[1]);
        bench.WithEntries(0x10);
        Assert.Equal(Sent(Peers.Of(0x10), WhoIsMyRoot), bench.Do(bench.Merger.OnTick)[1]);
        bench.Context.Leafs.Add(Peers.Of(0x10));
        Assert.Single(bench.Do(bench.Merger.OnTick));
    }

    /// <summary>64 nodes of a ring look each period: of 256 each every fourth one; and of more than 64,000 still every thousandth.</summary>
    [Theory]
    [InlineData(122, 1)]
    [InlineData(120, 4)]
    [InlineData(54, 1000)]
    public void In_a_large_ring_a_node_asks_neither_a_stranger_nor_a_lost_node_but_now_and_then(int leafsApart, int periods)
    {
        Bench bench = new Bench(new Contacts([Peers.Of(0x10)], [], FoundRing: false)) { Context = { IsActive = true } }.WithLeafsApart(leafsApart);
        bench.Do(() => bench.Joiner.Begin([]));
        bench.Merger.Lost(Peers.Of(0x20));
        for (int period = 0; period < 3 * periods; period++)
        {
            int[] asked = Peers.Names(bench.Do(bench.Merger.OnTick).Where(e => e.Kind == EffectKind.Send).Select(e => e.To!));
            Assert.Equal(period % periods == 0 ? [0x10, 0x20] : [], asked);
        }
    }

    [Fact]
    public void Contacts_and_lost_nodes_are_asked_in_turn_the_last_lost_first()
    {
        var bench = new Bench(new Contacts([Peers.Of(0x10), Peers.Of(0x20)], [], FoundRing: false)) { Context = { IsActive = true } };
        bench.Do(() => bench.Joiner.Begin([]));
        bench.Merger.Lost(Peers.Of(0x30));
        bench.Merger.Lost(Peers.Of(0x40));
        int[] Asked() => Peers.Names(bench.Do(bench.Merger.OnTick).Where(e => e.Kind == EffectKind.Send).Select(e => e.To!));
        Assert.Equal([0x10, 0x40], Asked());
        Assert.Equal([0x20, 0x30], Asked());
        Assert.Equal([0x10, 0x40], Asked());
    }

    [Fact]
    public void The_lost_are_remembered_last_first_once_each_and_within_a_bound()
    {
        for (int i = 0; i <= RingMerger.LostMax; i++) _bench.Merger.Lost(Peers.Of(i));
        _bench.Merger.Lost(Peers.Of(10));
        int[] lost = Peers.Names(_bench.Merger.LostNodes);
        Assert.Equal(RingMerger.LostMax, lost.Length);
        Assert.Equal([10, 64, 63], lost[..3]);
        Assert.DoesNotContain(0, lost);
        Assert.Equal(lost.Distinct(), lost);
    }

    [Fact]
    public void A_node_that_never_comes_back_is_given_up_in_the_end()
    {
        _bench.Context.IsActive = true;
        _bench.Merger.Lost(Peers.Of(0x10));
        int asked = 0;
        for (int i = 0; i < 100; i++) asked += _bench.Do(_bench.Merger.OnTick).Count(e => e.Kind == EffectKind.Send);
        Assert.Equal(30, asked);
        Assert.Empty(_bench.Merger.LostNodes);
    }

    [Fact]
    public void An_answer_with_neighbours_that_were_not_known_means_another_ring()
    {
        Effect[] effects = _bench.Do(() => _bench.Merger.OnReply(Peers.Of(0x10), new JoinReply([.. Peers.All(0x90, 0x88, 0x20)], [])));
        Assert.Equal([0x88], Peers.Names(effects.Where(e => e.Kind == EffectKind.Send).Select(e => e.To!)));
        Assert.Equal(Noted(FactKind.RingMerged, Peers.Id(0x10)), effects[^1]);
    }

    [Fact]
    public void An_answer_from_ones_own_ring_changes_nothing() =>
        Assert.Empty(_bench.Do(() => _bench.Merger.OnReply(Peers.Of(0x90), new JoinReply([.. Peers.All(0x70, 0xa0, 0x80, 0xb0)], []))));

    private Effect Tick() => Armed(OverlayTimer.Merge, _bench.Chance.Jitter(Bench.Options.MergePeriod));
}
