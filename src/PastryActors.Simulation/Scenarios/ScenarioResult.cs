using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios;

/// <summary>What came of a run.</summary>
/// <param name="Scenario">What was run, with the seed and the number of nodes that were used.</param>
/// <param name="VirtualSeconds">How long it was for the nodes.</param>
/// <param name="WallSeconds">How long it took here.</param>
/// <param name="Events">Events of the world.</param>
/// <param name="TraceValue">Two runs with the same value were the same run.</param>
/// <param name="Checks">The verdicts.</param>
/// <param name="Figures">What was measured.</param>
/// <param name="Series">How it went over time.</param>
/// <param name="Hops">How many lookups took each number of hops.</param>
/// <param name="Ratios">How many lookups had each delay ratio, in tenths.</param>
public sealed record ScenarioResult(
    Scenario Scenario,
    double VirtualSeconds,
    double WallSeconds,
    long Events,
    ulong TraceValue,
    IReadOnlyList<CheckResult> Checks,
    IReadOnlyList<KeyValuePair<string, double>> Figures,
    IReadOnlyList<ScenarioSample> Series,
    IReadOnlyList<long> Hops,
    IReadOnlyList<long> Ratios)
{
    /// <summary>Whether every check held.</summary>
    public bool Ok => Checks.All(static c => c.Ok);

    /// <summary>One result of several runs of a scenario, with its bounds judged on the figures of all. Time and events are summed; what has no sum is the last run's.</summary>
    internal static ScenarioResult OfAll(Scenario scenario, List<ScenarioResult> runs, IReadOnlyList<CheckResult> checks, Figures figures) => runs[^1] with
    {
        Scenario = scenario,
        VirtualSeconds = runs.Sum(static r => r.VirtualSeconds),
        WallSeconds = runs.Sum(static r => r.WallSeconds),
        Events = runs.Sum(static r => r.Events),
        TraceValue = runs.Aggregate(0UL, static (all, r) => Mixing.Of(all, r.TraceValue)),
        Checks = [.. checks, .. scenario.Bounds.Span.ToArray().Select(b => b.Judge(figures))],
        Figures = figures.All,
    };

    /// <summary>The first check that did not hold; null if all did.</summary>
    public CheckResult? FirstFailure => Checks.FirstOrDefault(static c => !c.Ok);
}

/// <summary>One moment of a run.</summary>
/// <param name="Seconds">Virtual time.</param>
/// <param name="Live">Nodes that were up.</param>
/// <param name="MessagesPerNodeSecond">Messages since the sample before.</param>
/// <param name="ReplicasMean">Live holders of an acknowledged object on average, up to 100 objects looked at; NaN where there are none.</param>
/// <param name="ReplicasLeast">Of these the fewest; NaN where there are none.</param>
public readonly record struct ScenarioSample(double Seconds, int Live, double MessagesPerNodeSecond, double ReplicasMean, double ReplicasLeast);

/// <summary>How far a run is, told some hundred times a second.</summary>
/// <param name="Step">Steps that were begun.</param>
/// <param name="Steps">Steps in all, the liveness phase at the end included.</param>
/// <param name="Line">The step that goes on, as written.</param>
/// <param name="Virtual">Virtual time.</param>
/// <param name="Live">Nodes that are up.</param>
/// <param name="Members">Of these the active members of the ring.</param>
/// <param name="Events">Events of the world so far.</param>
public readonly record struct ScenarioProgress(int Step, int Steps, string Line, TimeSpan Virtual, int Live, int Members, long Events);
