using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>One component alone: events in, exact effects out.</summary>
public sealed class ScribeComponentTests
{
    private const string Name = "news";
    private static readonly RingId Topic = TopicName.IdOf(Name);
    private static readonly RingId Near = Topic.Plus(5);
    private static readonly RingId Far = Topic.Plus(1000);
    private static readonly NodeHandle Parent = FakeHost.Peer(Near);
    private static readonly NodeHandle Child = FakeHost.Peer(Topic.Plus(2000));
    private static readonly Term Term = new(3, Near);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_subscriber_that_is_not_the_root_routes_a_join()
    {
        FakeHost host = Outsider();
        host.Component.OnRequest(new Subscribe(1, Second, Name));
        (Core.Wire.Message message, RingId key) = Assert.Single(host.Routed);
        JoinTopic join = Assert.IsType<JoinTopic>(message);
        Assert.Equal(Topic, key);
        Assert.Equal(new JoinTopic(Topic, Name, host.Self, join.Nonce, false, 0, default, 0), join);
        Assert.Empty(host.Replies);
    }

    [Fact]
    public void Alone_in_the_ring_a_node_is_the_root_of_every_topic()
    {
        var host = new FakeHost(Far);
        host.Component.OnRequest(new Subscribe(1, Second, Name));
        Assert.Equal([new Subscribed(1, 1)], host.Replies);
    }

    [Fact]
    public void A_forwarder_adopts_the_join_that_passes_and_joins_in_its_turn()
    {
        FakeHost host = Outsider();
        Assert.False(PassesForward(host, JoinOf(Child, 7)));
        JoinTopic own = Assert.IsType<JoinTopic>(Assert.Single(host.Routed).Message);
        Assert.Equal(host.Self, own.Child);
        Assert.Empty(host.Sent);

        host.Receive(new JoinAccepted(Topic, own.Nonce, Term, Parent, 12, [Near]), Parent);
        JoinAccepted answer = Assert.Single(host.Sent.Where(s => s.To == Child).Select(s => s.Message).OfType<JoinAccepted>());
        Assert.Equal(new JoinAccepted(Topic, 7, Term, Parent, 12, [host.Self.Id, Near]), answer);
    }

    [Fact]
    public void The_same_message_goes_to_every_child()
    {
        FakeHost host = Forwarder(FakeHost.Peer(new RingId(1)), FakeHost.Peer(new RingId(2)));
        var multicast = new Multicast(Topic, Term, 13, [new TopicItem(new RingId(9), new byte[10])]);
        host.Receive(multicast, Parent);
        Assert.Equal(2, host.Sent.Count);
        Assert.All(host.Sent, s => Assert.Same(multicast, s.Message));
        Assert.All(host.Sent, s => Assert.Equal(Lane.Control, s.Lane));
    }

    [Fact]
    public void A_large_message_takes_the_bulk_lane()
    {
        FakeHost host = Forwarder(Child);
        host.Receive(new Multicast(Topic, Term, 13, [new TopicItem(new RingId(9), new byte[100_000])]), Parent);
        Assert.Equal(Lane.Bulk, Assert.Single(host.Sent).Lane);
    }

    [Fact]
    public void Messages_of_one_who_is_not_the_parent_are_not_taken()
    {
        FakeHost host = Forwarder(Child);
        host.Receive(new Multicast(Topic, Term, 13, [new TopicItem(new RingId(9), new byte[1])]), FakeHost.Peer(new RingId(66)));
        Assert.Equal([new LeaveTopic(Topic)], host.TakeSent());
    }

    [Fact]
    public void Messages_of_an_earlier_term_are_refused()
    {
        FakeHost host = Forwarder(Child);
        host.Receive(new Multicast(Topic, new Term(2, Near), 13, [new TopicItem(new RingId(9), new byte[1])]), Parent);
        Assert.Empty(host.Sent);
        Assert.Contains(new Fact(FactKind.MessageRefused, Near), host.Facts);
    }

    [Fact]
    public void A_lost_last_message_shows_in_the_heartbeat_and_is_asked_for()
    {
        FakeHost host = Forwarder(Child);
        host.Receive(new TreeHeartbeat(Topic, Term, Parent, 14, [Near]), Parent);
        host.Pass(TimeSpan.FromMilliseconds(60));
        Assert.Equal([new ResendRequest(Topic, 13, 14)], host.TakeSent().OfType<ResendRequest>());
    }

    [Fact]
    public void What_the_root_no_longer_has_becomes_a_gap()
    {
        FakeHost host = Forwarder(Child);
        host.Component.OnRequest(new Subscribe(5, Second, Name));
        host.Receive(new Multicast(Topic, Term, 15, [new TopicItem(new RingId(9), new byte[1])]), Parent);
        host.Pass(TimeSpan.FromMilliseconds(60));
        host.Receive(new ResendMissing(Topic, 13, 14), Parent);
        Assert.Equal(new Subscribed(5, 13), host.Replies[0]);
        TopicGap gap = Assert.IsType<TopicGap>(host.Replies[1]);
        Assert.Equal((13UL, 14UL), (gap.From, gap.To));
        Assert.Equal(15UL, Assert.IsType<TopicMessages>(host.Replies[2]).First);
    }

    [Fact]
    public void A_child_that_missed_messages_gets_them_from_the_buffer()
    {
        FakeHost host = Forwarder(Child);
        host.Receive(new Multicast(Topic, Term, 13, [new TopicItem(new RingId(9), new byte[1]), new TopicItem(new RingId(9), new byte[2])]), Parent);
        host.Sent.Clear();
        host.Receive(new ResendRequest(Topic, 12, 14), Child);
        Assert.Collection(
            host.TakeSent(),
            m => Assert.Equal(new ResendMissing(Topic, 12, 12), m),
            m => Assert.Equal(13UL, Assert.IsType<Multicast>(m).First));
    }

    [Fact]
    public void A_silent_parent_is_left_after_two_missed_heartbeats()
    {
        FakeHost host = Forwarder(Child);
        for (int i = 0; i < 10; i++)
        {
            host.Receive(new ChildAlive(Topic, Term, 12, 12), Child);
            host.Pass(TimeSpan.FromMilliseconds(240));
        }

        Assert.DoesNotContain(host.Facts, f => f.Kind == FactKind.ParentLost);
        host.Pass(TimeSpan.FromMilliseconds(400));
        Assert.Contains(new Fact(FactKind.ParentLost, Topic), host.Facts);
        JoinTopic join = Assert.IsType<JoinTopic>(host.Routed[^1].Message);
        Assert.True(join is { HasPosition: true, Have: 12 });
    }

    [Fact]
    public void A_child_that_thinks_otherwise_of_its_parent_asks_for_the_whole()
    {
        FakeHost host = Forwarder(Child);
        ulong standing = TreeStanding.Of(Term, Near, [Near], TopicSettings.Default);
        host.Receive(new TreeBeats([new DownBeat(Topic, 12, standing)], default, true), Parent);
        Assert.Empty(host.TakeSent());
        host.Receive(new TreeBeats([new DownBeat(Topic, 12, standing + 1)], default, true), Parent);
        Assert.Equal([new TreeBeats(default, [new UpBeat(Topic, Term, 12, 12, true)], true)], host.TakeSent());

        host.Receive(new TreeBeats(default, [new UpBeat(Topic, Term, 12, 12, true)], true), Child);
        Assert.Equal([new TreeHeartbeat(Topic, Term, Parent, 12, [host.Self.Id, Near])], host.TakeSent());
    }

    [Fact]
    public void Signs_of_life_of_strangers_are_answered_topic_by_topic()
    {
        FakeHost host = Forwarder(Child);
        NodeHandle stranger = FakeHost.Peer(new RingId(9));
        host.Receive(new TreeBeats([new DownBeat(Topic, 1, 1)], [new UpBeat(Topic, Term, 1, 1, true)], true), stranger);
        Assert.Equal([new NotYourParent(Topic), new LeaveTopic(Topic)], host.TakeSent());
    }

    [Fact]
    public void A_child_that_is_sent_on_keeps_its_parent_until_the_other_has_taken_it()
    {
        FakeHost host = Forwarder(Child);
        ulong accepted = Assert.IsType<JoinTopic>(host.Routed[0].Message).Nonce;
        (NodeHandle near, NodeHandle far) = (FakeHost.Peer(new RingId(10)), FakeHost.Peer(new RingId(11)));
        host.Receive(new JoinRedirected(Topic, accepted + 1, [new Candidate(near, 0)]), Parent);
        host.Receive(new JoinRedirected(Topic, accepted, [new Candidate(near, 0)]), near);
        Assert.Empty(host.TakeSent());

        host.Receive(new JoinRedirected(Topic, accepted, [new Candidate(far, 5000), new Candidate(near, 1000)]), Parent);
        ulong asked = host.TakeSent().OfType<TreeQuestion>().First().Nonce;
        host.Receive(new TreeAnswer(Topic, asked, true, true, false, true, Parent, default, default), near);
        host.Receive(new TreeAnswer(Topic, asked, true, true, false, true, Parent, default, default), far);
        (Core.Wire.Message join, NodeHandle to, _) = Assert.Single(host.Sent);
        Assert.Equal(near, to);
        host.Sent.Clear();
        host.Receive(new Multicast(Topic, Term, 13, [new TopicItem(Near, default)]), Parent);
        host.Receive(new JoinAccepted(Topic, Assert.IsType<JoinTopic>(join).Nonce, Term, Parent, 13, [near.Id, Near]), near);
        Assert.Equal(Parent, Assert.Single(host.Sent, s => s.Message is LeaveTopic).To);
        Assert.Contains(host.Sent, s => s.Message is TreeHeartbeat h && h.Path.Count == 3);
        Assert.DoesNotContain(host.Facts, f => f.Kind == FactKind.ParentLost);
    }

    [Fact]
    public void Those_without_room_are_not_moved_to()
    {
        FakeHost host = Forwarder(Child);
        ulong accepted = Assert.IsType<JoinTopic>(host.Routed[0].Message).Nonce;
        NodeHandle[] full = [FakeHost.Peer(new RingId(10)), FakeHost.Peer(new RingId(11))];
        host.Receive(new JoinRedirected(Topic, accepted, [new Candidate(full[0], 0), new Candidate(full[1], 0)]), Parent);
        ulong asked = host.TakeSent().OfType<TreeQuestion>().First().Nonce;
        host.Receive(new TreeAnswer(Topic, asked, true, false, false, true, Parent, default, default), full[0]);
        host.Pass(Second);
        Assert.DoesNotContain(host.Sent, s => s.Message is JoinTopic);
    }

    [Fact]
    public void A_node_without_room_lets_joins_pass_unless_it_has_children_to_send_them_to()
    {
        var host = new FakeHost(Far, new ScribeOptions { MaxEntries = 1 }, Near);
        Assert.False(PassesForward(host, JoinOf(Child, 7)));
        ulong own = Assert.IsType<JoinTopic>(host.Routed[0].Message).Nonce;
        host.Receive(new JoinAccepted(Topic, own, Term, Parent, 12, [Near]), Parent);
        RingId other = TopicName.IdOf("other");
        Assert.True(PassesForward(host, new JoinTopic(other, "other", Child, 8, false, 0, default, 0)));
        host.Receive(new TreeBeats(default, [new UpBeat(Topic, Term, 12, 12, false)], true), Child);
        host.Sent.Clear();
        NodeHandle second = FakeHost.Peer(Topic.Plus(3000));
        Assert.False(PassesForward(host, JoinOf(second, 9)));
        Assert.Equal([new JoinRedirected(Topic, 9, [new Candidate(Child, 0)])], host.TakeSent());
    }

    [Fact]
    public void A_question_about_a_tree_is_answered_to_who_proved_to_be_the_asker()
    {
        FakeHost host = Forwarder(Child);
        host.Receive(new TreeQuestion(Topic, Parent, 5, TreeAsk.Place), Parent);
        TreeAnswer place = Assert.IsType<TreeAnswer>(Assert.Single(host.TakeSent()));
        Assert.Equal((true, true, false, Parent, 1), (place.IsInTree, place.HasRoom, place.IsRoot, place.Parent, place.Children.Count));
        host.Receive(new TreeQuestion(Topic, Parent, 5, TreeAsk.Place), Child);
        host.Receive(new TreeQuestion(Topic, Parent, 5, TreeAsk.Root), Parent);
        Assert.Empty(host.TakeSent());

        var routed = new RoutedMessage { Key = Topic, Source = Child, Payload = new TreeQuestion(Topic, Child, 6, TreeAsk.Nearest) };
        NodeHandle next = Parent;
        Assert.False(host.Component.Forward(ref routed, ref next));
        Assert.Empty(Assert.IsType<TreeAnswer>(Assert.Single(host.TakeSent())).Children);
    }

    [Fact]
    public void A_failed_parent_is_left_at_once()
    {
        FakeHost host = Forwarder(Child);
        host.Routed.Clear();
        host.Component.PeerFailed(Parent);
        Assert.IsType<JoinTopic>(Assert.Single(host.Routed).Message);
    }

    [Fact]
    public void The_last_child_that_goes_takes_the_forwarder_along()
    {
        FakeHost host = Forwarder(Child);
        host.Receive(new LeaveTopic(Topic), Child);
        Assert.Equal([new LeaveTopic(Topic)], host.TakeSent());
        host.Pass(Second);
        Assert.Empty(host.Timers);
    }

    [Fact]
    public void A_node_in_as_many_trees_as_it_may_be_lets_joins_pass()
    {
        var host = new FakeHost(Far, new ScribeOptions { MaxTopics = 1 }, Near);
        Assert.False(PassesForward(host, JoinOf(Child, 7)));
        RingId other = TopicName.IdOf("other");
        Assert.True(PassesForward(host, new JoinTopic(other, "other", Child, 8, false, 0, default, 0)));
        Assert.Contains(new Fact(FactKind.Dropped, other, 1), host.Facts);
    }

    [Fact]
    public void A_join_under_a_name_that_is_not_the_topics_is_stopped()
    {
        FakeHost host = Outsider();
        Assert.False(PassesForward(host, new JoinTopic(Topic, "other", Child, 7, false, 0, default, 0)));
        Assert.Empty(host.Routed);
        Assert.Contains(host.Facts, f => f.Kind == FactKind.MessageRefused);
    }

    [Fact]
    public void A_number_is_seen_by_nobody_before_a_majority_holds_it()
    {
        FakeHost host = Root();
        NodeHandle publisher = FakeHost.Peer(new RingId(4));
        host.Receive(new PublishItems(Topic, [new PublishItem(1, new byte[1])]), publisher);
        Replicate copy = Assert.IsType<Replicate>(Assert.Single(host.TakeSent()));
        Assert.Equal(1UL, copy.First);

        host.Receive(new ReplicaAck(Topic, copy.Term, 1, 1), FakeHost.Peer(Far));
        Assert.Equal([new PublishAnswer(Topic, [new PublishedRun(1, 1, 1)])], host.TakeSent());
        Assert.Equal(1UL, Assert.IsType<TopicMessages>(host.Replies[^1]).First);
    }

    [Fact]
    public void Of_five_replicas_the_root_and_two_must_hold_a_number()
    {
        RingId[] others = [Far, Topic.Plus(2000), Topic.Plus(3000), Topic.Plus(4000)];
        var host = new FakeHost(Near, null, others);
        host.Component.Deliver(new RoutedMessage { Key = Topic, Source = Child, Payload = new LocateRoot(Topic, Name, Child, 5) });
        RecoverRequest request = host.TakeSent().OfType<RecoverRequest>().First();
        foreach (RingId id in others) host.Receive(new RecoverAnswer(Topic, request.Nonce, false, false, default, 0, 0, request.Term, ReplicaGroup.None), FakeHost.Peer(id));
        foreach (RingId id in others) host.Receive(new ReplicaAck(Topic, request.Term, 0, 1), FakeHost.Peer(id));
        host.Receive(new PublishItems(Topic, [new PublishItem(1, new byte[1])]), FakeHost.Peer(new RingId(4)));
        Assert.Equal(4, host.TakeSent().OfType<Replicate>().Count());

        host.Receive(new ReplicaAck(Topic, request.Term, 1, 1), FakeHost.Peer(others[3]));
        host.Receive(new ReplicaAck(Topic, request.Term, 1, 1), FakeHost.Peer(others[3]));
        host.Receive(new ReplicaAck(Topic, request.Term, 1, 1), FakeHost.Peer(others[2]) with { Incarnation = 2 });
        Assert.Empty(host.TakeSent());
        host.Receive(new ReplicaAck(Topic, request.Term, 1, 1), FakeHost.Peer(others[1]));
        Assert.Equal([new PublishAnswer(Topic, [new PublishedRun(1, 1, 1)])], host.TakeSent());
    }

    [Fact]
    public void A_root_that_was_succeeded_acknowledges_nothing_and_tells_publishers()
    {
        FakeHost host = Root();
        NodeHandle publisher = FakeHost.Peer(new RingId(4));
        host.Receive(new PublishItems(Topic, [new PublishItem(1, new byte[1])]), publisher);
        host.Sent.Clear();
        host.Receive(new ReplicaAck(Topic, new Term(99, Far), 0, 1), FakeHost.Peer(Far));
        Assert.Equal(publisher, Assert.Single(host.Sent, s => s.Message is NotRoot).To);
        Assert.DoesNotContain(host.Sent, s => s.Message is PublishAnswer);
        Assert.True(Assert.IsType<RecoverRequest>(Assert.Single(host.Sent, s => s.Message is RecoverRequest).Message).Term.Number > 99);
    }

    [Fact]
    public void A_copy_promises_a_term_to_one_and_refuses_those_before()
    {
        FakeHost host = Outsider();
        (NodeHandle old, NodeHandle next) = (FakeHost.Peer(Topic.Plus(3)), FakeHost.Peer(Topic.Plus(4)));
        (Term first, Term second) = (new(1, old.Id), new(2, next.Id));
        host.Receive(new ReplicaState(Topic, Name, first, default, 0, 0, false, default, ReplicaGroup.None), old);
        host.Receive(new RecoverRequest(Topic, 8, Name, second), next);
        host.Receive(new Replicate(Topic, first, 1, [new TopicItem(Near, default)], [new PublishMark(1, 1)], ReplicaGroup.None), old);
        host.Receive(new RecoverRequest(Topic, 9, Name, first), old);
        Assert.Equal(
            [
                new ReplicaAck(Topic, first, 0, 0),
                new RecoverAnswer(Topic, 8, true, false, first, 0, 0, second, ReplicaGroup.None),
                new ReplicaAck(Topic, second, 0, 0),
                new RecoverAnswer(Topic, 9, true, false, first, 0, 0, second, ReplicaGroup.None),
            ],
            host.TakeSent());
        host.Receive(new RecoverRequest(Topic, 10, Name, new Term(3, old.Id)), next);
        Assert.Contains(new Fact(FactKind.MessageRefused, next.Id), host.Facts);
    }

    [Fact]
    public void A_publish_that_comes_again_keeps_its_number()
    {
        FakeHost host = Root();
        NodeHandle publisher = FakeHost.Peer(new RingId(4));
        var publish = new PublishItems(Topic, [new PublishItem(1, new byte[1])]);
        host.Receive(publish, publisher);
        Term term = Assert.IsType<Replicate>(Assert.Single(host.TakeSent())).Term;
        host.Receive(publish, publisher);
        Assert.Empty(host.TakeSent());
        host.Receive(new ReplicaAck(Topic, term, 1, 1), FakeHost.Peer(Far));
        host.Sent.Clear();
        host.Receive(publish, publisher);
        Assert.Equal([new PublishAnswer(Topic, [new PublishedRun(1, 1, 1)])], host.TakeSent());
    }

    [Fact]
    public void A_root_that_hears_of_a_later_term_steps_down()
    {
        FakeHost host = Root();
        host.Receive(new ReplicaAck(Topic, new Term(99, Far), 5, 1), FakeHost.Peer(Far));
        host.Receive(new PublishItems(Topic, [new PublishItem(1, new byte[1])]), FakeHost.Peer(new RingId(4)));
        // Still the closest, it takes the office again and asks first: nothing is numbered until then.
        Assert.Contains(host.TakeSent(), m => m is RecoverRequest);
        Assert.DoesNotContain(host.Sent, s => s.Message is Replicate);
    }

    [Fact]
    public void Who_is_not_the_root_says_so_to_a_publisher()
    {
        FakeHost host = Outsider();
        host.Receive(new PublishItems(Topic, [new PublishItem(1, default)]), Child);
        Assert.Equal([new NotRoot(Topic)], host.TakeSent());
    }

    [Fact]
    public void What_breaks_a_rule_fails_with_the_limit_in_words()
    {
        FakeHost host = Outsider();
        host.Component.OnRequest(new Publish(1, Second, Name, new byte[(1 << 20) + 1]));
        host.Component.OnRequest(new Publish(2, Second, "", default));
        host.Component.OnRequest(new Subscribe(3, Second, new string('x', 300)));
        host.Component.OnRequest(new Unsubscribe(4, Second, 77));
        Assert.Equal([FailureCode.Invalid, FailureCode.Invalid, FailureCode.Invalid, FailureCode.NotFound], host.Replies.Cast<Failed>().Select(f => f.Code));
        Assert.Contains("1048576", ((Failed)host.Replies[0]).Detail, StringComparison.Ordinal);
        Assert.Contains("256", ((Failed)host.Replies[2]).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_waits_without_a_deadline()
    {
        FakeHost host = Outsider();
        host.Component.OnRequest(new Subscribe(1, Second, Name));
        host.Component.OnRequest(new Publish(2, Second, Name, new byte[1]));
        host.Pass(TimeSpan.FromSeconds(2));
        Assert.All(host.Replies, r => Assert.Equal(FailureCode.TimedOut, Assert.IsType<Failed>(r).Code));
        Assert.Equal([1L, 2L], host.Replies.Select(r => r.RequestId).Order());
        host.Pass(TimeSpan.FromMinutes(2));
        Assert.Empty(host.Timers);
    }

    [Fact]
    public void A_full_queue_of_publishes_is_busy()
    {
        var host = new FakeHost(Far, new ScribeOptions { PublishQueueMax = 2 }, Near);
        for (int i = 0; i < 3; i++) host.Component.OnRequest(new Publish(i, Second, Name, default));
        Assert.Equal(FailureCode.Busy, Assert.IsType<Failed>(Assert.Single(host.Replies)).Code);
        Assert.Contains(new Fact(FactKind.Dropped, Topic, 2), host.Facts);
    }

    [Fact]
    public void What_must_come_directly_is_not_taken_from_a_route()
    {
        FakeHost host = Forwarder(Child);
        host.Component.Deliver(new RoutedMessage { Key = Topic, Source = Parent, Payload = new Multicast(Topic, Term, 13, [new TopicItem(Near, default)]) });
        Assert.Empty(host.Sent);
        Assert.Contains(new Fact(FactKind.MessageRefused, Near), host.Facts);
    }

    [Fact]
    public void Every_kind_of_message_is_taken_by_someone()
    {
        FakeHost host = Outsider();
        var random = new RandomSource(5);
        foreach (object[] sample in Messages.CodecTests.Samples())
        {
            var message = (Core.Wire.Message)sample[0];
            host.Facts.Clear();
            host.Component.Deliver(new RoutedMessage { Key = Topic, Source = FakeHost.Peer(random.NextRingId()), Payload = message, Direct = true });
            if (message is not (JoinTopic or LocateRoot or ReplicaState or RecoverRequest or TreeQuestion)) Assert.DoesNotContain(host.Facts, f => f.Kind == FactKind.MessageRefused);
        }
    }

    [Fact]
    public void Contradictory_options_are_refused_in_words()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new ScribeComponent(new ScribeOptions { MaxChildren = 0 }, default, default, []));
        Assert.Contains("max children", refusal.Message, StringComparison.Ordinal);
        Assert.Null(new ScribeOptions().Problem());
    }

    /// <summary>A node with a neighbour that is closer to the topic.</summary>
    private static FakeHost Outsider() => new(Far, null, Near);

    private static FakeHost Forwarder(params NodeHandle[] children)
    {
        FakeHost host = Outsider();
        ulong nonce = 1;
        foreach (NodeHandle child in children) PassesForward(host, JoinOf(child, nonce++));
        ulong own = Assert.IsType<JoinTopic>(host.Routed[0].Message).Nonce;
        host.Receive(new JoinAccepted(Topic, own, Term, Parent, 12, [Near]), Parent);
        host.Sent.Clear();
        return host;
    }

    /// <summary>A root with one neighbour, whose copy has begun, and a subscription.</summary>
    private static FakeHost Root()
    {
        var host = new FakeHost(Near, null, Far);
        host.Component.OnRequest(new Subscribe(1, Second, Name));
        RecoverRequest request = Assert.IsType<RecoverRequest>(Assert.Single(host.TakeSent()));
        host.Receive(new RecoverAnswer(Topic, request.Nonce, false, false, default, 0, 0, request.Term, ReplicaGroup.None), FakeHost.Peer(Far));
        ReplicaState state = Assert.IsType<ReplicaState>(Assert.Single(host.TakeSent()));
        host.Receive(new ReplicaAck(Topic, state.Term, 0, 1), FakeHost.Peer(Far));
        Assert.Equal([new Subscribed(1, 1)], host.Replies);
        return host;
    }

    private static JoinTopic JoinOf(NodeHandle child, ulong nonce) => new(Topic, Name, child, nonce, false, 0, default, 0);

    private static bool PassesForward(FakeHost host, JoinTopic join)
    {
        var message = new RoutedMessage { Key = join.Topic, Source = join.Child, Payload = join };
        NodeHandle next = Parent;
        return host.Component.Forward(ref message, ref next);
    }
}
