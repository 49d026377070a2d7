using PastryActors.Core.Driving;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>What a best-effort topic does when more is published than its subscribers take: its publishers wait for those who keep up, and not for those who do not.</summary>
public sealed class BestEffortScenarios
{
    private const string Topic = "news";
    private static readonly ScribeOptions Narrow = new() { ChildWindowBytes = 16 << 10, RecentBytesMax = 128 << 10, UnconfirmedBytesMax = 32 << 10, BatchBytesMax = 8 << 10, SegmentBytes = 32 << 10 };

    [Fact]
    public void Publishers_go_no_faster_than_subscribers_that_keep_up()
    {
        var lag = TimeSpan.FromSeconds(1);
        LoopbackRing ring = RingOf(31, out Dictionary<LoopbackNode, long> subscriptions, out LoopbackNode publisher, Narrow with { ChildLagMax = lag });
        long[] publishes = PublishAll(publisher, 2000);
        Instant before = ring.Now;
        Assert.True(ring.RunUntil(() => subscriptions.All(s => s.Key.Received(s.Value).Count == 2000), TimeSpan.FromSeconds(25)));
        // For longer than a child may lag: those that are behind all the time, and take what they are sent, stay.
        Assert.InRange(ring.Now - before, 2 * lag, TimeSpan.FromSeconds(25));
        Assert.DoesNotContain(ring.Nodes.SelectMany(n => n.Facts), f => f.Kind == FactKind.ChildPutOut);
        Assert.All(publishes, id => Assert.IsType<Published>(publisher.AnswerTo(id)));
        Assert.All(subscriptions.Keys, n => Assert.DoesNotContain(n.Replies, r => r is TopicGap));
    }

    [Fact]
    public void A_subscriber_that_stands_still_holds_nobody_up_for_long()
    {
        LoopbackRing ring = RingOf(32, out Dictionary<LoopbackNode, long> subscriptions, out LoopbackNode publisher);
        LoopbackNode slow = Leaf(subscriptions);
        ring.Stall(slow, TimeSpan.FromSeconds(8));
        Instant before = ring.Now;
        PublishAll(publisher, 2000);
        bool isDone() => subscriptions.All(s => s.Key == slow || s.Key.Received(s.Value).Count == 2000);
        Assert.True(ring.RunUntil(isDone, TimeSpan.FromSeconds(7)), $"{ring.Now - before}");

        ring.RunFor(TimeSpan.FromSeconds(10));
        publisher.Publish(Topic, "afterwards");
        ring.RunFor(TimeSpan.FromSeconds(3));
        Assert.All(subscriptions, s => Assert.Equal("afterwards", s.Key.Received(s.Value)[^1].Text));
        Assert.True(slow.Replies.OfType<TopicGap>().Any());
    }

    [Fact]
    public void A_child_to_which_a_whole_window_was_lost_goes_on_with_what_comes_next()
    {
        LoopbackRing ring = RingOf(33, out Dictionary<LoopbackNode, long> subscriptions, out LoopbackNode publisher);
        LoopbackNode cut = Leaf(subscriptions);
        ring.Cut = (_, to, message) => to == cut && message is Multicast;
        PublishAll(publisher, 100);
        ring.RunFor(TimeSpan.FromSeconds(1));
        ring.Cut = null;
        ring.RunFor(TimeSpan.FromSeconds(3));
        publisher.Publish(Topic, "afterwards");
        ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("afterwards", cut.Received(subscriptions[cut])[^1].Text);
        Assert.DoesNotContain(ring.Nodes.SelectMany(n => n.Facts), f => f.Kind == FactKind.ChildPutOut);
    }

    [Fact]
    public void A_child_that_is_held_back_gives_nothing_up_that_its_parent_still_has_for_it()
    {
        LoopbackRing ring = RingOf(34, out Dictionary<LoopbackNode, long> subscriptions, out LoopbackNode publisher);
        LoopbackNode held = Leaf(subscriptions);
        // Its word that it got something is lost for a while: its parent takes it for slow, and says meanwhile that it lives.
        ring.Cut = (from, _, message) => from == held && message is ChildAlive;
        PublishAll(publisher, 60);
        ring.RunFor(TimeSpan.FromSeconds(4));
        ring.Cut = null;
        Assert.True(ring.RunUntil(() => held.Received(subscriptions[held]).Count == 60, TimeSpan.FromSeconds(5)));
        Assert.DoesNotContain(held.Replies, r => r is TopicGap);
    }

    [Fact]
    public void Publishers_go_no_faster_than_nodes_can_check_what_they_give_their_subscribers()
    {
        LoopbackRing ring = RingOf(35, out Dictionary<LoopbackNode, long> subscriptions, out LoopbackNode publisher, signed: true);
        ring.CheckTime = TimeSpan.FromMilliseconds(30);
        LoopbackNode root = ring.RootOf(TopicName.IdOf(Topic));
        subscriptions.Add(root, root.Subscribe(Topic));
        ring.RunFor(TimeSpan.FromSeconds(1));
        PublishAll(publisher, 600);
        Assert.True(ring.RunUntil(() => subscriptions.All(s => s.Key.Received(s.Value).Count == 600), TimeSpan.FromSeconds(25)));
        Assert.All(subscriptions.Keys, n => Assert.DoesNotContain(n.Replies, r => r is TopicGap));
    }

    [Fact]
    public void A_reader_that_takes_nothing_holds_nobody_up_and_is_told_of_its_gap()
    {
        LoopbackRing ring = RingOf(36, out Dictionary<LoopbackNode, long> subscriptions, out LoopbackNode publisher);
        LoopbackNode node = Leaf(subscriptions);
        long idle = node.Subscribe(Topic, window: 4);
        ring.RunFor(TimeSpan.FromSeconds(1));
        PublishAll(publisher, 2000);
        Assert.True(ring.RunUntil(() => subscriptions.All(s => s.Key.Received(s.Value).Count == 2000), TimeSpan.FromSeconds(7)));
        Assert.DoesNotContain(ring.Nodes.SelectMany(n => n.Facts), f => f.Kind == FactKind.ChildPutOut);

        node.Ask(n => new SubscriberCredit(n, TimeSpan.FromSeconds(1), idle, 100));
        Assert.True(ring.RunUntil(() => node.Replies.Exists(r => r is TopicGap gap && gap.RequestId == idle), TimeSpan.FromSeconds(3)));
    }

    private static LoopbackRing RingOf(ulong seed, out Dictionary<LoopbackNode, long> subscriptions, out LoopbackNode publisher, ScribeOptions? options = null, bool signed = false)
    {
        var ring = new LoopbackRing(seed, 12, options ?? Narrow, signed);
        LoopbackNode root = ring.RootOf(TopicName.IdOf(Topic));
        LoopbackNode[] others = [.. ring.Nodes.Where(n => n != root)];
        publisher = others[0];
        publisher.Define(Topic, TopicSettings.Default with { Level = DeliveryLevel.BestEffort });
        ring.RunFor(TimeSpan.FromSeconds(5));
        subscriptions = others[1..6].ToDictionary(n => n, n => n.Subscribe(Topic));
        ring.RunFor(TimeSpan.FromSeconds(3));
        return ring;
    }

    private static LoopbackNode Leaf(Dictionary<LoopbackNode, long> subscriptions) => subscriptions.Keys.First(n => n.Status(Topic) is { Children.Count: 0 });

    private static long[] PublishAll(LoopbackNode publisher, int count) => [.. Enumerable.Range(0, count).Select(i => publisher.Publish(Topic, $"{i} {new string('x', 1000)}"))];
}
