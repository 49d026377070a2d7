using System.Diagnostics;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Fuzzing;

/// <summary>What fuzzing found.</summary>
/// <param name="Runs">Scenarios run, those of shrinking not counted.</param>
/// <param name="Broken">The scenario that broke a check, as drawn; null if none did.</param>
/// <param name="Failure">The check that it broke.</param>
/// <param name="Shrunk">The smallest scenario found that still breaks it.</param>
public sealed record FuzzOutcome(int Runs, Scenario? Broken, CheckResult? Failure, Scenario? Shrunk);

/// <summary>Runs random scenarios, one a seed, until one breaks a check or the time is over.</summary>
public static class Fuzzer
{
    /// <summary>Shrinking may take this much longer than the time that was given, and no more.</summary>
    private static readonly TimeSpan ShrinkingMax = TimeSpan.FromMinutes(2);

    /// <summary>Fuzzes for a while, of this machine's time.</summary>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public static FuzzOutcome Run(ulong firstSeed, TimeSpan time, Action<ScenarioProgress>? progress = null, CancellationToken stop = default)
    {
        var watch = Stopwatch.StartNew();
        int runs = 0;
        for (ulong seed = firstSeed; watch.Elapsed < time; seed++)
        {
            Scenario scenario = Draw(seed);
            ScenarioResult result = ScenarioRun.Run(scenario, progress, stop: stop);
            runs++;
            if (result.FirstFailure is { } failure) return new FuzzOutcome(runs, scenario, failure, Shrink(scenario, failure, stop));
        }

        return new FuzzOutcome(runs, null, null, null);
    }

    /// <summary>The scenario that fuzzing draws for a seed.</summary>
    public static Scenario Draw(ulong seed) => ScenarioGenerator.Draw(seed);

    private static Scenario Shrink(Scenario scenario, CheckResult failure, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        return Shrinker.Shrink(scenario, s => ScenarioRun.Run(s, stop: stop).FirstFailure?.Signature == failure.Signature, () => watch.Elapsed < ShrinkingMax);
    }
}
