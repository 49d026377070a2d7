using System.Globalization;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios.Steps;

/// <summary>Topics: who subscribes, who publishes, and what the trees look like.</summary>
internal static class TopicSteps
{
    public static void Subscribe(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Ring.Live.Count), () => Subscribe(run, step["topic"]!));

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
        List<string> names = [];
        for (int rank = 1; rank <= run.CountOf(step, nodes); rank++)
        {
            int size = (int)((nodes * Math.Pow(rank, -1.25)) + 0.5);
            names.AddRange(Enumerable.Repeat(string.Create(CultureInfo.InvariantCulture, $"topic {rank}"), size));
        }

        int next = 0;
        run.Spread(step, names.Count, () => Subscribe(run, names[next++]));
    }

    public static void Trees(ScenarioRun run)
    {
        TopicTrees trees = TopicTrees.Describe(run.Ring);
        if (trees.FirstProblem() is { } problem) run.Fail("topicTrees", problem);
        TreeFigures.AddTo(run.Figures, run.Ring, trees);
    }

    /// <summary>A node that is not subscribed yet, where that is found soon.</summary>
    private static void Subscribe(ScenarioRun run, string topic)
    {
        HashSet<(int, string)> taken = run.Subscribed;
        SimNode? node = run.Ring.DrawLive(run.Random, n => SimRing.IsActive(n) && !taken.Contains((n.Index, topic)));
        if (node is null) return;
        taken.Add((node.Index, topic));
        run.Topics.Subscribe(node, topic);
    }
}
