using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Root;

/// <summary>When a topic of which nobody present has heard may begin, after all nodes of a ring stopped at once.</summary>
public sealed class BeginningTests
{
    private const string Name = "news";
    private static readonly RingId Topic = TopicName.IdOf(Name);
    private static readonly NodeHandle Former = FakeHost.Peer(Topic.Plus(1));
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void No_topic_begins_while_a_neighbour_who_may_know_it_is_awaited()
    {
        var host = new FakeHost(Topic.Plus(5)) { Awaited = [Former] };
        host.Component.OnRequest(new Subscribe(1, Minute, Name));
        host.Pass(Minute / 2);
        Assert.Empty(host.Replies);

        host.Awaited = [];
        host.Pass(Minute / 2);
        Assert.Equal([new Subscribed(1, 1)], host.Replies);
    }

    [Fact]
    public void Those_who_come_are_asked_at_once()
    {
        var host = new FakeHost(Topic.Plus(5)) { Awaited = [Former] };
        host.Component.OnRequest(new Subscribe(1, Minute, Name));
        host.TakeSent();
        NodeHandle other = FakeHost.Peer(Topic.Plus(100));
        host.LeafSet.Add(other);
        host.Component.NewLeafs(host.Leafs);
        Assert.Contains(host.Sent, s => s.To == other && s.Message is RecoverRequest);
    }

    [Fact]
    public void A_neighbour_too_far_from_the_topic_to_know_it_holds_nothing_up()
    {
        RingId[] near = [.. Enumerable.Range(1, 7).Select(i => Topic.Plus((UInt128)(10 * i)))];
        NodeHandle root = FakeHost.Peer(near[0]);
        var host = new FakeHost(near[1], null, [near[0], .. near[2..]]) { Awaited = [FakeHost.Peer(Topic.Plus(1000))] };
        host.Receive(new RecoverRequest(Topic, 7, Name, new Term(1, root.Id)), root);
        Assert.Contains(host.Sent, s => s.To == root && s.Message is RecoverAnswer);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(Term.CreatedFrom + 1, false)]
    public void Whoever_promised_a_term_of_a_created_topic_does_not_let_it_begin_anew(ulong promised, bool begins)
    {
        var host = new FakeHost(Topic.Plus(5));
        host.Receive(new RecoverRequest(Topic, 7, Name, new Term(promised, Former.Id)), Former);
        Assert.Contains(host.Sent, s => s.To == Former && s.Message is RecoverAnswer);
        host.Component.OnRequest(new Subscribe(1, Minute, Name));
        host.Pass(Minute / 2);
        Assert.Equal(begins, host.Replies.Contains(new Subscribed(1, 1)));
    }

    [Fact]
    public void Who_knows_nothing_yet_does_not_tell_a_third_that_there_is_nothing_to_know()
    {
        RingId[] near = [.. Enumerable.Range(1, 7).Select(i => Topic.Plus((UInt128)(10 * i)))];
        NodeHandle root = FakeHost.Peer(near[0]);
        var host = new FakeHost(near[1], null, [near[0], .. near[2..]]) { Awaited = [Former] };
        host.Receive(new RecoverRequest(Topic, 7, Name, new Term(1, root.Id)), root);
        Assert.DoesNotContain(host.Sent, s => s.Message is RecoverAnswer);

        host.Awaited = [];
        host.Receive(new RecoverRequest(Topic, 7, Name, new Term(1, root.Id)), root);
        Assert.Contains(host.Sent, s => s.To == root && s.Message is RecoverAnswer);
    }
}
