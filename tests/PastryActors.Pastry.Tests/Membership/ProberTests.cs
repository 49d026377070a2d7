using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>Consistent leaf sets by probes (MSPastry, DSN 2004, figure 3).</summary>
public sealed class ProberTests
{
    private static readonly TimeSpan Timeout = Bench.Options.ProbeTimeout;
    private static readonly TimeSpan First = Timeout / 3;

    private readonly Bench _bench = new();

    [Fact]
    public void A_probe_tells_what_is_known_and_waits_for_its_answer()
    {
        _bench.WithLeafs(0x70, 0x90);
        Assert.Equal(
            [Sent(Peers.Of(0xa0), Ask(0x90, 0x70)), Armed(OverlayTimer.ProbeTimeout, First, 1, Peers.Id(0xa0))],
            _bench.Do(() => _bench.Prober.Probe(Peers.Of(0xa0))));
        Assert.False(_bench.Prober.IsIdle);
    }

    [Fact]
    public void A_node_is_not_asked_twice_at_once_nor_is_this_node_itself()
    {
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90)));
        Assert.Empty(_bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90))));
        Assert.Empty(_bench.Do(() => _bench.Prober.Probe(Bench.Self)));
    }

    [Fact]
    public void Probes_beyond_the_bound_are_dropped_and_counted()
    {
        var random = new RandomSource(1);
        for (int i = 0; i < Prober.OpenMax; i++) _bench.Do(() => _bench.Prober.Probe(Peers.Random(random)));
        Assert.Equal([Noted(FactKind.Dropped, Peers.Id(1), Prober.OpenMax)], _bench.Do(() => _bench.Prober.Probe(Peers.Of(1))));
    }

    [Fact]
    public void Who_answers_enters_the_leaf_set_and_whom_it_mentions_is_asked_first()
    {
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90)));
        _bench.Pass(TimeSpan.FromMilliseconds(20));
        Assert.Equal(
            [Sent(Peers.Of(0xa0), Ask(0x90)), Armed(OverlayTimer.ProbeTimeout, First, 2, Peers.Id(0xa0))],
            _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x90), Answer(active: true, 0xa0))));
        Assert.Equal([0x90], Peers.Names(_bench.Context.Leafs.Members()));
        Assert.Equal(["alive n90 active"], _bench.Events);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _bench.Context.RoundTrip(Peers.Id(0x90)));
    }

    [Fact]
    public void Who_asks_is_answered_and_known_from_then_on()
    {
        Assert.Equal(
            [Sent(Peers.Of(0x90), Message(ProbePurpose.Answer, [0x90], []))],
            _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x90), Ask())));
        Assert.Equal(Peers.Of(0x90), _bench.Context.Table.Find(Peers.Id(0x90)));
    }

    [Fact]
    public void An_announced_failure_is_not_believed_but_looked_into()
    {
        _bench.WithLeafs(0x70, 0x90);
        Effect[] effects = _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), Message(ProbePurpose.Announce, [], [0x90])));
        Assert.Equal([Sent(Peers.Of(0x90), Ask(0x90, 0x70)), Armed(OverlayTimer.ProbeTimeout, Timeout, 1, Peers.Id(0x90))], effects);
        Assert.True(_bench.Context.Leafs.Contains(Peers.Id(0x90)));
    }

    [Fact]
    public void The_failure_of_an_earlier_start_of_a_member_means_nothing()
    {
        _bench.WithLeafs(0x70);
        _bench.Context.Leafs.Add(Peers.Of(0x90, incarnation: 2));
        Assert.Empty(_bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), Message(ProbePurpose.Announce, [], [0x90]))));
    }

    [Fact]
    public void A_later_start_of_a_member_that_others_mention_is_asked()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        NodeHandle renewed = Peers.Of(0x90, incarnation: 2);
        Effect[] effects = _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), new LeafSetProbe(ProbePurpose.Announce, false, [renewed], [])));
        Assert.Equal(renewed, effects[0].To);
    }

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
    public void A_start_that_a_later_one_followed_is_not_asked()
    {
        _bench.Context.Leafs.Add(Peers.Of(0x90, incarnation: 2));
        Assert.Empty(_bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x90))));
        Assert.Empty(_bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90))));
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
    public void Whoever_would_not_be_among_the_nearest_if_all_asked_answer_is_held_back()
    {
        foreach (int leaf in new[] { 0x60, 0x70, 0x90, 0xa0 }) _bench.Do(() => _bench.Prober.Probe(Peers.Of(leaf)));
        Effect[] effects = _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0xa0), Answer(active: true, 0x88, 0x90, 0xb0, 0xc0)));
        Assert.Equal([0x88], Peers.Names(effects.Where(e => e.Kind == EffectKind.Send).Select(e => e.To!)));
    }

    [Fact]
    public void When_one_that_was_asked_fails_the_outermost_are_asked_again_for_those_held_back()
    {
        Whoever_would_not_be_among_the_nearest_if_all_asked_answer_is_held_back();
        TimeUp(0x90, 3);
        TimeUp(0x90, 6);
        Effect[] effects = TimeUp(0x90, 7);
        Assert.Equal([0xa0], Peers.Names(effects.Where(e => e.Body is LeafSetProbe { Purpose: ProbePurpose.Ask }).Select(e => e.To!)));
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
    public void A_failed_node_is_not_asked_on_hearsay_but_anew_when_there_is_reason_to_hope()
    {
        _bench.Do(() => _bench.Prober.OnLeave(Peers.Of(0x90), []));
        Assert.Empty(_bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), Message(ProbePurpose.Announce, [0x90], []))));
        Assert.Equal(Peers.Of(0x90), _bench.Do(() => _bench.Prober.ProbeAnew(Peers.Of(0x90)))[0].To);
    }

    [Fact]
    public void A_failed_node_that_others_still_mention_after_a_period_is_asked_again_and_believed_failed_meanwhile()
    {
        LeafSetProbe mention = Message(ProbePurpose.Announce, [0x90], []);
        _bench.Do(() => _bench.Prober.OnLeave(Peers.Of(0x90), []));
        _bench.Pass(Bench.Options.LeafSetMaintenancePeriod);
        Assert.Empty(_bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), mention)));
        _bench.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(Sent(Peers.Of(0x90), Message(ProbePurpose.Ask, [0x70], [0x90])), _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), mention))[0]);
        Assert.True(_bench.Prober.HasFailed(Peers.Of(0x90)));
        for (long attempt = 1; attempt <= 3; attempt++) TimeUp(0x90, attempt);
        Assert.DoesNotContain(_bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), mention)), e => e.To == Peers.Of(0x90));
    }

    [Fact]
    public void A_failed_node_that_is_heard_from_is_asked_if_it_belongs_into_the_leaf_set()
    {
        _bench.Do(() => _bench.Prober.OnLeave(Peers.Of(0x90), []));
        Assert.Equal(Peers.Of(0x90), _bench.Do(() => _bench.Prober.Heard(Peers.Of(0x90), asNeighbour: false))[0].To);
        Assert.Empty(_bench.Do(() => _bench.Prober.Heard(Peers.Of(0xa0), asNeighbour: false)));
        Assert.Equal(Peers.Of(0xa0), _bench.Do(() => _bench.Prober.Heard(Peers.Of(0xa0), asNeighbour: true))[0].To);
    }

    [Fact]
    public void Who_was_put_out_for_its_silence_and_speaks_was_slow_is_back_at_once_and_is_waited_for_twice_as_long()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        PutOut(0x90);
        Effect[] effects = _bench.Do(() => _bench.Prober.Heard(Peers.Of(0x90), asNeighbour: false));
        Assert.True(_bench.Context.Leafs.Contains(Peers.Id(0x90)));
        Assert.Equal(Armed(OverlayTimer.ProbeTimeout, First * 2, 5, Peers.Id(0x90)), effects[^1]);
    }

    [Fact]
    public void A_later_start_of_one_that_was_put_out_has_to_answer_first()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        PutOut(0x90);
        Effect[] effects = _bench.Do(() => _bench.Prober.Heard(Peers.Of(0x90, incarnation: 2), asNeighbour: false));
        Assert.False(_bench.Context.Leafs.Contains(Peers.Id(0x90)));
        Assert.Equal(Armed(OverlayTimer.ProbeTimeout, First, 5, Peers.Id(0x90)), effects[^1]);
    }

    [Fact]
    public void Who_said_that_it_leaves_is_not_back_for_a_late_word()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.OnLeave(Peers.Of(0x90), []));
        _bench.Do(() => _bench.Prober.Heard(Peers.Of(0x90), asNeighbour: false));
        Assert.False(_bench.Context.Leafs.Contains(Peers.Id(0x90)));
    }

    [Fact]
    public void Who_answered_late_is_given_that_time_at_once_and_not_suspected_while_it_speaks()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90)));
        _bench.Pass(First);
        TimeUp(0x90, 1);
        _bench.Pass(First / 2);
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x90), Answer(active: true)));
        Assert.Empty(_bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x90))));
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), Message(ProbePurpose.Announce, [], [0x90])));
        Assert.True(_bench.Prober.IsIdle);
        _bench.Pass(Timeout * 2);
        Assert.Equal(Armed(OverlayTimer.ProbeTimeout, First * 2, 3, Peers.Id(0x90)), _bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x90)))[^1]);
    }

    [Fact]
    public void A_node_behind_its_events_looks_at_what_waits_before_it_takes_anyone_for_silent()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90)));
        _bench.Pass(First * 2);
        Assert.Equal([Armed(OverlayTimer.ProbeTimeout, TimeSpan.Zero, 1, Peers.Id(0x90))], TimeUp(0x90, 1));
        Assert.Equal(Sent(Peers.Of(0x90), Ask(0x90, 0xa0, 0x70, 0x60)), TimeUp(0x90, 1)[0]);
        _bench.Pass(Timeout);
        Assert.Equal([Armed(OverlayTimer.ProbeTimeout, TimeSpan.Zero, 2, Peers.Id(0x90))], TimeUp(0x90, 2));
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x90), Answer(active: true)));
        Assert.Empty(TimeUp(0x90, 2));
        Assert.True(_bench.Prober.IsIdle);
    }

    [Fact]
    public void That_the_ring_is_small_is_not_concluded_from_an_outermost_node_that_spoke_and_did_not_say_whom_it_knows()
    {
        _bench.Context.IsActive = true;
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.OnLeave(Peers.Of(0x90), []));
        for (long attempt = 1; attempt <= 3; attempt++)
        {
            _bench.Do(() => _bench.Prober.Heard(Peers.Of(0xa0), asNeighbour: false));
            TimeUp(0xa0, attempt);
        }

        Assert.False(_bench.Context.Leafs.Wraps);
        Assert.False(_bench.Prober.IsIdle);
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0xa0), Answer(active: true, 0x80, 0xb0)));
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0xb0), Answer(active: true)));
        Assert.Equal([0xa0, 0xb0], Peers.Names(_bench.Context.Leafs.Right));
    }

    [Fact]
    public void Who_leaves_is_out_of_every_table_at_once_and_its_neighbours_are_asked()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0).WithEntries(0x90);
        _bench.Context.Neighbourhood.Consider(Peers.Of(0x90), 5);
        Effect[] effects = _bench.Do(() => _bench.Prober.OnLeave(Peers.Of(0x90), [.. Peers.All(0x80, 0xa0, 0xb0)]));
        Assert.Equal([0xb0], Peers.Names(effects.Where(e => e.Kind == EffectKind.Send).Select(e => e.To!)));
        Assert.False(_bench.Context.Leafs.Contains(Peers.Id(0x90)) || _bench.Context.Neighbourhood.Contains(Peers.Id(0x90)));
        Assert.Null(_bench.Context.Table.Find(Peers.Id(0x90)));
    }

    private void PutOut(int member)
    {
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(member)));
        for (long attempt = 1; attempt <= 3; attempt++) TimeUp(member, attempt);
        Assert.False(_bench.Context.Leafs.Contains(Peers.Id(member)));
    }

    /// <summary>A full leaf set, one of whose members another says it found dead.</summary>
    private void Doubted(int suspect)
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), Message(ProbePurpose.Announce, [], [suspect])));
    }

    private Effect[] LinkFailed(NodeHandle node) => _bench.Do(() => _bench.Prober.OnLinkFailed(node));

    private Effect[] TimeUp(int node, long generation) => _bench.Do(() => _bench.Prober.OnTimeout(Peers.Id(node), generation));

    private static LeafSetProbe Ask(params int[] leafs) => Message(ProbePurpose.Ask, leafs, []);

    private static LeafSetProbe Answer(bool active, params int[] leafs) => Message(ProbePurpose.Answer, leafs, []) with { Active = active };

    private static LeafSetProbe Message(ProbePurpose purpose, int[] leafs, int[] failed) => new(purpose, false, [.. Peers.All(leafs)], [.. Peers.All(failed)]);
}
