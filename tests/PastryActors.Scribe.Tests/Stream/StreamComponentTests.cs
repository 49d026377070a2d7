using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Stream;

/// <summary>What one component hands on, and what it does about holes.</summary>
public sealed class StreamComponentTests : ComponentTests
{
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
}
