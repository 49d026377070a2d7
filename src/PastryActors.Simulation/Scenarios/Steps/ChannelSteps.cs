using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;

namespace PastryActors.Simulation.Scenarios.Steps;

/// <summary>Channels: who watches, who publishes, what goes wrong with stripes, and what the trees look like.</summary>
internal static class ChannelSteps
{
    private const int UsualBytes = 1000;

    private static readonly TimeSpan ForestWithin = TimeSpan.FromMinutes(5);

    public static void Watch(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Ring.Live.Count), () =>
    {
        string channel = step["channel"]!;
        HashSet<(int, string)> taken = run.Subscribed;
        if (run.Ring.DrawLive(run.Random, n => SimRing.IsActive(n) && !taken.Contains((n.Index, KeyOf(channel)))) is not { } node) return;
        taken.Add((node.Index, KeyOf(channel)));
        run.Channels.Watch(node, channel);
    });

    public static void Unwatch(ScenarioRun run, ScenarioStep step)
    {
        ChannelWatch[] known = [.. run.Channels.Watches.Where(w => w.Channel == step["channel"] && w.IsLive)];
        foreach (ChannelWatch watch in known.Take(run.CountOf(step, known.Length)))
        {
            run.Channels.Unwatch(watch);
            run.Subscribed.Remove((watch.Ask.Node.Index, KeyOf(watch.Channel)));
        }
    }

    /// <summary>One node publishes so many blocks, evenly, and ends the stream with the last.</summary>
    public static void Stream(ScenarioRun run, ScenarioStep step)
    {
        string channel = step["channel"]!;
        if (run.Ring.DrawActive(run.Random) is not { } node) return;
        if (run.Channels.Open(node, channel, out Reply? answer) is not { } stream)
        {
            run.Fail("channels", $"{node} could not publish on {channel}: {answer}");
            return;
        }

        int count = run.CountOf(step, run.Scenario.Nodes);
        int bytes = step["size"] is { } size ? int.Parse(size, CultureInfo.InvariantCulture) : UsualBytes;
        run.Spread(step, count, () => run.Channels.Publish(stream, bytes, isEnd: stream.Blocks.Count == count - 1));
    }

    /// <summary>Nodes die that forward the channel, those with most children first; never one that publishes.</summary>
    public static void Fell(ScenarioRun run, ScenarioStep step)
    {
        HashSet<SimNode> publishers = [.. run.Channels.Streams.Select(static s => s.Ask.Node)];
        // Asking runs the world, so the victims are chosen before the first dies.
        ChannelForest forest = ChannelForest.Describe(run.Ring, step["channel"]!);
        var victims = new Queue<SimNode>(forest.Nodes.OrderByDescending(static n => n.Value.Stripes.Sum(static s => s.Children.Count)).ThenBy(static n => n.Key).Select(n => run.World.Nodes[n.Key]).Where(n => !publishers.Contains(n)));
        run.Spread(step, run.CountOf(step, run.Ring.Live.Count), () =>
        {
            if (victims.TryDequeue(out SimNode? victim)) run.World.Crash(victim);
        });
    }

    /// <summary>So many stripes of a channel carry nothing any more, anywhere, until all faults end; 0 ends it.</summary>
    public static void Mute(ScenarioRun run, ScenarioStep step)
    {
        RingId[] mute = [.. Enumerable.Range(0, run.CountOf(step, ChannelName.StripeCount)).Select(i => ChannelName.StripeOf(ChannelName.IdOf(step["channel"]!), i))];
        run.World.Network.Swallows = mute.Length == 0 ? null : m => m is StripePiece piece && mute.Contains(piece.Stripe);
    }

    /// <summary>Waits until every stripe reaches every reader, and holds the trees against what they promise.</summary>
    public static void Forest(ScenarioRun run, ScenarioStep step)
    {
        Instant deadline = run.World.Now + ForestWithin;
        string? problem = Problem(run, step["channel"]!);
        while (problem is not null && run.World.Now < deadline)
        {
            run.World.RunFor(TimeSpan.FromSeconds(1));
            problem = Problem(run, step["channel"]!);
        }

        if (problem is not null) run.Fail("forest", problem);
    }

    /// <summary>A forest that nobody is in proves nothing: every reader whose node lives must stand.</summary>
    private static string? Problem(ScenarioRun run, string channel)
    {
        ChannelWatch? outside = run.Channels.Watches.Find(w => w.Channel == channel && !w.IsLive && !w.Ask.IsOrphaned);
        return outside is not null ? $"{outside.Ask.Node} does not watch {channel}: {outside.Ask.Last}" : ChannelForest.Describe(run.Ring, channel).FirstProblem(run.Figures);
    }

    /// <summary>Channels are no topics: their names do not meet.</summary>
    private static string KeyOf(string channel) => $"channel {channel}";
}
