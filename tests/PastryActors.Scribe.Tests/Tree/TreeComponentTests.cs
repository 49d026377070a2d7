using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Tree;

/// <summary>One component's place in a tree: parents, children, moves.</summary>
public sealed class TreeComponentTests : ComponentTests
{
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
}
