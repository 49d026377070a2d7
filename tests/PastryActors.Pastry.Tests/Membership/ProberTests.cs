using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>Who is asked, who is answered, and who enters the leaf set.</summary>
public sealed class ProberTests : ProberTest
{
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
    public void A_start_that_a_later_one_followed_is_not_asked()
    {
        _bench.Context.Leafs.Add(Peers.Of(0x90, incarnation: 2));
        Assert.Empty(_bench.Do(() => _bench.Prober.Suspect(Peers.Of(0x90))));
        Assert.Empty(_bench.Do(() => _bench.Prober.Probe(Peers.Of(0x90))));
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
}
