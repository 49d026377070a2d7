using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>One root after another, over a loopback ring: what was acknowledged stays, under its number, whoever is root.</summary>
public sealed class SuccessionScenarios
{
    private const string Topic = "news";
    private static readonly RingId TopicId = TopicName.IdOf(Topic);
    private readonly List<(LoopbackNode Node, long Id, string Text)> _publishes = [];
    private readonly Dictionary<LoopbackNode, long> _subscriptions = [];

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(34)]
    [InlineData(35)]
    [InlineData(36)]
    [InlineData(37)]
    [InlineData(38)]
    public void A_root_that_stands_still_and_is_succeeded_takes_nothing_acknowledged_with_it(ulong seed)
    {
        var ring = new LoopbackRing(seed, 16) { DetectionDelay = TimeSpan.FromSeconds(1.5) };
        LoopbackNode root = ring.RootOf(TopicId);
        SubscribeAll(ring, ring.Nodes.Where((_, i) => i % 3 == 0));
        PublishFor(ring, ring.Nodes, 20, TimeSpan.FromMilliseconds(15));
        ring.Stall(root, TimeSpan.FromSeconds(3));
        // The stalled node's own applications wait with it.
        PublishFor(ring, ring.Nodes.Where(n => n != root), 100, TimeSpan.FromMilliseconds(60));
        ring.RunFor(TimeSpan.FromSeconds(15));

        AssertAllAcknowledged();
        AssertAllDelivered();
        Assert.True(root.Status(Topic)!.IsRoot);
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    [InlineData(43)]
    [InlineData(44)]
    public void Two_of_five_may_die_at_once_right_after_the_answer(ulong seed)
    {
        var ring = new LoopbackRing(seed, 14);
        List<LoopbackNode> closest = Closest(ring);
        SubscribeAll(ring, ring.Nodes.Except(closest.Take(2)).Take(5));
        ring.Cut = (from, _, message) => from == closest[0] && message is Scribe.Messages.Multicast;
        List<LoopbackNode> publishers = ring.Nodes.Except(closest.Take(2)).ToList();
        PublishFor(ring, publishers, 10, TimeSpan.Zero);
        Assert.True(ring.RunUntil(() => _publishes.TrueForAll(p => p.Node.AnswerTo(p.Id) is Published), TimeSpan.FromSeconds(2)));
        ring.Kill(closest[0]);
        ring.Kill(closest[1]);
        ring.Cut = null;
        PublishFor(ring, publishers, 5, TimeSpan.FromMilliseconds(10));
        ring.RunFor(TimeSpan.FromSeconds(12));

        AssertAllAcknowledged();
        AssertAllDelivered();
    }

    [Theory]
    [InlineData(61, false, 0)]
    [InlineData(62, false, 25)]
    [InlineData(63, false, 60)]
    [InlineData(64, true, 0)]
    [InlineData(65, true, 25)]
    [InlineData(66, true, 60)]
    public void Publishers_with_all_that_they_may_have_open_lose_and_repeat_nothing_when_the_root_dies(ulong seed, bool isSigned, int millisecondsBefore)
    {
        var ring = new LoopbackRing(seed, 12, signed: isSigned);
        LoopbackNode root = ring.RootOf(TopicId);
        List<LoopbackNode> others = ring.Nodes.Where(n => n != root).ToList();
        SubscribeAll(ring, others.Take(3));
        // Two that send more than a window each, and many that come in between with one message at a time.
        PublishFor(ring, others.TakeLast(2), 2400, TimeSpan.Zero);
        PublishFor(ring, others, 40, TimeSpan.FromMilliseconds(1));
        ring.RunFor(TimeSpan.FromMilliseconds(millisecondsBefore));
        ring.Kill(root);
        PublishFor(ring, others, 40, TimeSpan.FromMilliseconds(20));
        ring.RunFor(TimeSpan.FromSeconds(15));

        AssertAllAcknowledged();
        AssertAllDelivered();
        foreach (LoopbackNode publisher in others.TakeLast(2))
        {
            IEnumerable<ulong> sequences = _publishes.Where(p => p.Node == publisher).Select(p => ((Published)p.Node.AnswerTo(p.Id)!).Sequence);
            Assert.Equal(sequences.Order(), sequences);
        }
    }

    [Fact]
    public void The_smaller_side_of_a_cut_acknowledges_nothing_and_the_larger_goes_on()
    {
        var ring = new LoopbackRing(51, 12);
        List<LoopbackNode> closest = Closest(ring);
        SubscribeAll(ring, ring.Nodes);
        PublishFor(ring, ring.Nodes, 5, TimeSpan.FromMilliseconds(10));
        ring.RunFor(TimeSpan.FromSeconds(1));
        ring.Split(closest.Take(2).Contains);
        ring.RunFor(TimeSpan.FromSeconds(4));

        long refused = closest[0].Publish(Topic, "refused", timeoutSeconds: 5);
        PublishFor(ring, closest.Skip(2), 8, TimeSpan.FromMilliseconds(50));
        ring.RunFor(TimeSpan.FromSeconds(8));
        Assert.Equal(FailureCode.TimedOut, Assert.IsType<Failed>(closest[0].AnswerTo(refused)).Code);
        AssertAllAcknowledged();

        ring.Heal();
        ring.RunFor(TimeSpan.FromSeconds(5));
        PublishFor(ring, ring.Nodes, 5, TimeSpan.FromMilliseconds(10));
        ring.RunFor(TimeSpan.FromSeconds(10));
        AssertAllAcknowledged();
        AssertAllDelivered();
    }

    [Fact]
    public void When_most_of_the_group_died_the_topic_waits_then_goes_on_and_tells_of_a_gap()
    {
        var options = new ScribeOptions { SurrenderAfter = TimeSpan.FromSeconds(10) };
        var ring = new LoopbackRing(61, 12, options);
        List<LoopbackNode> closest = Closest(ring);
        SubscribeAll(ring, ring.Nodes.Except(closest.Take(3)));
        PublishFor(ring, closest.Skip(5), 5, TimeSpan.FromMilliseconds(10));
        ring.RunFor(TimeSpan.FromSeconds(1));
        foreach (LoopbackNode dead in closest.Take(3)) ring.Kill(dead);
        long publish = closest[6].Publish(Topic, "late");
        ring.RunFor(TimeSpan.FromSeconds(8));
        Assert.Null(closest[6].AnswerTo(publish));
        ring.RunFor(TimeSpan.FromSeconds(12));

        ulong lost = (ulong)options.RecentCountMax;
        Assert.Equal(new Published(publish, 5 + lost + 1), closest[6].AnswerTo(publish));
        foreach ((LoopbackNode node, long id) in _subscriptions)
        {
            Assert.Equal([1, 2, 3, 4, 5, 5 + lost + 1], node.Received(id).Select(r => r.Sequence));
            TopicGap gap = Assert.Single(node.Replies.OfType<TopicGap>());
            Assert.Equal((6UL, 5 + lost), (gap.From, gap.To));
        }
    }

    [Fact]
    public void A_topic_of_one_node_grows_with_its_ring()
    {
        var ring = new LoopbackRing(71, 1);
        SubscribeAll(ring, ring.Nodes);
        PublishFor(ring, ring.Nodes, 3, TimeSpan.FromMilliseconds(10));
        for (int i = 0; i < 8; i++)
        {
            ring.Join(i % 2 == 0 ? TopicId.Plus((UInt128)(ulong)(1000 - i)) : null);
            PublishFor(ring, ring.Nodes, 3, TimeSpan.FromMilliseconds(100));
        }

        ring.RunFor(TimeSpan.FromSeconds(10));
        AssertAllAcknowledged();
        AssertAllDelivered();
    }

    [Fact]
    public void A_ring_may_shrink_node_by_node_to_two()
    {
        var ring = new LoopbackRing(72, 10) { DetectionDelay = TimeSpan.FromSeconds(1) };
        LoopbackNode stays = Closest(ring)[^1];
        SubscribeAll(ring, [stays]);
        for (int i = 0; i < 8; i++)
        {
            ring.Kill(ring.Alive.Where(n => n != stays).Aggregate((a, b) => TopicId.IsCloser(a.Id, b.Id) ? a : b));
            PublishFor(ring, [stays], 4, TimeSpan.FromMilliseconds(700));
            ring.RunFor(TimeSpan.FromSeconds(4));
        }

        Assert.Equal(2, ring.Alive.Count());
        AssertAllAcknowledged();
        AssertAllDelivered();
    }

    [Fact]
    public void Of_two_nodes_the_one_that_is_left_goes_on_without_a_gap()
    {
        var ring = new LoopbackRing(73, 2, new ScribeOptions { SurrenderAfter = TimeSpan.FromSeconds(5) });
        LoopbackNode left = Closest(ring)[1];
        SubscribeAll(ring, [left]);
        PublishFor(ring, [left], 3, TimeSpan.FromMilliseconds(30));
        ring.Kill(Closest(ring)[0]);
        PublishFor(ring, [left], 3, TimeSpan.FromMilliseconds(30));
        ring.RunFor(TimeSpan.FromSeconds(15));
        AssertAllAcknowledged();
        AssertAllDelivered();
    }

    private static List<LoopbackNode> Closest(LoopbackRing ring)
    {
        List<LoopbackNode> nodes = ring.Alive.ToList();
        nodes.Sort((a, b) => TopicId.IsCloser(a.Id, b.Id) ? -1 : 1);
        return nodes;
    }

    private void SubscribeAll(LoopbackRing ring, IEnumerable<LoopbackNode> nodes)
    {
        foreach (LoopbackNode node in nodes) _subscriptions.Add(node, node.Subscribe(Topic));
        Assert.True(ring.RunUntil(() => _subscriptions.All(s => s.Key.AnswerTo(s.Value) is Subscribed), TimeSpan.FromSeconds(10)), "not everybody could subscribe");
    }

    private void PublishFor(LoopbackRing ring, IEnumerable<LoopbackNode> publishers, int count, TimeSpan pause)
    {
        List<LoopbackNode> all = publishers.ToList();
        for (int i = 0; i < count; i++)
        {
            LoopbackNode publisher = all[i % all.Count];
            string text = $"m{_publishes.Count}";
            _publishes.Add((publisher, publisher.Publish(Topic, text), text));
            ring.RunFor(pause);
        }
    }

    private void AssertAllAcknowledged()
    {
        Assert.All(_publishes, p => Assert.IsType<Published>(p.Node.AnswerTo(p.Id)));
        Assert.Equal(_publishes.Count, _publishes.Select(p => ((Published)p.Node.AnswerTo(p.Id)!).Sequence).Distinct().Count());
    }

    /// <summary>Every subscriber got every acknowledged message under the number that its publisher was told, each once and in order, and was told of no gap.</summary>
    private void AssertAllDelivered()
    {
        foreach ((LoopbackNode node, long id) in _subscriptions.Where(s => s.Key.IsAlive))
        {
            Assert.Empty(node.Replies.OfType<TopicGap>());
            List<(ulong Sequence, string Text)> received = node.Received(id);
            Assert.Equal(received.Select(r => r.Sequence).Order(), received.Select(r => r.Sequence));
            Assert.Equal(received.Count, received.Select(r => r.Text).Distinct().Count());
            foreach ((LoopbackNode publisher, long publish, string text) in _publishes)
            {
                if (publisher.AnswerTo(publish) is Published published) Assert.Contains((published.Sequence, text), received);
            }
        }
    }
}
