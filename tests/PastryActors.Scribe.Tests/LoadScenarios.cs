using PastryActors.Core.Driving;
using PastryActors.Scribe.Tests.Loopback;

namespace PastryActors.Scribe.Tests;

/// <summary>What many topics, many messages and large ones cost, and that what nobody needs costs nothing.</summary>
public sealed class LoadScenarios : TopicScenarios
{
    [Fact]
    public void Nobody_stays_in_a_tree_that_nobody_needs()
    {
        var ring = new LoopbackRing(10, 20);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Take(10));
        foreach ((LoopbackNode node, long id) in subscriptions) node.Unsubscribe(id);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.All(ring.Nodes, n => Assert.True(n.Status(Topic) is null or { IsRoot: true, Children.Count: 0 }));
    }

    [Fact]
    public void Many_topics_do_not_disturb_each_other()
    {
        var ring = new LoopbackRing(13, 15);
        var subscriptions = new List<(LoopbackNode Node, long Id, int Topic)>();
        for (int t = 0; t < 60; t++)
        {
            for (int s = 0; s < 3; s++)
            {
                LoopbackNode node = ring.Nodes[(t + (s * 4)) % 15];
                subscriptions.Add((node, node.Subscribe($"topic-{t}"), t));
            }
        }

        ring.RunFor(TimeSpan.FromSeconds(2));
        for (int t = 0; t < 60; t++) ring.Nodes[t % 15].Publish($"topic-{t}", $"of {t}");
        ring.RunFor(TimeSpan.FromSeconds(2));
        Assert.All(subscriptions, s => Assert.Equal([(1UL, $"of {s.Topic}")], s.Node.Received(s.Id)));
    }

    [Fact]
    public void Without_topics_no_timer_runs()
    {
        var ring = new LoopbackRing(14, 5);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.All(ring.Nodes, n => Assert.Equal(0, n.TimersPending));
        Assert.Equal(0, ring.MessagesSent);
    }

    [Fact]
    public void An_idle_topic_costs_a_heartbeat_and_a_sign_of_life_a_child_and_period()
    {
        var ring = new LoopbackRing(15, 20);
        SubscribeAll(ring, ring.Nodes);
        ring.RunFor(TimeSpan.FromSeconds(3));
        int edges = ring.Nodes.Sum(n => n.Status(Topic)!.Children.Count);
        Assert.Equal(19, edges);
        long before = ring.MessagesSent;
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.InRange(ring.MessagesSent - before, 18 * edges, 22 * edges);
    }

    [Fact]
    public void Subscriptions_of_one_node_share_its_place()
    {
        var ring = new LoopbackRing(16, 10);
        LoopbackNode node = ring.Nodes.First(n => n != ring.RootOf(TopicId));
        long first = node.Subscribe(Topic);
        long second = node.Subscribe(Topic);
        ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(2, node.Status(Topic)!.Subscribers);
        node.Publish(Topic, "x");
        ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([(1UL, "x")], node.Received(first));
        Assert.Equal([(1UL, "x")], node.Received(second));

        node.Unsubscribe(first);
        node.Publish(Topic, "y");
        ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(node.Received(first));
        Assert.Equal(2, node.Received(second).Count);
    }

    [Fact]
    public void Large_messages_pass_beside_small_ones()
    {
        var ring = new LoopbackRing(18, 12);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Take(6));
        string large = new('x', new ScribeOptions().MaxMessageBytes - 10);
        for (int i = 0; i < 6; i++) ring.Nodes[8].Publish(Topic, i % 2 == 0 ? $"{i} {large}" : $"{i}");
        ring.RunFor(TimeSpan.FromSeconds(3));
        AssertSameEverywhere(subscriptions, 6);
    }

    [Fact]
    public void Ten_thousand_publishes_of_one_node_go_in_batches()
    {
        var ring = new LoopbackRing(20, 8, new ScribeOptions { PublishQueueMax = 20_000, RecentCountMax = 20_000 });
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring, ring.Nodes.Take(4));
        LoopbackNode publisher = ring.Nodes.First(n => n != ring.RootOf(TopicId));
        long before = ring.MessagesSent;
        for (int i = 0; i < 10_000; i++) publisher.Publish(Topic, $"m{i}");
        Assert.True(ring.RunUntil(() => subscriptions.All(s => s.Key.Received(s.Value).Count == 10_000), TimeSpan.FromSeconds(30)));
        AssertSameEverywhere(subscriptions, 10_000);
        Assert.InRange(ring.MessagesSent - before, 0, 10_000);
    }

    [Theory]
    [InlineData(51UL)]
    [InlineData(52UL)]
    [InlineData(53UL)]
    public void A_publishers_messages_keep_their_order_where_the_root_has_no_room_for_some(ulong seed)
    {
        var ring = new LoopbackRing(seed, 12, new ScribeOptions { UnconfirmedBytesMax = 24 << 10, BatchBytesMax = 8 << 10, RecentBytesMax = 1 << 20, SegmentBytes = 32 << 10 });
        LoopbackNode[] publishers = [.. ring.Nodes.Take(3)];
        LoopbackNode reader = ring.Nodes[5];
        long subscription = reader.Subscribe(Topic);
        ring.RunFor(TimeSpan.FromSeconds(2));
        for (int i = 0; i < 300; i++)
        {
            // Large and small ones, a few at a time: what had no room may be followed by what has.
            for (int p = 0; p < publishers.Length; p++) publishers[p].Publish(Topic, $"{p} {i} {new string('x', i % 7 == 0 ? 6000 : 10)}");
            ring.RunFor(TimeSpan.FromMilliseconds(ring.Random.Next(3)));
        }

        Assert.True(ring.RunUntil(() => reader.Received(subscription).Count == 900, TimeSpan.FromSeconds(20)), $"{reader.Received(subscription).Count}");
        Assert.Contains(ring.Nodes.SelectMany(n => n.Facts), f => f.Kind == FactKind.Dropped);
        for (int p = 0; p < publishers.Length; p++)
        {
            int[] order = [.. reader.Received(subscription).Select(m => m.Text.Split(' ')).Where(w => w[0] == $"{p}").Select(w => int.Parse(w[1], System.Globalization.CultureInfo.InvariantCulture))];
            Assert.Equal(Enumerable.Range(0, 300), order);
        }
    }
}
