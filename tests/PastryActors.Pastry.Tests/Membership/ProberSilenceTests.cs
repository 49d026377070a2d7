using PastryActors.Core.Driving;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>Who does not answer, and whose link fails.</summary>
public sealed class ProberSilenceTests : ProberTest
{
    [Fact]
    public void A_silent_node_is_asked_again_with_growing_patience_and_then_failed_to_its_neighbours_knowledge()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90)));
        Assert.Equal([Sent(Peers.Of(0x90), Ask(0x90, 0xa0, 0x70, 0x60)), Armed(OverlayTimer.ProbeTimeout, First * 2, 2, Peers.Id(0x90))], TimeUp(0x90, 1));
        Assert.Equal([Sent(Peers.Of(0x90), Ask(0x90, 0xa0, 0x70, 0x60)), Armed(OverlayTimer.ProbeTimeout, Timeout, 3, Peers.Id(0x90))], TimeUp(0x90, 2));
        LeafSetProbe news = Message(ProbePurpose.Announce, [0xa0, 0x70, 0x60], [0x90]);
        Assert.Equal(
            [
                Noted(FactKind.NodeFailed, Peers.Id(0x90)),
                Sent(Peers.Of(0xa0), news),
                Sent(Peers.Of(0x70), news),
                Sent(Peers.Of(0x60), news),
                Sent(Peers.Of(0xa0), Message(ProbePurpose.Ask, [0xa0, 0x70, 0x60], [0x90])),
                Armed(OverlayTimer.ProbeTimeout, First, 4, Peers.Id(0xa0)),
            ],
            TimeUp(0x90, 3));
        Assert.Equal(["failed n90 leaf"], _bench.Events);
        Assert.True(_bench.Prober.HasFailed(Peers.Of(0x90)));
    }

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(1, 1.5)]
    [InlineData(2, 2.0)]
    [InlineData(3, 2.5)]
    public void A_dead_node_is_found_when_the_detection_time_is_over(int retries, double timeouts)
    {
        PastryOptions options = Bench.Options with { ProbeRetries = retries };
        var context = new NodeContext(Bench.Self, options, seed: 1);
        var prober = new Prober(context, _bench);
        Outbox outbox = new();
        context.Enter(_bench.Now, outbox);
        prober.Probe(Peers.Of(0x90));
        for (int attempt = 1; attempt <= retries; attempt++) prober.OnTimeout(Peers.Id(0x90), attempt);
        Assert.Empty(_bench.Events);
        prober.OnTimeout(Peers.Id(0x90), retries + 1);
        Assert.Equal(["failed n90", "settled"], _bench.Events);
        TimeSpan waited = TimeSpan.FromTicks(outbox.Effects.ToArray().Sum(e => e.Delay.Ticks));
        Assert.Equal((Timeout * timeouts, Timeout * timeouts), (waited, options.DetectionTime));
    }

    [Fact]
    public void Who_was_told_of_a_failure_asks_once_with_the_whole_patience_and_tells_nobody()
    {
        Doubted(0x90);
        Assert.Equal(
            [
                Noted(FactKind.NodeFailed, Peers.Id(0x90)),
                Sent(Peers.Of(0xa0), Message(ProbePurpose.Ask, [0xa0, 0x70, 0x60], [0x90])),
                Armed(OverlayTimer.ProbeTimeout, First, 2, Peers.Id(0xa0)),
            ],
            TimeUp(0x90, 1));
        Assert.Equal(["alive n70", "failed n90 leaf"], _bench.Events);
    }

    [Fact]
    public void A_link_that_fails_confirms_at_once_what_a_neighbour_said()
    {
        Doubted(0x90);
        Effect[] effects = LinkFailed(Peers.Of(0x90));
        Assert.Equal(Noted(FactKind.NodeFailed, Peers.Id(0x90)), effects[0]);
        Assert.DoesNotContain(effects, e => e.Body is LeafSetProbe { Purpose: ProbePurpose.Announce });
        Assert.Equal(["alive n70", "failed n90 leaf"], _bench.Events);
        Assert.False(_bench.Context.Leafs.Contains(Peers.Id(0x90)));
    }

    [Fact]
    public void A_link_that_fails_confirms_a_suspicion_at_once()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0).WithEntries(0x20);
        _bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x20)));
        Assert.Equal([Noted(FactKind.NodeFailed, Peers.Id(0x20))], LinkFailed(Peers.Of(0x20)));
        Assert.Equal(["failed n20", "settled"], _bench.Events);
        Assert.Null(_bench.Context.Table.Find(Peers.Id(0x20)));
    }

    [Fact]
    public void A_member_that_nobody_doubted_is_asked_as_often_but_sooner_when_its_link_fails()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90)));
        Assert.Empty(LinkFailed(Peers.Of(0x90)));
        for (long attempt = 2; attempt <= 3; attempt++)
        {
            Effect[] again = [Sent(Peers.Of(0x90), Ask(0x90, 0xa0, 0x70, 0x60)), Armed(OverlayTimer.ProbeTimeout, First, attempt, Peers.Id(0x90))];
            Assert.Equal(again, TimeUp(0x90, attempt - 1));
            Assert.Empty(LinkFailed(Peers.Of(0x90)));
        }

        Assert.Contains(TimeUp(0x90, 3), e => e.Body is LeafSetProbe { Purpose: ProbePurpose.Announce });
        Assert.Equal(["failed n90 leaf"], _bench.Events);
    }

    [Fact]
    public void A_link_that_fails_says_nothing_of_a_node_that_is_not_asked()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        Assert.Empty(LinkFailed(Peers.Of(0x90)));
        Assert.Empty(_bench.Events);
    }

    [Fact]
    public void A_link_that_fails_does_not_outweigh_that_the_node_spoke_since_it_was_asked()
    {
        _bench.Context.IsActive = true;
        Doubted(0x90);
        _bench.Do(() => _bench.Prober.Heard(Peers.Of(0x90), asNeighbour: false));
        Assert.Empty(LinkFailed(Peers.Of(0x90)));
        Assert.Empty(TimeUp(0x90, 1));
        Assert.Equal(["alive n70", "settled"], _bench.Events);
        Assert.True(_bench.Context.Leafs.Contains(Peers.Id(0x90)));
    }

    [Fact]
    public void The_lost_link_to_an_earlier_start_means_nothing()
    {
        _bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x20, incarnation: 2)));
        Assert.Empty(LinkFailed(Peers.Of(0x20)));
        Assert.Empty(_bench.Events);
        LinkFailed(Peers.Of(0x20, incarnation: 2));
        Assert.Equal(["failed n20", "settled"], _bench.Events);
    }

    [Fact]
    public void A_member_is_asked_for_its_leaf_set_on_suspicion_and_anyone_else_only_for_a_sign_of_life()
    {
        _bench.WithLeafs(0x70, 0x90);
        Assert.IsType<LeafSetProbe>(_bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x90)))[0].Message);
        Assert.False(Assert.IsType<DistanceProbe>(_bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x20)))[0].Message).IsAnswer);
    }

    [Fact]
    public void Any_sign_of_life_clears_a_suspicion_and_silence_to_two_questions_confirms_it()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x20)));
        _bench.Do(() => _bench.Prober.Heard(Peers.Of(0x20), asNeighbour: false));
        Assert.True(_bench.Prober.IsIdle);
        Assert.Equal(Armed(OverlayTimer.ProbeTimeout, Timeout / 2, 2, Peers.Id(0x30)), _bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x30)))[^1]);
        Assert.Equal(Armed(OverlayTimer.ProbeTimeout, Timeout, 3, Peers.Id(0x30)), TimeUp(0x30, 2)[^1]);
        Assert.Equal(["settled"], _bench.Events);
        TimeUp(0x30, 3);
        Assert.Equal(["settled", "failed n30", "settled"], _bench.Events);
    }

    [Fact]
    public void The_time_of_an_earlier_attempt_means_nothing()
    {
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90)));
        TimeUp(0x90, 1);
        Assert.Empty(TimeUp(0x90, 1));
        Assert.Empty(TimeUp(0xa0, 2));
    }

    [Fact]
    public void A_round_trip_that_may_belong_to_either_of_two_probes_is_not_measured()
    {
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90)));
        TimeUp(0x90, 1);
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x90), Answer(active: true)));
        Assert.Null(_bench.Context.RoundTrip(Peers.Id(0x90)));
    }

    [Fact]
    public void A_torn_side_is_repaired_by_asking_its_outermost_and_closed_only_when_that_one_knows_no_more()
    {
        A_silent_node_is_asked_again_with_growing_patience_and_then_failed_to_its_neighbours_knowledge();
        Assert.False(_bench.Context.Leafs.IsComplete);
        Effect[] effects = _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0xa0), Answer(active: true, 0x80, 0x70, 0x60)));
        Assert.Equal([0xa0, 0x60], Peers.Names(_bench.Context.Leafs.Right));
        Assert.Equal([0x60], Peers.Names(effects.Where(e => e.Kind == EffectKind.Send).Select(e => e.To!)));
        Assert.Equal(["failed n90 leaf", "alive na0 active"], _bench.Events);
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x60), Answer(active: true, 0x80, 0x70, 0xa0)));
        Assert.Equal(["alive n60 active", "settled"], _bench.Events[2..]);
    }
}
