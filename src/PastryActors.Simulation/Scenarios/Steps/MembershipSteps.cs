using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Pastry.Requests;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios.Steps;

/// <summary>Nodes that come and go.</summary>
internal static class MembershipSteps
{
    /// <summary>How long a connected ring may take to converge where a scenario does not say: some maintenance periods of the local preset.</summary>
    public static readonly TimeSpan SettleWithin = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan PacedStride = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PacedWithin = TimeSpan.FromHours(100);

    private static readonly TimeSpan LeaveGrace = TimeSpan.FromSeconds(10);

    /// <summary>Variance of the logarithm of a session whose mean is 2.3 times its median, as in the Gnutella trace (DSN 2004, section 5.1).</summary>
    private static readonly double GnutellaVariance = 2 * Math.Log(2.3);

    public static void Join(ScenarioRun run, ScenarioStep step)
    {
        int missing = Math.Max(0, run.Scenario.Nodes - run.World.Nodes.Count);
        if (step["paced"] is { } pace)
        {
            JoinPaced(run, step.Amount == "all" ? missing : run.CountOf(step, run.Ring.Live.Count), double.Parse(pace.AsSpan(0, pace.Length - 1), CultureInfo.InvariantCulture) / 100);
            return;
        }

        run.Spread(step, step.Amount == "all" ? missing : run.CountOf(step, run.Ring.Live.Count), () => run.Ring.Add());
    }

    /// <summary>As many join at once as the members can absorb: a share of them, at least one. So a ring grows from a few to a million, ever faster.</summary>
    private static void JoinPaced(ScenarioRun run, int count, double share)
    {
        int added = 0;
        run.World.RunUntil(Added, run.World.Now + PacedWithin, PacedStride);
        if (added < count) run.Fail("joins", $"{count - added} of {count} nodes had no room to join after {PacedWithin}: {run.Ring.Live.Count - run.Ring.Members.Count} are still joining");

        bool Added()
        {
            int room = Math.Max(1, (int)(run.Ring.Members.Count * share)) - (run.Ring.Live.Count - run.Ring.Members.Count);
            for (; room > 0 && added < count; room--, added++) run.Ring.Add();
            return added == count;
        }
    }

    public static void Crash(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Ring.Live.Count), () =>
    {
        if (run.Ring.DrawLive(run.Random, static _ => true) is { } node) run.World.Crash(node);
    });

    public static void Restart(ScenarioRun run, ScenarioStep step)
    {
        int down = run.World.Nodes.Count(static n => !n.IsUp);
        run.Spread(step, Math.Min(down, run.CountOf(step, down)), () =>
        {
            SimNode? node = run.Ring.Draw(run.Random, static n => !n.IsUp);
            if (node is not null) run.World.Restart(node, keepDisk: step["fresh"] is null, newAddress: step["moved"] is not null);
        });
    }

    public static void Leave(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Ring.Live.Count), () =>
    {
        if (run.Ring.DrawActive(run.Random) is { } node) run.World.Stop(node, new LeaveRing(run.World.NextRequestId(), LeaveGrace), LeaveGrace);
    });

    /// <summary>Every node lives for a session and then dies without a word; at that moment a new one joins, so that their number stays.</summary>
    public static void Churn(ScenarioRun run, ScenarioStep step)
    {
        TimeSpan mean = ScenarioDuration.Parse(step["mean"]!);
        Instant end = run.World.Now + ScenarioDuration.Parse(step["over"]!);
        bool gnutella = step["sessions"] == "gnutella";
        foreach (SimNode node in run.Ring.Live.ToArray()) Live(node);
        if (step["meanwhile"] is null) run.World.Run(end);

        void Live(SimNode node)
        {
            uint incarnation = node.Handle.Incarnation;
            Instant death = run.World.Now + Session(run.Random, mean, gnutella);
            if (death >= end) return;
            run.World.At(death, () =>
            {
                if (!node.IsUp || node.Handle.Incarnation != incarnation) return;
                run.World.Crash(node);
                Live(run.Ring.Add());
            });
        }
    }

    public static void Whole(ScenarioRun run, ScenarioStep step)
    {
        TimeSpan within = step["within"] is { } text ? ScenarioDuration.Parse(text) : SettleWithin;
        if (run.Ring.RunUntilWhole(within)) run.SeeMemory();
        else run.Fail("whole", $"after {within}: {LeafSetChecker.FirstProblem(run.World, run.Ring.Options.Overlay.LeafSetSize)}");
    }

    public static void Settle(ScenarioRun run, ScenarioStep step) => Converge(run, step["within"] is { } text ? ScenarioDuration.Parse(text) : SettleWithin);

    /// <summary>The liveness phase: all faults end, and what is connected must converge.</summary>
    public static void Converge(ScenarioRun run, TimeSpan within)
    {
        FaultSteps.EndAll(run);

        // In the middle of a stall a ring may look whole, and find its victim dead a moment later.
        if (run.StalledUntil > run.World.Now) run.World.Run(run.StalledUntil);
        Instant deadline = run.World.Now + within;
        if (!run.Ring.RunUntilWhole(within))
        {
            run.Fail("converges", $"after {within}: {LeafSetChecker.FirstProblem(run.World, run.Ring.Options.Overlay.LeafSetSize)}");
            return;
        }

        run.Lookups.IsJudging = true;
        // A side of a cut network without a holder rightly knew of none.
        if (run.WasCut) run.Files.Excuse(run.Lookups.Sides.Since);
        Await(run, deadline, () => run.Placement.Misplaced(surplus: 0), "files");
        if (run.StreamsAreUnsure) Rebase(run, deadline);
        if (run.Topics.Subscriptions.Count == 0) return;
        Await(run, deadline, () => run.Streams.FirstProblem(complete: true), "topicStreams");
        Await(run, deadline, () => run.Prefixes.FirstProblem(complete: true), "prefixes");
        AwaitTrees(run, deadline);
    }

    /// <summary>After a cut, or lies: the trees mend, what is missing is given up, and only then is anything promised again.</summary>
    private static void Rebase(ScenarioRun run, Instant deadline)
    {
        AwaitTrees(run, deadline);
        run.World.RunFor(2 * (run.Ring.Options.Scribe?.GapTimeout ?? TimeSpan.Zero));
        // The last look at what was given meanwhile: a subscriber alone can tell of some things that they are wrong.
        if (run.Streams.FirstProblem(complete: false) is { } wrong) run.Fail(run.Streams.Name, wrong);
        if (run.Prefixes.FirstProblem(complete: false) is { } wrongBelow) run.Fail(run.Prefixes.Name, wrongBelow);
        run.Topics.Rebase();
        run.Lookups.Sides.Forget();
    }

    private static void Await(ScenarioRun run, Instant deadline, Func<string?> problem, string check)
    {
        if (!run.World.RunUntil(() => problem() is null, deadline, TimeSpan.FromSeconds(1))) run.Fail(check, $"did not converge: {problem()}");
    }

    private static void AwaitTrees(ScenarioRun run, Instant deadline)
    {
        // Asking runs the world, so this cannot be a question within a run.
        string? problem = TopicTrees.Describe(run.Ring).FirstProblem();
        while (problem is not null && run.World.Now < deadline)
        {
            run.World.RunFor(TimeSpan.FromSeconds(1));
            problem = TopicTrees.Describe(run.Ring).FirstProblem();
        }

        if (problem is not null) run.Fail("topicTrees", problem);
    }

    private static TimeSpan Session(RandomSource random, TimeSpan mean, bool gnutella)
    {
        double first = 1 - random.NextDouble();
        if (!gnutella) return mean * -Math.Log(first);
        double normal = Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * random.NextDouble());
        return mean * Math.Exp((Math.Sqrt(GnutellaVariance) * normal) - (GnutellaVariance / 2));
    }
}
