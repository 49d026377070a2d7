using System.Runtime.ExceptionServices;

namespace PastryActors.Simulation.Scenarios;

/// <summary>
/// Runs of a scenario: one, or one for each value and each seed of one that says <c>vary</c> or <c>draws</c>. They know nothing of each other, so that several
/// may go on at once; what comes of them is the same.
/// </summary>
public static class ScenarioRuns
{
    /// <summary>Runs all of a scenario.</summary>
    /// <param name="run">Makes one run; on several threads at once where <paramref name="parallel"/> is over 1.</param>
    /// <param name="parallel">Runs at once at most: each takes a processor, and the memory of its whole ring.</param>
    public static ScenarioResult Run(Scenario scenario, int parallel, Func<Scenario, ScenarioResult> run)
    {
        List<Scenario> values = scenario.Vary is { } varied ? VariedRun.Of(scenario, varied) : [scenario];
        List<ScenarioResult> results = RunEach([.. values.SelectMany(DrawnRun.Of)], parallel, run);
        List<ScenarioResult> drawn = scenario.Draws == 1 ? results : [.. values.Zip(results.Chunk(scenario.Draws), static (value, draws) => DrawnRun.Together(value, [.. draws]))];
        return scenario.Vary is { } vary ? VariedRun.Together(scenario, vary, drawn) : drawn[0];
    }

    private static List<ScenarioResult> RunEach(List<Scenario> scenarios, int parallel, Func<Scenario, ScenarioResult> run)
    {
        var results = new ScenarioResult[scenarios.Count];
        try
        {
            Parallel.For(0, scenarios.Count, new ParallelOptions { MaxDegreeOfParallelism = parallel }, i => results[i] = run(scenarios[i]));
        }
        catch (AggregateException failed)
        {
            ExceptionDispatchInfo.Throw(failed.InnerExceptions[0]);
        }

        return [.. results];
    }
}
