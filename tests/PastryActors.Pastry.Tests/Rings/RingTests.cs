using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Requests;
using PastryActors.Simulation.World;

namespace PastryActors.Pastry.Tests.Rings;

/// <summary>Whole rings: joins, routes, crashes, loss, partitions, restarts, leaves.</summary>
public sealed class RingTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_node_without_contacts_that_may_found_a_ring_is_active_at_once()
    {
        Ring ring = new(1);
        SimNode node = ring.Add();
        ring.World.RunFor(TimeSpan.FromMilliseconds(1));
        Assert.True(Ring.CoreOf(node).IsActive);
        Assert.Equal(1, ring.Facts.Count(FactKind.RingFounded));
    }

    [Fact]
    public void A_node_whose_seeds_do_not_answer_says_that_it_is_alone_and_never_delivers()
    {
        Ring ring = new(2);
        SimNode dead = ring.Add();
        ring.World.Crash(dead);
        SimNode node = ring.Add(dead);
        ring.World.RunFor(Minute);
        Assert.False(Ring.CoreOf(node).IsActive);
        Assert.True(ring.Facts.Count(FactKind.Alone) > 10);
        ring.World.Restart(dead);
        ring.AssertWholeWithin(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(40)]
    public void Nodes_that_join_one_by_one_know_exactly_their_neighbours(int count) => new Ring(3).Grow(count);

    [Theory]
    [InlineData(12)]
    [InlineData(64)]
    public void Nodes_that_join_all_at_once_know_exactly_their_neighbours(int count)
    {
        Ring ring = new(4);
        SimNode first = ring.Add();
        for (int i = 1; i < count; i++) ring.Add(first);
        ring.AssertWholeWithin(Minute);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(40)]
    public void Joins_at_once_need_no_maintenance_to_find_each_other(int count)
    {
        var quiet = Ring.LocalOptions with { LeafSetMaintenancePeriod = TimeSpan.FromHours(1), HeartbeatPeriod = TimeSpan.FromMinutes(10), MergePeriod = TimeSpan.FromHours(1) };
        Ring ring = new(20, options: quiet);
        SimNode first = ring.Add();
        for (int i = 1; i < count; i++) ring.Add(first);
        ring.AssertWholeWithin(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void Every_message_reaches_the_root_of_its_key_in_about_log_N_hops()
    {
        Ring ring = new Ring(5).Grow(100);
        RouteRandomly(ring, 2_000);
        Assert.Empty(ring.Deliveries.Wrong);
        Assert.Equal(2_000, ring.Deliveries.Right);
        Assert.InRange(ring.Deliveries.Hops.Average(), 0.9, 2.2);
        Assert.Equal(0, ring.Facts.Count(FactKind.RouteLost));
    }

    [Fact]
    public void Crashed_nodes_leave_every_leaf_set_and_their_keys_go_to_their_neighbours()
    {
        Ring ring = new Ring(6).Grow(40);
        foreach (int victim in new[] { 3, 9, 17, 21 }) ring.World.Crash(ring.World.Nodes[victim]);
        RouteRandomly(ring, 200);
        ring.AssertWholeWithin(Minute);
        RouteRandomly(ring, 500);
        Assert.Empty(ring.Deliveries.Wrong);
        Assert.Equal(700, ring.Deliveries.Right);
    }

    [Fact]
    public void Failures_are_found_by_silence_alone()
    {
        Ring ring = new(7, new SimOptions { LinkFailedAfter = null });
        ring.Grow(20);
        ring.World.Crash(ring.World.Nodes[5]);
        ring.World.Crash(ring.World.Nodes[6]);
        ring.AssertWholeWithin(TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void With_a_twentieth_of_all_messages_lost_nothing_is_delivered_wrongly(ulong seed)
    {
        Ring ring = new(seed, new SimOptions { MessageLoss = 0.05 });
        ring.Grow(24);
        RouteRandomly(ring, 500);
        Assert.Empty(ring.Deliveries.Wrong);
        Assert.True(ring.Deliveries.Right >= 500, $"{ring.Deliveries.Right} of 500");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Two_halves_of_a_ring_that_was_cut_merge_again(ulong seed)
    {
        Ring ring = new Ring(seed).Grow(20);
        ring.World.Network.Cut(ring.World.Nodes.Where(n => n.Index % 2 == 0));
        ring.World.RunFor(Minute);
        Assert.False(ring.IsWhole());
        Assert.All(ring.Live, n => Assert.True(Ring.CoreOf(n).IsActive));
        ring.World.Network.HealAll();
        ring.AssertWholeWithin(Minute);
    }

    [Fact]
    public void A_node_cut_off_alone_knows_that_it_is_and_comes_back()
    {
        Ring ring = new Ring(14).Grow(10);
        SimNode alone = ring.World.Nodes[4];
        ring.World.Network.Cut([alone]);
        ring.World.RunFor(Minute);
        Assert.False(Ring.CoreOf(alone).IsActive);
        ring.World.Network.HealAll();
        ring.AssertWholeWithin(Minute);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_node_that_restarts_at_once_takes_its_place_again(bool newAddress)
    {
        Ring ring = new Ring(15).Grow(16);
        SimNode node = ring.World.Nodes[7];
        ring.World.Restart(node, newAddress: newAddress);
        Assert.True(ring.World.RunUntil(() => Ring.CoreOf(node).IsActive, ring.World.Now + Minute));
        ring.AssertWholeWithin(Minute);
        Assert.All(ring.Live.Where(n => n != node), n => Assert.Equal(node.Handle, Ring.CoreOf(n).Leafs.Find(node.Id) ?? node.Handle));
        RouteRandomly(ring, 200);
        Assert.Empty(ring.Deliveries.Wrong);
    }

    [Fact]
    public void A_ring_whose_every_node_was_stopped_comes_back()
    {
        Ring ring = new(16);
        SimNode first = ring.Add();
        SimNode[] others = [.. Enumerable.Range(0, 7).Select(_ => ring.Add(first))];
        ring.AssertWholeWithin(Minute);
        foreach (SimNode node in ring.World.Nodes) ring.World.Crash(node);
        foreach (SimNode node in ring.World.Nodes) ring.World.Restart(node);
        ring.AssertWholeWithin(Minute);
    }

    [Fact]
    public void A_node_that_leaves_is_gone_from_its_neighbours_at_once()
    {
        Ring ring = new Ring(17).Grow(12);
        SimNode leaver = ring.World.Nodes[3];
        SimAsk leave = ring.World.Stop(leaver, new LeaveRing(ring.World.NextRequestId(), Minute), Minute);
        ring.World.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.IsType<LeftRing>(leave.Last);
        Assert.False(leaver.IsUp);
        Assert.All(ring.Live, n => Assert.Null(Ring.CoreOf(n).Leafs.Find(leaver.Id)));
        ring.AssertWholeWithin(TimeSpan.FromSeconds(5));
        Assert.Equal(0, ring.Facts.Count(FactKind.NodeFailed));
    }

    [Fact]
    public void A_trace_names_every_hop_to_the_root()
    {
        Ring ring = new Ring(18).Grow(60);
        ring.World.RunFor(Minute);
        RingId key = new RandomSource(99).NextRingId();
        SimAsk ask = ring.World.Ask(ring.World.Nodes[1], new TraceRoute(ring.World.NextRequestId(), Minute, key));
        ring.World.RunFor(TimeSpan.FromSeconds(2));
        var traced = Assert.IsType<RouteTraced>(ask.Last);
        Assert.Equal(ring.World.Nodes[1].Id, traced.Hops[0].Node.Id);
        Assert.Equal(Simulation.Checking.RingTruth.Of(ring.World).Root(key), traced.Hops[^1].Node.Id);
        Assert.All(traced.Hops.Skip(1), h => Assert.InRange(h.RoundTripMicros, 39_000, 41_000));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_to_the_byte()
    {
        static ulong Run()
        {
            Ring ring = new(19, new SimOptions { MessageLoss = 0.05 });
            ring.Grow(16);
            ring.World.Crash(ring.World.Nodes[2]);
            RouteRandomly(ring, 100);
            return ring.World.TraceValue;
        }

        Assert.Equal(Run(), Run());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(104)]
    [InlineData(105)]
    public void Under_crashes_and_restarts_nothing_is_delivered_wrongly_and_the_ring_heals(ulong seed)
    {
        Ring ring = new Ring(seed, new SimOptions { LinkFailedAfter = seed % 2 == 0 ? null : TimeSpan.FromMilliseconds(1) }).Grow(24);
        var random = new RandomSource(seed);
        for (int round = 0; round < 20; round++)
        {
            SimNode node = ring.World.Nodes[random.Next(ring.World.Nodes.Count)];
            if (!node.IsUp) ring.World.Restart(node, newAddress: random.Next(2) == 0);
            else if (ring.Live.Count() > 16) ring.World.Crash(node);
            RouteRandomly(ring, 20);
        }

        ring.AssertWholeWithin(Minute);
        Assert.Empty(ring.Deliveries.Wrong);
    }

    private static void RouteRandomly(Ring ring, int count)
    {
        var random = new RandomSource(ring.World.Seed + (ulong)ring.World.Now.Ticks);
        for (int i = 0; i < count; i++)
        {
            SimNode[] active = [.. ring.Live.Where(n => Ring.CoreOf(n).IsActive)];
            ring.Route(active[random.Next(active.Length)], random.NextRingId());
            ring.World.RunFor(TimeSpan.FromMilliseconds(10));
        }

        ring.World.RunFor(TimeSpan.FromSeconds(10));
    }
}
