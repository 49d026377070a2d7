using PastryActors.Core.Driving;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>One heartbeat a period to the left, and a watch over the right (DSN 2004, section 4.1).</summary>
public sealed class HeartbeatKeeperTests
{
    private static readonly TimeSpan Period = Bench.Options.HeartbeatPeriod;
    private static readonly TimeSpan Patience = Period + Bench.Options.ProbeTimeout;
    private static readonly TimeSpan Moment = TimeSpan.FromTicks(1);

    private readonly Bench _bench = new Bench().WithLeafs(0x60, 0x70, 0x90, 0xa0);

    public HeartbeatKeeperTests() => _bench.Do(() => _bench.Context.Heard(Peers.Of(0x90)));

    [Fact]
    public void The_first_look_is_jittered_so_that_nodes_started_together_do_not_speak_together() =>
        Assert.Equal([Armed(OverlayTimer.Heartbeat, _bench.Chance.Jitter(Period))], _bench.Do(_bench.Heartbeats.Start));

    [Fact]
    public void The_left_neighbour_alone_is_told_and_the_next_look_is_when_it_is_due_again() =>
        Assert.Equal([Sent(Peers.Of(0x70), new Heartbeat()), Next(Period)], Tick());

    [Fact]
    public void Whatever_was_sent_to_it_within_a_period_spares_the_heartbeat_until_the_period_is_over()
    {
        _bench.Do(() => _bench.Context.Send(Peers.Of(0x70), new JoinRefused()));
        _bench.Pass(Period - Moment);
        Assert.Equal([Next(Moment)], Tick());
        _bench.Pass(Moment);
        Assert.Equal([Sent(Peers.Of(0x70), new Heartbeat()), Next(Patience - Period)], Tick());
    }

    [Fact]
    public void A_right_neighbour_silent_for_a_period_and_a_probes_time_is_asked_at_that_very_moment()
    {
        _bench.Pass(Patience - Moment);
        Assert.Equal([Sent(Peers.Of(0x70), new Heartbeat()), Next(Moment)], Tick());
        _bench.Pass(Moment);
        Effect[] effects = Tick();
        Assert.Equal(Peers.Of(0x90), effects[0].To);
        Assert.IsType<LeafSetProbe>(effects[0].Message);
        Assert.Equal([Armed(OverlayTimer.ProbeTimeout, Bench.Options.ProbeTimeout / 3, 1, Peers.Id(0x90)), Next(Period - Moment)], effects[1..]);
    }

    [Fact]
    public void A_sign_of_life_puts_the_watch_off_by_its_whole_patience()
    {
        _bench.Pass(Patience - Moment);
        _bench.Do(() => _bench.Context.Heard(Peers.Of(0x90)));
        _bench.Do(() => _bench.Context.Send(Peers.Of(0x70), new JoinRefused()));
        _bench.Pass(Period - Moment);
        Assert.Equal([Next(Moment)], Tick());
        _bench.Pass(Moment);
        Tick();
        _bench.Pass(Patience - Period - Moment);
        Assert.Equal([Next(Moment)], Tick());
        _bench.Pass(Moment);
        Assert.Single(Tick(), e => e.Body is LeafSetProbe);
    }

    [Fact]
    public void A_right_neighbour_never_heard_from_in_this_place_is_asked_at_once()
    {
        var bench = new Bench().WithLeafs(0x70, 0x90);
        Assert.Equal(Peers.Of(0x90), Assert.Single(bench.Do(bench.Heartbeats.OnTick), e => e.Body is LeafSetProbe).To);
    }

    [Fact]
    public void A_node_alone_only_looks_again_a_period_later()
    {
        var alone = new Bench();
        Assert.Equal([Next(Period)], alone.Do(alone.Heartbeats.OnTick));
    }

    private static Effect Next(TimeSpan delay) => Armed(OverlayTimer.Heartbeat, delay);

    private Effect[] Tick() => _bench.Do(_bench.Heartbeats.OnTick);
}
