using PastryActors.Core.Driving;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>One heartbeat a period to the left, and a watch over the right (DSN 2004, section 4.1).</summary>
public sealed class HeartbeatKeeperTests
{
    private static readonly TimeSpan Period = Bench.Options.HeartbeatPeriod;

    private readonly Bench _bench = new Bench().WithLeafs(0x60, 0x70, 0x90, 0xa0);

    public HeartbeatKeeperTests() => _bench.Do(() => _bench.Context.Heard(Peers.Of(0x90)));

    [Fact]
    public void The_left_neighbour_alone_is_told_and_the_next_tick_is_jittered() =>
        Assert.Equal([Tick(), Sent(Peers.Of(0x70), new Heartbeat())], _bench.Do(_bench.Heartbeats.OnTick));

    [Fact]
    public void Whatever_was_sent_to_it_lately_spares_the_heartbeat()
    {
        _bench.Do(() => _bench.Context.Send(Peers.Of(0x70), new JoinRefused()));
        _bench.Pass(Period * 0.79);
        Assert.Equal([Tick()], _bench.Do(_bench.Heartbeats.OnTick));
        _bench.Pass(Period * 0.01);
        Assert.Equal([Tick(), Sent(Peers.Of(0x70), new Heartbeat())], _bench.Do(_bench.Heartbeats.OnTick));
    }

    [Fact]
    public void A_right_neighbour_silent_for_longer_than_jitter_and_delay_explain_is_suspected()
    {
        _bench.Pass((Period * 1.3) + Bench.Options.ProbeTimeout);
        Assert.DoesNotContain(_bench.Do(_bench.Heartbeats.OnTick), e => e.Body is LeafSetProbe);
        _bench.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(Peers.Of(0x90), Assert.Single(_bench.Do(_bench.Heartbeats.OnTick), e => e.Body is LeafSetProbe).To);
    }

    [Fact]
    public void A_node_alone_only_waits_on()
    {
        var alone = new Bench();
        Assert.Equal([Armed(OverlayTimer.Heartbeat, alone.Chance.Jitter(Period))], alone.Do(alone.Heartbeats.OnTick));
    }

    private Effect Tick() => Armed(OverlayTimer.Heartbeat, _bench.Chance.Jitter(Period));
}
