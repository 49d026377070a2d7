using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Routing;
using PastryActors.Pastry.Tables;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Routing;

/// <summary>Routes with per-hop acknowledgements (DSN 2004, section 4.2) at node 80, and the hooks that they call.</summary>
public sealed class RouterTests
{
    private static readonly ApplicationMessage Payload = new(7, default);
    private static readonly TimeSpan Patience = Bench.Options.HopTimeoutMax / 3;
    private static readonly RingId Far = Peers.Id(0x2f);
    private static readonly RingId Own = Peers.Id(0x81);

    private readonly Bench _bench = new Bench().WithLeafs(0x60, 0x70, 0x90, 0xa0).WithStrangers(0x21);
    private readonly Hooks _hooks = new();
    private readonly Router _router;
    private readonly ulong _sequence;

    public RouterTests()
    {
        _bench.Context.IsActive = true;
        _router = new Router(_bench.Context, _bench.Prober, kind => kind == Payload.Kind ? _hooks : null);
        _sequence = (_bench.Chance.NextUInt64() >> 16) + 1;
    }

    [Fact]
    public void The_root_delivers()
    {
        Assert.Equal([Noted(FactKind.Delivered, Own, 0)], Route(Own));
        Assert.Equal([Own], _hooks.Delivered);
    }

    [Fact]
    public void Any_other_key_is_sent_on_and_waits_for_its_acknowledgement() => Assert.Equal(
        [
            Armed(OverlayTimer.HopTimeout, Patience),
            Noted(FactKind.HopTaken, Far, 1),
            Sent(Peers.Of(0x21), new Routed(Far, Bench.Self, 1, _sequence, Payload)),
        ],
        Route(Far));

    [Fact]
    public void A_node_that_is_not_active_neither_delivers_nor_acknowledges()
    {
        _bench.Context.IsActive = false;
        Assert.Empty(Hop(Own, sequence: 5));
        Assert.Empty(_hooks.Delivered);
        _bench.Context.IsActive = true;
        Assert.Equal([Noted(FactKind.Delivered, Own, 3), Ack(5)], Hop(Own, sequence: 5));
    }

    [Fact]
    public void What_begins_where_it_cannot_be_delivered_yet_waits_until_it_can()
    {
        _bench.Context.IsActive = false;
        Assert.Equal([Armed(OverlayTimer.HopTimeout, Patience)], Route(Own));
        _bench.Pass(Patience);
        Assert.Equal([Armed(OverlayTimer.HopTimeout, Patience * 2)], _bench.Do(_router.OnTimer));
        _bench.Context.IsActive = true;
        _bench.Pass(Patience * 2);
        Assert.Equal([Noted(FactKind.Delivered, Own, 0)], _bench.Do(_router.OnTimer));
    }

    [Fact]
    public void What_can_never_be_delivered_is_given_up_in_the_end()
    {
        _bench.Context.IsActive = false;
        Route(Own);
        List<Effect> effects = [];
        for (int i = 0; i < 12; i++)
        {
            _bench.Pass(Bench.Options.HopTimeoutMax);
            effects.AddRange(_bench.Do(_router.OnTimer));
        }

        Assert.Equal(Noted(FactKind.RouteLost, Own, 0), effects[^1]);
    }

    [Fact]
    public void A_timer_that_was_overtaken_by_an_earlier_one_sets_no_other()
    {
        _bench.Context.IsActive = false;
        Route(Own);
        _bench.Pass(Patience);
        Assert.Equal([Armed(OverlayTimer.HopTimeout, Patience * 2)], _bench.Do(_router.OnTimer));
        Assert.Contains(Armed(OverlayTimer.HopTimeout, Patience), Route(Far));
        _bench.Pass(Patience);
        Assert.Empty(_bench.Do(() => _router.OnAck(Peers.Of(0x21), new HopAck(_sequence + 1))));
        Assert.Equal([Armed(OverlayTimer.HopTimeout, Patience)], _bench.Do(_router.OnTimer));
        _bench.Pass(Patience);
        Assert.Single(_bench.Do(_router.OnTimer), e => e.Kind == EffectKind.Schedule);
        Assert.Empty(_bench.Do(_router.OnTimer));
    }

    [Fact]
    public void A_hop_that_comes_twice_is_acknowledged_twice_and_delivered_once()
    {
        Hop(Own, sequence: 5);
        Assert.Equal([Ack(5)], Hop(Own, sequence: 5));
        Assert.Single(_hooks.Delivered);
    }

    [Fact]
    public void A_hop_without_a_number_wants_no_acknowledgement()
    {
        Assert.Equal([Noted(FactKind.Delivered, Own, 3)], Hop(Own, sequence: 0));
        Assert.Equal([Noted(FactKind.Delivered, Own, 3)], Hop(Own, sequence: 0));
    }

    [Fact]
    public void A_payload_that_no_application_knows_is_refused_and_not_sent_again() => Assert.Equal(
        [Noted(FactKind.MessageRefused, Peers.Id(0x33), Heartbeat.Number), Ack(5)],
        _bench.Do(() => _router.OnRouted(Peers.Of(0x70), new Routed(Own, Peers.Of(0x33), 3, 5, new Heartbeat()))));

    [Fact]
    public void A_message_that_took_too_many_hops_is_given_up()
    {
        Assert.Equal([Noted(FactKind.RouteLost, Far, 64), Ack(5)], Hop(Far, sequence: 5, hops: 64));
        Assert.Equal([Noted(FactKind.RouteLost, Far, int.MaxValue), Ack(6)], Hop(Far, sequence: 6, hops: int.MaxValue));
        Assert.NotNull(Hop(Far, sequence: 7, hops: 63).Single(e => e.Message is Routed).To);
    }

    [Fact]
    public void A_message_that_took_more_hops_than_any_honest_route_is_sent_on_once_and_not_again()
    {
        Assert.Contains(Hop(Far, sequence: 7, hops: 15), e => e.Message is Routed { Sequence: not 0 });
        Effect[] beyond = Hop(Far, sequence: 8, hops: 16);
        Assert.Equal([new Routed(Far, Peers.Of(0x33), 17, 0, Payload)], beyond.Select(e => e.Message).OfType<Routed>());
        Assert.DoesNotContain(beyond, e => e.Kind == EffectKind.Schedule);
    }

    [Fact]
    public void The_forward_hook_may_stop_a_message()
    {
        _hooks.OnForward = (ref RoutedMessage _, ref NodeHandle _) => false;
        Assert.Equal([Ack(5)], Hop(Far, sequence: 5));
        Assert.Empty(Route(Own));
    }

    [Fact]
    public void The_forward_hook_may_change_the_message_and_the_next_hop()
    {
        ApplicationMessage other = new(8, default);
        _hooks.OnForward = (ref RoutedMessage message, ref NodeHandle next) =>
        {
            Assert.Equal(Peers.Of(0x21), next);
            (message.Payload, next) = (other, Peers.Of(0x90));
            return true;
        };
        Assert.Equal(Sent(Peers.Of(0x90), new Routed(Far, Bench.Self, 1, _sequence, other)), Route(Far)[^1]);
    }

    [Fact]
    public void An_acknowledged_hop_is_forgotten_and_its_round_trip_measured()
    {
        Route(Far);
        _bench.Pass(TimeSpan.FromMilliseconds(30));
        Acknowledge(0x21);
        Assert.Equal(TimeSpan.FromMilliseconds(30), _bench.Context.Trips.RoundTrip(Peers.Id(0x21)));
        _bench.Pass(Patience);
        Assert.Empty(_bench.Do(_router.OnTimer));
    }

    [Fact]
    public void A_silent_hop_is_suspected_and_gone_around()
    {
        Route(Far);
        _bench.Pass(Patience);
        Effect[] effects = _bench.Do(_router.OnTimer);
        Assert.Equal((Peers.Of(0x21), false), (effects[0].To, ((DistanceProbe)effects[0].Message).IsAnswer));
        Assert.Equal(
            [
                Noted(FactKind.HopRerouted, Peers.Id(0x21)),
                Armed(OverlayTimer.HopTimeout, Patience * 2),
                Noted(FactKind.HopTaken, Far, 1),
                Sent(Peers.Of(0x60), new Routed(Far, Bench.Self, 1, _sequence, Payload)),
            ],
            effects[2..]);
    }

    [Fact]
    public void A_hop_that_was_gone_around_may_acknowledge_late_and_is_waited_for_longer_from_then_on()
    {
        A_silent_hop_is_suspected_and_gone_around();
        _bench.Pass(TimeSpan.FromMilliseconds(30));
        Acknowledge(0x21);
        Assert.Equal(Patience + TimeSpan.FromMilliseconds(30), _bench.Context.Trips.RoundTrip(Peers.Id(0x21)));
        _bench.Pass(Patience * 2);
        Assert.Empty(_bench.Do(_router.OnTimer));
    }

    [Fact]
    public void Nobody_else_may_acknowledge_and_who_was_asked_twice_is_not_measured()
    {
        Route(Peers.Id(0x91));
        _bench.Pass(Patience);
        _bench.Do(_router.OnTimer);
        Acknowledge(0xa0);
        _bench.Pass(Patience * 2);
        Assert.Equal(Peers.Of(0x90), _bench.Do(_router.OnTimer)[^1].To);
        Acknowledge(0x90);
        Assert.Null(_bench.Context.Trips.RoundTrip(Peers.Id(0x90)));
        _bench.Pass(Bench.Options.HopTimeoutMax);
        Assert.Empty(_bench.Do(_router.OnTimer));
    }

    [Fact]
    public void A_node_behind_its_events_sees_what_came_before_it_takes_a_hop_for_silent()
    {
        Route(Far);
        _bench.Pass(Patience / 2);
        Route(Far);
        _bench.Pass(Patience * 3);
        Effect[] late = _bench.Do(_router.OnTimer);
        Assert.Equal([_sequence], late.Select(e => e.Body).OfType<Routed>().Select(r => r.Sequence));
        Assert.Contains(Armed(OverlayTimer.HopTimeout, TimeSpan.Zero), late);
        _bench.Do(() => _router.OnAck(Peers.Of(0x21), new HopAck(_sequence + 1)));
        Assert.DoesNotContain(_bench.Do(_router.OnTimer), e => e.Body is Routed);
    }

    [Fact]
    public void A_failed_node_is_gone_around_at_once_and_the_new_hop_has_its_whole_time()
    {
        Route(Far);
        _bench.Pass(Patience * 0.9);
        _bench.Context.Table.Remove(Peers.Id(0x21));
        Assert.Equal(Peers.Of(0x60), _bench.Do(() => _router.OnNodeFailed(Peers.Id(0x21)))[^1].To);
        _bench.Pass(Patience * 0.1);
        Assert.Equal([Armed(OverlayTimer.HopTimeout, Patience * 1.9)], _bench.Do(_router.OnTimer));
    }

    [Fact]
    public void A_node_whose_link_failed_is_suspected_and_gone_around_at_once()
    {
        Route(Far);
        Assert.Equal(
            [
                Sent(Peers.Of(0x21), new DistanceProbe((1UL << 62) | 1, IsAnswer: false)),
                Armed(OverlayTimer.ProbeTimeout, Bench.Options.ProbeTimeout / 2, 1, Peers.Id(0x21)),
                Noted(FactKind.HopRerouted, Peers.Id(0x21)),
                Noted(FactKind.HopTaken, Far, 1),
                Sent(Peers.Of(0x60), new Routed(Far, Bench.Self, 1, _sequence, Payload)),
            ],
            LinkFailed(0x21));
        Assert.Empty(LinkFailed(0x21));
    }

    [Fact]
    public void A_leaf_whose_link_failed_has_its_whole_time_since_nobody_else_may_deliver()
    {
        Route(Peers.Id(0x91));
        Assert.Empty(LinkFailed(0x90));
        _bench.Pass(Patience);
        Assert.Equal(Peers.Of(0x90), _bench.Do(_router.OnTimer)[^1].To);
    }

    [Fact]
    public void The_root_is_asked_again_since_nobody_else_may_deliver()
    {
        RingId key = Peers.Id(0x91);
        Route(key);
        _bench.Pass(Patience);
        Effect[] effects = _bench.Do(_router.OnTimer);
        Assert.Equal(Peers.Of(0x90), effects[^1].To);
        Assert.DoesNotContain(effects, e => e.Fact.Kind == FactKind.HopRerouted);
    }

    [Fact]
    public void When_the_root_has_failed_its_successor_delivers()
    {
        Route(Peers.Id(0x87).Plus((UInt128)2 << 120));
        _bench.Context.Leafs.Remove(Peers.Id(0x90));
        Assert.Contains(Noted(FactKind.Delivered, Peers.Id(0x89), 1), _bench.Do(() => _router.OnNodeFailed(Peers.Id(0x90))));
    }

    [Fact]
    public void After_ten_attempts_a_message_is_given_up()
    {
        Route(Peers.Id(0x91));
        List<Effect> effects = [];
        for (int i = 0; i < 20; i++)
        {
            _bench.Pass(Bench.Options.HopTimeoutMax);
            effects.AddRange(_bench.Do(_router.OnTimer));
        }

        Assert.Equal(9, effects.Count(e => e.Body is Routed));
        Assert.Equal(Noted(FactKind.RouteLost, Peers.Id(0x91), 1), Assert.Single(effects, e => e.Fact.Kind == FactKind.RouteLost));
    }

    [Fact]
    public void Beyond_the_bound_of_pending_hops_messages_go_unacknowledged_and_are_counted()
    {
        for (int i = 0; i < HopTracker.PendingMax; i++) Route(Far);
        Effect[] effects = Route(Far);
        Assert.Equal(Noted(FactKind.Dropped, Far, HopTracker.PendingMax), effects[0]);
        Assert.Equal(0UL, ((Routed)effects[^1].Message).Sequence);
    }

    private static Effect Ack(ulong sequence) => Sent(Peers.Of(0x70), new HopAck(sequence));

    private Effect[] Route(RingId key) => _bench.Do(() => _router.Route(Payload, key));

    private Effect[] LinkFailed(int node) => _bench.Do(() => _router.OnLinkFailed(Peers.Id(node)));

    private Effect[] Hop(RingId key, ulong sequence, int hops = 3) =>
        _bench.Do(() => _router.OnRouted(Peers.Of(0x70), new Routed(key, Peers.Of(0x33), hops, sequence, Payload)));

    private void Acknowledge(int from) => Assert.Empty(_bench.Do(() => _router.OnAck(Peers.Of(from), new HopAck(_sequence))));

    private delegate bool ForwardHook(ref RoutedMessage message, ref NodeHandle next);

    private sealed class Hooks : IPastryApplication
    {
        public List<RingId> Delivered { get; } = [];

        public ForwardHook? OnForward { get; set; }

        public bool Forward(ref RoutedMessage message, ref NodeHandle next) => OnForward?.Invoke(ref message, ref next) ?? true;

        public void Deliver(in RoutedMessage message) => Delivered.Add(message.Key);

        public void NewLeafs(LeafSetView leafs)
        {
        }
    }
}
