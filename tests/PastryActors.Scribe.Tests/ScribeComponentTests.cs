using PastryActors.Core.Driving;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;

namespace PastryActors.Scribe.Tests;

/// <summary>Rules of the whole component: limits, deadlines, and that every message is somebody's.</summary>
public sealed class ScribeComponentTests : ComponentTests
{
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
}
