using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>One component alone: events in, exact effects out. The nodes and the component that such tests begin with.</summary>
public abstract class ComponentTests
{
    protected const string Name = "news";
    protected static readonly RingId Topic = TopicName.IdOf(Name);
    protected static readonly RingId Near = Topic.Plus(5);
    protected static readonly RingId Far = Topic.Plus(1000);
    protected static readonly NodeHandle Parent = FakeHost.Peer(Near);
    protected static readonly NodeHandle Child = FakeHost.Peer(Topic.Plus(2000));
    protected static readonly Term Term = new(3, Near);
    protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>A node with a neighbour that is closer to the topic.</summary>
    private protected static FakeHost Outsider() => new(Far, null, Near);

    private protected static FakeHost Forwarder(params NodeHandle[] children)
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
    private protected static FakeHost Root()
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

    protected static JoinTopic JoinOf(NodeHandle child, ulong nonce) => new(Topic, Name, child, nonce, false, 0, default, 0);

    private protected static bool PassesForward(FakeHost host, JoinTopic join)
    {
        var message = new RoutedMessage { Key = join.Topic, Source = join.Child, Payload = join };
        NodeHandle next = Parent;
        return host.Component.Forward(ref message, ref next);
    }
}
