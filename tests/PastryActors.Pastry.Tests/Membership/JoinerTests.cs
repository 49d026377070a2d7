using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>How a node comes into a ring (Middleware 2001, section 2.4), or founds one.</summary>
public sealed class JoinerTests
{
    private static readonly TimeSpan Patience = Bench.Options.JoinTimeout;

    [Fact]
    public void Without_contacts_a_node_that_may_founds_a_ring_at_once()
    {
        var bench = new Bench(new Contacts([], [], FoundRing: true));
        Assert.Equal([Noted(FactKind.RingFounded)], bench.Do(() => bench.Joiner.Begin([])));
        Assert.Equal(["founded"], bench.Events);
    }

    [Fact]
    public void Contacts_are_asked_one_after_the_other_the_lost_before_the_remembered_before_the_seeds()
    {
        var bench = new Bench(new Contacts([Peers.Of(3)], [Peers.Of(2)], FoundRing: false));
        Assert.Equal(Asks(1, 1), bench.Do(() => bench.Joiner.Begin([Peers.Of(1)])));
        Assert.Equal(Asks(2, 2), bench.Do(() => bench.Joiner.OnStep(1)));
        Assert.Equal(Asks(3, 3), bench.Do(() => bench.Joiner.OnStep(2)));
    }

    [Fact]
    public void A_round_in_which_nobody_answered_is_said_and_another_begins()
    {
        Bench bench = Joining(1);
        Assert.Equal(
            [Noted(FactKind.Alone, value: 1), Armed(OverlayTimer.JoinStep, bench.Chance.Jitter(Patience / 2), 2)],
            bench.Do(() => bench.Joiner.OnStep(1)));
        Assert.Equal(Asks(1, 3), bench.Do(() => bench.Joiner.OnStep(2)));
    }

    [Fact]
    public void A_step_of_the_past_means_nothing()
    {
        Bench bench = Joining(1, 2);
        bench.Do(() => bench.Joiner.OnStep(1));
        Assert.Empty(bench.Do(() => bench.Joiner.OnStep(1)));
        Assert.Empty(bench.Do(() => bench.Joiner.OnLeafSet(Peers.Of(1), LeafSet(tag: 1, active: true))));
    }

    [Fact]
    public void The_failure_of_the_link_to_the_node_asked_ends_the_wait_and_that_of_another_does_not()
    {
        Bench bench = Joining(1, 2);
        Assert.Empty(bench.Do(() => bench.Joiner.OnLinkFailed(Peers.Of(2))));
        Assert.Equal(Asks(2, 2), bench.Do(() => bench.Joiner.OnLinkFailed(Peers.Of(1))));
    }

    [Fact]
    public void A_member_that_describes_its_leaf_set_is_where_the_search_for_a_near_one_begins()
    {
        Bench bench = Joining(1);
        Effect[] effects = bench.Do(() => bench.Joiner.OnLeafSet(Peers.Of(1), LeafSet(tag: 1, active: true, 2, 3)));
        Assert.Equal([2, 3, 1], Peers.Names(effects.Where(e => e.Body is DistanceProbe).Select(e => e.To!)));
        Assert.True(bench.Search.IsRunning);
    }

    [Fact]
    public void The_near_member_found_is_joined_through()
    {
        Bench bench = Joining(1);
        bench.Do(() => bench.Joiner.OnLeafSet(Peers.Of(1), LeafSet(tag: 1, active: true)));
        bench.Pass(TimeSpan.FromMilliseconds(4));
        bench.Do(() => bench.Meter.OnProbe(Peers.Of(1), new DistanceProbe(1, IsAnswer: true)));
        Effect[] effects = bench.Do(() => bench.Search.OnRow(Peers.Of(1), new StateReply(StatePart.Row, 0, 1, true, 1, [], [])));
        Assert.Equal([Armed(OverlayTimer.JoinStep, Patience, 2), Join(Peers.Of(1))], effects);
    }

    [Fact]
    public void A_search_that_takes_too_long_ends_with_the_best_so_far()
    {
        Bench bench = Joining(1);
        bench.Do(() => bench.Joiner.OnLeafSet(Peers.Of(1), LeafSet(tag: 1, active: true, 2)));
        Assert.Equal([Armed(OverlayTimer.JoinStep, Patience, 2), Join(Peers.Of(1))], bench.Do(() => bench.Joiner.OnStep(1)));
        Assert.False(bench.Search.IsRunning);
    }

    [Fact]
    public void The_answer_of_the_root_is_believed_only_as_far_as_each_neighbour_confirms_it()
    {
        Bench bench = Joining(1);
        Effect[] effects = bench.Do(() => bench.Joiner.OnReply(Peers.Of(0x90), new JoinReply([.. Peers.All(0x70, 0x60)], [.. Peers.All(0x30)])));
        Assert.True(bench.Joiner.IsAnswered);
        Assert.True(bench.Context.Leafs.IsEmpty);
        Assert.Equal(Armed(OverlayTimer.JoinStep, Bench.Options.ProbeTimeout * (Bench.Options.ProbeRetries + 2), 2), effects[0]);
        Assert.Equal([0x30], Peers.Names(effects.Where(e => e.Body is DistanceProbe).Select(e => e.To!)));
        Assert.Equal([0x90, 0x70, 0x60], Peers.Names(effects.Where(e => e.Body is LeafSetProbe).Select(e => e.To!)));
        Assert.Empty(bench.Do(() => bench.Joiner.OnReply(Peers.Of(0xa0), new JoinReply([], []))));
    }

    [Fact]
    public void An_answered_join_that_does_not_settle_goes_on_searching()
    {
        Bench bench = Joining(1, 2);
        bench.Do(() => bench.Joiner.OnReply(Peers.Of(0x90), new JoinReply([], [])));
        Assert.Equal(Asks(2, 3), bench.Do(() => bench.Joiner.OnStep(2)));
        Assert.False(bench.Joiner.IsAnswered);
    }

    [Fact]
    public void A_member_that_counts_this_node_among_its_neighbours_is_as_good_as_an_answer()
    {
        Bench bench = Joining(1).WithLeafs(0x70, 0x90);
        Assert.Empty(bench.Do(() => bench.Joiner.OnMember(Peers.Of(0x30))));
        Effect[] effects = bench.Do(() => bench.Joiner.OnMember(Peers.Of(0x90)));
        Assert.Equal([0x90, 0x70], Peers.Names(effects.Where(e => e.Body is LeafSetProbe).Select(e => e.To!)));
        Assert.True(bench.Joiner.IsAnswered);
    }

    [Fact]
    public void A_contact_that_waits_as_well_is_not_waited_for()
    {
        Bench bench = Joining(1);
        Assert.Equal([Armed(OverlayTimer.JoinStep, Patience / 4, 2)], bench.Do(() => bench.Joiner.OnRefused(Peers.Of(1))));
        Assert.Empty(bench.Do(() => bench.Joiner.OnRefused(Peers.Of(2))));
        Assert.Equal([1, 2], Peers.Names(bench.Joiner.Contacts));
    }

    [Fact]
    public void When_the_nearest_node_is_no_member_itself_the_join_goes_through_the_member_that_led_to_it()
    {
        Bench bench = Joining(1);
        bench.Do(() => bench.Joiner.OnLeafSet(Peers.Of(1), LeafSet(tag: 1, active: true, 2)));
        Assert.Contains(Join(Peers.Of(1)), bench.Do(() => bench.Joiner.OnRefused(Peers.Of(2))));
        Assert.Empty(bench.Do(() => bench.Joiner.OnRefused(Peers.Of(2))));
    }

    [Fact]
    public void Of_nodes_that_all_wait_for_each_other_long_enough_the_first_by_id_founds_a_ring()
    {
        Bench bench = Joining(0x90);
        bench.Do(() => bench.Joiner.OnOtherJoins(Peers.Of(0x90)));
        Assert.Equal(FactKind.Alone, bench.Do(() => bench.Joiner.OnStep(1))[0].Fact.Kind);
        bench.Do(() => bench.Joiner.OnStep(2));
        bench.Pass(Bench.Options.FoundAfter);
        Assert.Equal([Noted(FactKind.RingFounded)], bench.Do(() => bench.Joiner.OnStep(3)));
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x7f)]
    public void While_a_smaller_id_waits_too_a_node_leaves_the_founding_to_it(int other)
    {
        Bench bench = Joining(0x90);
        bench.Do(() => bench.Joiner.OnOtherJoins(Peers.Of(other)));
        bench.Do(() => bench.Joiner.OnOtherJoins(Peers.Of(0xa0)));
        bench.Pass(Bench.Options.FoundAfter * 10);
        Effect[] effects = [.. bench.Do(() => bench.Joiner.OnStep(1)), .. bench.Do(() => bench.Joiner.OnStep(2)), .. bench.Do(() => bench.Joiner.OnStep(3))];
        Assert.DoesNotContain(Noted(FactKind.RingFounded), effects);
    }

    [Fact]
    public void Who_may_found_a_ring_looks_for_one_first_for_as_long_as_it_was_told()
    {
        var bench = new Bench(new Contacts([Peers.Of(1)], [], FoundRing: true));
        bench.Do(() => bench.Joiner.Begin([]));
        bench.Pass(Bench.Options.FoundAfter - TimeSpan.FromTicks(1));
        bench.Do(() => bench.Joiner.OnStep(1));
        Assert.Empty(bench.Events);
        bench.Do(() => bench.Joiner.OnStep(2));
        bench.Pass(TimeSpan.FromTicks(1));
        bench.Do(() => bench.Joiner.OnStep(3));
        Assert.Equal(["founded"], bench.Events);
    }

    [Fact]
    public void A_seed_known_by_address_alone_gets_its_name_and_no_second_place()
    {
        var bench = new Bench(new Contacts([new NodeHandle(default, "n01", 0)], [], FoundRing: false));
        bench.Do(() => bench.Joiner.Begin([]));
        bench.Do(() => bench.Joiner.OnRefused(Peers.Of(1)));
        Assert.Equal([Peers.Of(1)], bench.Joiner.Contacts);
    }

    [Fact]
    public void A_member_takes_no_part_in_joining_any_more()
    {
        Bench bench = Joining(1);
        bench.Joiner.Done();
        Assert.Empty(bench.Do(() => bench.Joiner.OnStep(1)));
        Assert.Empty(bench.Do(() => bench.Joiner.OnReply(Peers.Of(0x90), new JoinReply([], []))));
        Assert.Empty(bench.Do(() => bench.Joiner.OnLinkFailed(Peers.Of(1))));
        Assert.False(bench.Joiner.IsJoining);
    }

    private static Bench Joining(params int[] seeds)
    {
        var bench = new Bench(new Contacts([.. Peers.All(seeds)], [], FoundRing: false));
        bench.Do(() => bench.Joiner.Begin([]));
        return bench;
    }

    private static Effect[] Asks(int contact, long step) =>
        [Armed(OverlayTimer.JoinStep, Patience, step), Sent(Peers.Of(contact), new StateRequest(StatePart.LeafSet, 0, (ulong)step))];

    private static Effect Join(NodeHandle near) => Sent(near, new Routed(Bench.Self.Id, Bench.Self, 1, 0, new JoinRequest(Bench.Self, 0, [])));

    private static StateReply LeafSet(ulong tag, bool active, params int[] left) => new(StatePart.LeafSet, 0, tag, active, 1, [.. Peers.All(left)], []);
}
