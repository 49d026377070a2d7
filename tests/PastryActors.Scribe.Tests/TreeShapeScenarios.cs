using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>Whole components over a loopback ring: what trees look like after a while, and that nobody misses a message while they change.</summary>
public sealed class TreeShapeScenarios
{
    private const string Topic = "news";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Nodes_that_share_many_topics_exchange_one_sign_of_life_for_all()
    {
        var ring = new LoopbackRing(1, 4, new ScribeOptions { MaxEntries = 1000 });
        for (int i = 0; i < 100; i++)
        {
            foreach (LoopbackNode node in ring.Nodes) node.Subscribe($"topic {i}");
        }

        ring.RunFor(5 * Second);
        Assert.Equal(300, ring.Nodes.Sum(n => Children(n)));
        long before = ring.MessagesSent;
        ring.RunFor(10 * Second);
        Assert.InRange(ring.MessagesSent - before, 100, 12 * 12);
        Assert.DoesNotContain(ring.Nodes, n => n.Facts.Exists(f => f.Kind == FactKind.ParentLost));
    }

    [Fact]
    public void A_node_with_too_many_children_spreads_them_and_nobody_misses_a_message()
    {
        var ring = new LoopbackRing(2, 40, new ScribeOptions { MaxEntries = 4 });
        Dictionary<LoopbackNode, long> subscriptions = ring.Nodes.ToDictionary(n => n, n => n.Subscribe(Topic));
        ring.RunFor(2 * Second);
        Dictionary<LoopbackNode, int> from = subscriptions.Keys.ToDictionary(n => n, n => n.Received(subscriptions[n]).Count);
        ulong first = PublishFor(ring, 200);

        Assert.All(ring.Nodes, n => Assert.InRange(Children(n), 0, 4));
        Assert.Contains(ring.Nodes, n => n.Facts.Exists(f => f.Kind == FactKind.ChildMoved));
        Assert.All(subscriptions, s => Assert.Equal(Enumerable.Range(0, 200).Select(i => first + (ulong)i), s.Key.Received(s.Value).Skip(from[s.Key]).Select(r => r.Sequence)));
        Assert.DoesNotContain(ring.Nodes, n => n.Facts.Exists(f => f.Kind is FactKind.ParentLost or FactKind.TopicGap));
    }

    [Fact]
    public void Where_nobody_has_room_nobody_is_sent_about()
    {
        var ring = new LoopbackRing(3, 6, new ScribeOptions { MaxEntries = 3 });
        for (int i = 0; i < 20; i++)
        {
            foreach (LoopbackNode node in ring.Nodes) node.Subscribe($"topic {i}");
        }

        ring.RunFor(10 * Second);
        Assert.Equal(100, ring.Nodes.Sum(n => Children(n)));
        int moved = Moved(ring);
        ring.RunFor(20 * Second);
        Assert.Equal(moved, Moved(ring));
    }

    [Fact]
    public void Forwarders_of_one_child_leave_and_stay_away()
    {
        var ring = new LoopbackRing(4, 60, new ScribeOptions { CollapseAfter = 3 * Second });
        Dictionary<LoopbackNode, long> subscriptions = ring.Nodes.Where((_, i) => i % 6 == 0).ToDictionary(n => n, n => n.Subscribe(Topic));
        ring.RunFor(2 * Second);
        Assert.Contains(ring.Nodes, IsCollapsible);
        ulong first = PublishFor(ring, 400);

        Assert.DoesNotContain(ring.Nodes, IsCollapsible);
        Assert.All(subscriptions, s => Assert.Equal(Enumerable.Range(0, 400).Select(i => first + (ulong)i), s.Key.Received(s.Value).Select(r => r.Sequence)));
        int moved = Moved(ring);
        ring.RunFor(60 * Second);
        Assert.Equal(moved, Moved(ring));
        Assert.DoesNotContain(ring.Nodes, n => n.Facts.Exists(f => f.Kind is FactKind.ParentLost or FactKind.TopicGap));
    }

    [Fact]
    public void A_collapsed_tree_mends_when_its_forwarders_die()
    {
        var ring = new LoopbackRing(5, 60, new ScribeOptions { CollapseAfter = Second, RootReplicas = 1 });
        RingId root = ring.RootOf(TopicName.IdOf(Topic)).Id;
        Dictionary<LoopbackNode, long> subscriptions = ring.Nodes.Where((n, i) => i % 4 == 0 && n.Id != root).ToDictionary(n => n, n => n.Subscribe(Topic));
        ring.RunFor(20 * Second);
        foreach (LoopbackNode forwarder in ring.Nodes.Where(n => n.Id != root && n.Status(Topic) is { Children.Count: > 0 }).ToList())
        {
            ring.Kill(forwarder);
            subscriptions.Remove(forwarder);
        }

        Assert.NotEmpty(subscriptions);
        ulong first = PublishFor(ring, 200);
        ring.RunFor(10 * Second);
        Assert.All(subscriptions, s => Assert.Equal(Enumerable.Range(0, 200).Select(i => first + (ulong)i), s.Key.Received(s.Value).Select(r => r.Sequence)));
    }

    [Fact]
    public void A_walk_from_the_root_meets_every_subscriber()
    {
        var ring = new LoopbackRing(6, 30);
        LoopbackNode[] subscribers = [.. ring.Nodes.Where((_, i) => i % 3 == 0)];
        foreach (LoopbackNode node in subscribers) node.Subscribe(Topic);
        ring.RunFor(2 * Second);
        LoopbackNode asker = ring.Nodes[1];
        PlaceDescribed root = Place(ring, asker, null);
        Assert.True(root is { IsInTree: true, IsRoot: true, Parent: null, Children.Count: 0 });
        Assert.Equal(ring.RootOf(TopicName.IdOf(Topic)).Self, root.Node);

        Dictionary<RingId, PlaceDescribed> met = [];
        var open = new Queue<NodeHandle>([root.Node]);
        while (open.TryDequeue(out NodeHandle? next))
        {
            PlaceDescribed place = Place(ring, asker, next);
            Assert.True(met.TryAdd(next.Id, place) && place.IsInTree);
            foreach (NodeHandle child in place.Children) open.Enqueue(child);
        }

        Assert.All(subscribers, n => Assert.Equal(1UL, met[n.Id].Counters.Subscribers));
        Assert.Equal(met.Count - 1, met.Values.Sum(p => p.Children.Count));
    }

    [Fact]
    public void A_question_that_nobody_answers_ends_with_a_reason()
    {
        var ring = new LoopbackRing(7, 5);
        NodeHandle gone = ring.Nodes[3].Self;
        ring.Kill(ring.Nodes[3]);
        long ask = ring.Nodes[0].Ask(id => new DescribePlace(id, Second, Topic, gone));
        ring.RunFor(2 * Second);
        Assert.Equal(FailureCode.TimedOut, Assert.IsType<Failed>(ring.Nodes[0].AnswerTo(ask)).Code);
        Assert.False(Place(ring, ring.Nodes[0], null).IsInTree);
    }

    private static PlaceDescribed Place(LoopbackRing ring, LoopbackNode asker, NodeHandle? at)
    {
        long ask = asker.Ask(id => new DescribePlace(id, Second, Topic, at));
        Assert.True(ring.RunUntil(() => asker.AnswerTo(ask) is not null, 2 * Second));
        return Assert.IsType<PlaceDescribed>(asker.AnswerTo(ask));
    }

    /// <summary>Publishes so many messages, ten a second; the number of the first.</summary>
    private static ulong PublishFor(LoopbackRing ring, int count)
    {
        LoopbackNode publisher = ring.Alive.First();
        long first = 0;
        for (int i = 0; i < count; i++)
        {
            long id = publisher.Publish(Topic, $"m{i}");
            if (i == 0) first = id;
            ring.RunFor(TimeSpan.FromMilliseconds(100));
        }

        ring.RunFor(3 * Second);
        return Assert.IsType<Published>(publisher.AnswerTo(first)).Sequence;
    }

    private static int Children(LoopbackNode node)
    {
        long id = node.Ask(n => new DescribeTopics(n, Second, ""));
        return Assert.IsType<TopicsDescribed>(node.AnswerTo(id)).Topics.Sum(t => t.Children.Count);
    }

    private static int Moved(LoopbackRing ring) => ring.Nodes.Sum(n => n.Facts.Count(f => f.Kind == FactKind.ChildMoved));

    private static bool IsCollapsible(LoopbackNode node) => node.Status(Topic) is { IsRoot: false, Subscribers: 0, Children.Count: 1 };
}
