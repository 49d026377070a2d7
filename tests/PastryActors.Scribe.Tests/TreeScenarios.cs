using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>What subscribers and publishers may rely on, whatever dies.</summary>
public sealed class TreeScenarios : TopicScenarios
{
    [Fact]
    public void Every_subscriber_gets_every_message_once_and_in_order()
    {
        var ring = new LoopbackRing(1, 30);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Where((_, i) => i % 2 == 0));

        for (int i = 0; i < 50; i++) ring.Nodes[i % 30].Publish(Topic, $"m{i}");
        ring.RunFor(TimeSpan.FromSeconds(2));

        AssertSameEverywhere(subscriptions, 50);
        Assert.Contains(ring.Nodes, n => n.Status(Topic) is { IsRoot: false, Children.Count: > 0 });
        Assert.Equal(0, ring.Nodes.Sum(n => n.Status(Topic)?.Duplicates ?? 0));
    }

    [Fact]
    public void A_publisher_is_told_the_number_that_subscribers_see()
    {
        var ring = new LoopbackRing(2, 10);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Take(3));
        long first = ring.Nodes[5].Publish(Topic, "a");
        ring.RunFor(TimeSpan.FromSeconds(1));
        long second = ring.Nodes[6].Publish(Topic, "b");
        ring.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(new Published(first, 1), ring.Nodes[5].AnswerTo(first));
        Assert.Equal(new Published(second, 2), ring.Nodes[6].AnswerTo(second));
        foreach ((LoopbackNode node, long id) in subscriptions) Assert.Equal([(1UL, "a"), (2UL, "b")], node.Received(id));
    }

    [Fact]
    public void A_new_subscriber_starts_with_the_next_message()
    {
        var ring = new LoopbackRing(3, 20);
        SubscribeAll(ring, ring.Nodes.Take(5));
        ring.Nodes[7].Publish(Topic, "before");
        ring.RunFor(TimeSpan.FromSeconds(1));

        LoopbackNode late = ring.Nodes[12];
        long id = late.Subscribe(Topic);
        ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(new Subscribed(id, 2), late.AnswerTo(id));
        ring.Nodes[7].Publish(Topic, "after");
        ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([(2UL, "after")], late.Received(id));
    }

    [Fact]
    public void Lost_messages_are_filled_in()
    {
        var ring = new LoopbackRing(4, 25);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Take(15));
        ring.Loss = 0.15;
        for (int i = 0; i < 100; i++)
        {
            ring.Nodes[i % 25].Publish(Topic, $"m{i}");
            ring.RunFor(TimeSpan.FromMilliseconds(30));
        }

        ring.Loss = 0;
        ring.RunFor(TimeSpan.FromSeconds(10));
        AssertSameEverywhere(subscriptions, 100);
    }

    [Fact]
    public void New_messages_reach_all_within_five_seconds_of_the_death_of_root_and_forwarder()
    {
        var ring = new LoopbackRing(5, 30) { DetectionDelay = TimeSpan.FromSeconds(2.5) };
        LoopbackNode root = ring.RootOf(TopicId);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Where(n => n != root).Where((_, i) => i % 3 != 0));
        ring.Nodes.First(n => n != root).Publish(Topic, "before");
        ring.RunFor(TimeSpan.FromSeconds(2));

        LoopbackNode forwarder = ring.Nodes.First(n => n.Status(Topic) is { IsRoot: false, Children.Count: > 0 });
        ring.Kill(root);
        ring.Kill(forwarder);
        LoopbackNode publisher = ring.Alive.First(n => !subscriptions.ContainsKey(n));
        long publish = publisher.Publish(Topic, "after");

        subscriptions.Remove(forwarder);
        Assert.True(ring.RunUntil(() => subscriptions.All(s => s.Key.Received(s.Value).Count == 2), TimeSpan.FromSeconds(5)));
        Assert.Equal(new Published(publish, 2), publisher.AnswerTo(publish));
        AssertSameEverywhere(subscriptions, 2);
    }

    [Fact]
    public void What_was_published_survives_the_root_that_dies_right_after_saying_so()
    {
        var ring = new LoopbackRing(6, 20);
        LoopbackNode root = ring.RootOf(TopicId);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Where(n => n != root).Take(8));
        // What the root sends down is lost, so only the copies of its numbering can bring it back.
        ring.Cut = (from, _, message) => from == root && message is Scribe.Messages.Multicast;
        LoopbackNode publisher = ring.Nodes.First(n => n != root);
        long publish = publisher.Publish(Topic, "held");
        Assert.True(ring.RunUntil(() => publisher.AnswerTo(publish) is not null, TimeSpan.FromSeconds(2)));
        ring.Kill(root);
        ring.Cut = null;
        ring.RunFor(TimeSpan.FromSeconds(6));

        publisher.Publish(Topic, "next");
        ring.RunFor(TimeSpan.FromSeconds(3));
        foreach ((LoopbackNode node, long id) in subscriptions) Assert.Equal([(1UL, "held"), (2UL, "next")], node.Received(id));
    }

    [Fact]
    public void A_root_that_dies_in_mid_publish_leaves_each_message_published_once()
    {
        var ring = new LoopbackRing(7, 20);
        LoopbackNode root = ring.RootOf(TopicId);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Where(n => n != root).Take(8));
        var publishes = new List<(LoopbackNode Node, long Id)>();
        List<LoopbackNode> publishers = ring.Nodes.Where(n => n != root).Skip(8).Take(4).ToList();
        for (int i = 0; i < 40; i++)
        {
            LoopbackNode publisher = publishers[i % 4];
            publishes.Add((publisher, publisher.Publish(Topic, $"m{i}")));
            if (i == 20) ring.Kill(root);
            ring.RunFor(TimeSpan.FromMilliseconds(7));
        }

        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(publishes, p => Assert.IsType<Published>(p.Node.AnswerTo(p.Id)));
        AssertSameEverywhere(subscriptions, 40);
    }

    [Fact]
    public void A_closer_node_that_joins_takes_over_without_a_break()
    {
        var ring = new LoopbackRing(8, 16);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Take(8));
        for (int i = 0; i < 10; i++) ring.Nodes[9].Publish(Topic, $"m{i}");
        ring.RunFor(TimeSpan.FromSeconds(1));
        LoopbackNode old = ring.RootOf(TopicId);
        LoopbackNode closer = ring.Join(TopicId.Plus(1));
        for (int i = 10; i < 20; i++)
        {
            ring.Nodes[9].Publish(Topic, $"m{i}");
            ring.RunFor(TimeSpan.FromMilliseconds(40));
        }

        ring.RunFor(TimeSpan.FromSeconds(4));
        Assert.True(closer.Status(Topic)!.IsRoot);
        Assert.False(old.Status(Topic)?.IsRoot ?? false);
        AssertSameEverywhere(subscriptions, 20);
    }

    [Fact]
    public void A_lost_answer_does_not_publish_twice()
    {
        var ring = new LoopbackRing(9, 12);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Take(4));
        int lost = 0;
        ring.Cut = (_, _, message) => message is Scribe.Messages.PublishAnswer && lost++ < 3;
        LoopbackNode publisher = ring.Nodes.First(n => n != ring.RootOf(TopicId));
        long publish = publisher.Publish(Topic, "once");
        ring.RunFor(TimeSpan.FromSeconds(6));
        Assert.Equal(new Published(publish, 1), publisher.AnswerTo(publish));
        Assert.Equal(4, lost);
        AssertSameEverywhere(subscriptions, 1);
    }

    [Fact]
    public void A_child_that_falls_silent_is_pruned()
    {
        var ring = new LoopbackRing(11, 12) { DetectionDelay = TimeSpan.FromHours(1) };
        LoopbackNode root = ring.RootOf(TopicId);
        SubscribeAll(ring, [root]);
        LoopbackNode leaf = ring.Nodes.First(n => n != root);
        SubscribeAll(ring, [leaf]);
        ring.Kill(leaf);
        Assert.True(ring.RunUntil(() => ring.Alive.All(n => n.Status(Topic)?.Children.All(c => c.Id != leaf.Id) ?? true), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_full_parent_sends_further_children_down()
    {
        var ring = new LoopbackRing(12, 30, new ScribeOptions { MaxChildren = 2 });
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes);
        Assert.All(ring.Nodes, n => Assert.True(n.Status(Topic)!.Children.Count <= 2));
        ring.Nodes[3].Publish(Topic, "to all");
        ring.RunFor(TimeSpan.FromSeconds(2));
        AssertSameEverywhere(subscriptions, 1);
        Assert.Contains(ring.Nodes, n => n.Facts.Exists(f => f is { Kind: FactKind.Dropped, Value: 2 }));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    public void Rings_that_were_apart_merge_and_nobody_gets_a_number_twice(ulong seed)
    {
        var ring = new LoopbackRing(seed, 24);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Take(16));
        ring.Nodes[20].Publish(Topic, "together");
        ring.RunFor(TimeSpan.FromSeconds(2));
        List<RingId> sorted = ring.Nodes.Select(n => n.Id).Order().ToList();
        ring.Split(n => sorted.IndexOf(n.Id) % 2 == 1);
        ring.RunFor(TimeSpan.FromSeconds(8));
        for (int i = 0; i < 6; i++)
        {
            ring.Nodes[i].Publish(Topic, $"apart {i}");
            ring.RunFor(TimeSpan.FromMilliseconds(200));
        }

        ring.RunFor(TimeSpan.FromSeconds(5));
        ring.Heal();
        ring.RunFor(TimeSpan.FromSeconds(10));
        long last = ring.Nodes[20].Publish(Topic, "again");
        ring.RunFor(TimeSpan.FromSeconds(20));

        ulong number = Assert.IsType<Published>(ring.Nodes[20].AnswerTo(last)).Sequence;
        Assert.Single(ring.Nodes, n => n.Status(Topic) is { IsRoot: true });
        foreach ((LoopbackNode node, long id) in subscriptions)
        {
            Assert.Equal((number, "again"), node.Received(id)[^1]);
            AssertNothingLeftOutInSilence(node, id);
        }
    }

    [Fact]
    public void Parents_that_hang_below_each_other_find_out_and_join_again()
    {
        var ring = new LoopbackRing(17, 20);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes);
        LoopbackNode forwarder = ring.Nodes.First(n => n.Status(Topic) is { IsRoot: false, Children.Count: > 0 });
        LoopbackNode below = ring.Nodes.First(n => n.Id == forwarder.Status(Topic)!.Children[0].Id);
        // A heartbeat that shows the node its own child's name above it is all that a loop looks like from within.
        NodeHandle parent = forwarder.Status(Topic)!.Parent!;
        forwarder.Receive(parent, new Scribe.Messages.TreeHeartbeat(TopicId, new Term(1, default), parent, 0, [parent.Id, below.Id, forwarder.Id]), null);
        Assert.Contains(forwarder.Facts, f => f.Kind == FactKind.ParentLost);
        ring.RunFor(TimeSpan.FromSeconds(5));
        ring.Nodes[0].Publish(Topic, "x");
        ring.RunFor(TimeSpan.FromSeconds(2));
        AssertSameEverywhere(subscriptions, 1);
    }

    [Fact]
    public void The_numbering_survives_when_nobody_subscribes()
    {
        var ring = new LoopbackRing(19, 12);
        LoopbackNode root = ring.RootOf(TopicId);
        LoopbackNode publisher = ring.Nodes.First(n => n != root);
        publisher.Publish(Topic, "1");
        ring.RunFor(TimeSpan.FromSeconds(2));
        ring.Kill(root);
        ring.RunFor(TimeSpan.FromSeconds(5));
        long second = publisher.Publish(Topic, "2");
        ring.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(new Published(second, 2), publisher.AnswerTo(second));
    }

    private static void AssertNothingLeftOutInSilence(LoopbackNode node, long subscription)
    {
        ulong next = 1;
        foreach (Reply reply in node.Replies.Where(r => r.RequestId == subscription))
        {
            switch (reply)
            {
                case TopicMessages run:
                    Assert.Equal(next, run.First);
                    next += (ulong)run.Items.Count;
                    break;
                case TopicGap gap:
                    Assert.Equal(next, gap.From);
                    next = gap.To + 1;
                    break;
            }
        }
    }
}
