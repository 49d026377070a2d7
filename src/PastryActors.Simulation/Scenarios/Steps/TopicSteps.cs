using System.Globalization;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios.Steps;

/// <summary>Topics: who subscribes, who publishes, and what the trees look like.</summary>
internal static class TopicSteps
{
    private static readonly TimeSpan CreateWithin = TimeSpan.FromSeconds(30);

    public static void Subscribe(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Ring.Live.Count), () => Subscribe(run, step["topic"]!, AnycastsOf(step)));

    /// <summary>Messages that one member each is to have.</summary>
    public static void Anycast(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Scenario.Nodes), () =>
    {
        if (run.Ring.DrawActive(run.Random) is { } node) run.Topics.Anycast(node, step["topic"]!);
    });

    /// <summary>What a topic is to keep: "forever", so many messages, or those of so long a time; nothing without a word.</summary>
    /// <exception cref="ScenarioFormatException">It is none of these.</exception>
    public static Retention RetentionOf(string? text)
    {
        if (text is null) return Retention.None;
        if (text == "forever") return Retention.Forever;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong count)) return count > 0 ? new Retention(RetentionKind.Messages, count) : throw new ScenarioFormatException("a topic retains one message at least");
        ulong seconds = (ulong)ScenarioDuration.Parse(text).TotalSeconds;
        return seconds > 0 ? new Retention(RetentionKind.Duration, seconds) : throw new ScenarioFormatException($"a topic retains messages for a second at least, not {text}");
    }

    /// <summary>A topic that ordered delivery and, if it says so, some of its past is promised of. Waits until it stands.</summary>
    public static void Create(ScenarioRun run, ScenarioStep step)
    {
        Retention retain = RetentionOf(step["retain"]);
        if (run.Ring.DrawActive(run.Random) is not { } node) return;
        SimAsk ask = run.Topics.Create(node, step["topic"]!, TopicSettings.Default with { Retain = retain });
        if (run.World.Await(ask, CreateWithin) is not TopicDefined) run.Fail("creates", $"{step["topic"]} was not created: {ask.Last}");
    }

    /// <summary>Nodes that want a topic from its beginning.</summary>
    public static void Replay(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Ring.Live.Count), () =>
    {
        if (run.Ring.DrawActive(run.Random) is { } node) run.Topics.Subscribe(node, step["topic"]!, from: 1);
    });

    public static void Unsubscribe(ScenarioRun run, ScenarioStep step)
    {
        TopicSubscription[] known = [.. run.Topics.Subscriptions.Where(s => s.Topic == step["topic"] && s.IsLive)];
        foreach (TopicSubscription subscription in known.Take(run.CountOf(step, known.Length))) run.Topics.Unsubscribe(subscription);
    }

    public static void Publish(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Scenario.Nodes), () =>
    {
        if (run.Ring.DrawActive(run.Random) is { } node) run.Topics.Publish(node, step["topic"]!);
    });

    /// <summary>Topics of the sizes of the paper: of rank r, N r^-1.25 + 0.5 nodes (JSAC 2002, section V-A).</summary>
    public static void Topics(ScenarioRun run, ScenarioStep step)
    {
        int nodes = run.Ring.Live.Count;
        int[] sizes = [.. Enumerable.Range(1, run.CountOf(step, nodes)).Select(rank => (int)((nodes * Math.Pow(rank, -1.25)) + 0.5))];
        int rank = 0;
        var drawn = new NodeShuffle(run, sizes.Length > 0 ? sizes[0] : 0);
        run.Spread(step, sizes.Sum(), () =>
        {
            while (drawn.IsEmpty && rank + 1 < sizes.Length) drawn = new NodeShuffle(run, sizes[++rank]);
            string topic = string.Create(CultureInfo.InvariantCulture, $"topic {rank + 1}");
            if (drawn.Next() is { } node && run.Subscribed.Add((node.Index, topic))) run.Topics.Subscribe(node, topic);
        });
    }

    public static void Trees(ScenarioRun run)
    {
        TopicTrees trees = TopicTrees.Describe(run.Ring);
        if (trees.FirstProblem() is { } problem) run.Fail("topicTrees", problem);
        TreeFigures.AddTo(run.Figures, run.Ring, trees);
    }

    /// <summary>A node that is not subscribed yet, where that is found soon.</summary>
    private static void Subscribe(ScenarioRun run, string topic, int anycasts)
    {
        HashSet<(int, string)> taken = run.Subscribed;
        SimNode? node = run.Ring.DrawLive(run.Random, n => SimRing.IsActive(n) && !taken.Contains((n.Index, topic)));
        if (node is null) return;
        taken.Add((node.Index, topic));
        run.Topics.Subscribe(node, topic, anycasts);
    }

    private static int AnycastsOf(ScenarioStep step) => step["anycasts"] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;

    /// <summary>So many different nodes, drawn one by one. To draw until one is met that was not drawn yet costs a pass over all nodes when most were.</summary>
    private sealed class NodeShuffle(ScenarioRun run, int count)
    {
        private readonly SimNode[] _nodes = [.. run.Ring.Live];
        private int _left = count;
        private int _used;

        public bool IsEmpty => _left <= 0 || _used >= _nodes.Length;

        /// <summary>The next that is an active member; null if none is left.</summary>
        public SimNode? Next()
        {
            _left--;
            while (_used < _nodes.Length)
            {
                int drawn = _used + run.Random.Next(_nodes.Length - _used);
                (_nodes[_used], _nodes[drawn]) = (_nodes[drawn], _nodes[_used]);
                if (SimRing.IsActive(_nodes[_used++])) return _nodes[_used - 1];
            }

            return null;
        }
    }
}
