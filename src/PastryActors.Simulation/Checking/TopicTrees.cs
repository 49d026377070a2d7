using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>The trees of all topics at one moment, as the nodes themselves describe them.</summary>
public sealed class TopicTrees
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<RingId, Dictionary<int, TopicStatus>> _topics = [];
    private readonly SimRing _ring;

    private TopicTrees(SimRing ring) => _ring = ring;

    /// <summary>The topics that any live node is in, each with the status that each of its nodes (by index) gave.</summary>
    public IReadOnlyDictionary<RingId, Dictionary<int, TopicStatus>> Topics => _topics;

    /// <summary>Asks every active node. Runs the world until they have answered, which takes no virtual time where none is slow.</summary>
    public static TopicTrees Describe(SimRing ring)
    {
        var trees = new TopicTrees(ring);
        SimAsk[] asks = [.. ring.Active.Select(n => ring.World.Ask(n, new DescribeTopics(ring.World.NextRequestId(), AskTimeout, "")))];
        ring.World.RunUntil(() => asks.All(static a => a.IsAnswered || a.IsOrphaned), ring.World.Now + AskTimeout, TimeSpan.FromMilliseconds(1));
        foreach (SimAsk ask in asks)
        {
            ring.World.Forget(ask);
            if (ask.Last is not TopicsDescribed described) continue;
            foreach (TopicStatus status in described.Topics) trees.Add(ask.Node.Index, status);
        }

        return trees;
    }

    /// <summary>The first topic whose tree is not one tree, rooted at the topic's root, that reaches every node with a subscription; null if all are.</summary>
    public string? FirstProblem()
    {
        foreach ((RingId topic, Dictionary<int, TopicStatus> nodes) in _topics)
        {
            if (!nodes.Values.Any(static s => s.Subscribers > 0)) continue;
            SimNode? root = _ring.Index.Closest(topic, SimRing.IsActive);
            foreach ((int index, TopicStatus status) in nodes)
            {
                if (status.IsRoot && index != root?.Index) return $"topic {topic}: node {index} takes itself for the root, which is {root}";
                if (status.Subscribers > 0 && Broken(topic, nodes, index, root) is { } broken) return broken;
            }
        }

        return null;
    }

    /// <summary>Walks from a subscriber to the root: every step must be known at both ends.</summary>
    private string? Broken(RingId topic, Dictionary<int, TopicStatus> nodes, int from, SimNode? root)
    {
        int at = from;
        for (int steps = 0; steps <= nodes.Count; steps++)
        {
            if (at == root?.Index) return nodes[at].IsRoot ? null : $"topic {topic}: {root} does not know that it is the root";
            if (nodes.GetValueOrDefault(at)?.Parent is not { } parent || _ring.Index.Find(parent.Id) is not { } up) return $"topic {topic}: node {at}, above subscriber {from}, has no parent";
            RingId child = _ring.World.Nodes[at].Id;
            if (nodes.GetValueOrDefault(up.Index)?.Children.Any(c => c.Id == child) != true) return $"topic {topic}: node {up.Index} does not know its child {at}";
            at = up.Index;
        }

        return $"topic {topic}: the way up from node {from} goes in a circle";
    }

    private void Add(int node, TopicStatus status)
    {
        if (!_topics.TryGetValue(status.Topic, out Dictionary<int, TopicStatus>? nodes)) _topics[status.Topic] = nodes = [];
        nodes[node] = status;
    }
}
