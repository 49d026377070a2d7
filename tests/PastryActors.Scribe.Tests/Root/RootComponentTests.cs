using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Root;

/// <summary>One component as a root, as a copy, and asked by those who take it for a root.</summary>
public sealed class RootComponentTests : ComponentTests
{
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
}
