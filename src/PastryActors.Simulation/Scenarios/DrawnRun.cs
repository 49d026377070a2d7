using PastryActors.Simulation.Checking;

namespace PastryActors.Simulation.Scenarios;

/// <summary>
/// Runs a scenario with several seeds and makes one result of all: a figure is the mean of the runs that have it, its least and most stand behind
/// it (<c>fail.most</c>), and the bounds are on these. For what one draw decides, as a few huge files do that hold a great part of a trace's bytes. What must hold of every run is checked in every run.
/// </summary>
internal static class DrawnRun
{
    /// <summary>Runs it.</summary>
    public static ScenarioResult Run(Scenario scenario, Func<Scenario, ScenarioResult> run)
    {
        List<ScenarioResult> results = [];
        for (int draw = 0; draw < scenario.Draws; draw++) results.Add(run(scenario with { Draws = 1, Bounds = [], Seed = scenario.Seed + (ulong)draw }));
        var figures = new Figures();
        foreach (IGrouping<string, KeyValuePair<string, double>> measured in results.SelectMany(static r => r.Figures).GroupBy(static f => f.Key))
        {
            figures[measured.Key] = measured.Average(static f => f.Value);
            figures[$"{measured.Key}.least"] = measured.Min(static f => f.Value);
            figures[$"{measured.Key}.most"] = measured.Max(static f => f.Value);
        }

        List<CheckResult> checks = [.. results.SelectMany(static r => r.Checks.Select(c => c with { Name = $"seed {r.Scenario.Seed}: {c.Name}" }))];
        checks.AddRange(scenario.Bounds.Span.ToArray().Select(b => b.Judge(figures)));
        return ScenarioResult.OfAll(scenario, results, checks, figures);
    }
}
