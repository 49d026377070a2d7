using PastryActors.Core.Driving;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>Who failed, left, or was only slow, and when it is asked again.</summary>
public sealed class ProberReturnTests : ProberTest
{
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
    public void Who_leaves_is_out_of_every_table_at_once_and_its_neighbours_are_asked()
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0).WithEntries(0x90);
        _bench.Context.Neighbourhood.Consider(Peers.Of(0x90), 5);
        Effect[] effects = _bench.Do(() => _bench.Prober.OnLeave(Peers.Of(0x90), [.. Peers.All(0x80, 0xa0, 0xb0)]));
        Assert.Equal([0xb0], Peers.Names(effects.Where(e => e.Kind == EffectKind.Send).Select(e => e.To!)));
        Assert.False(_bench.Context.Leafs.Contains(Peers.Id(0x90)) || _bench.Context.Neighbourhood.Contains(Peers.Id(0x90)));
        Assert.Null(_bench.Context.Table.Find(Peers.Id(0x90)));
    }
}
