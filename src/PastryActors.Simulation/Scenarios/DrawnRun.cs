using PastryActors.Simulation.Checking;

namespace PastryActors.Simulation.Scenarios;

/// <summary>
/// A scenario that is drawn several times: one run for each seed, and one result of all: a figure is the mean of the runs that have it, its least and most
/// stand behind it (<c>fail.most</c>), and the bounds are on these. For what one draw decides, as a few huge files do that hold a great part of a
/// trace's bytes. What must hold of every run is checked in every run.
/// </summary>
internal static class DrawnRun
{
    /// <summary>The scenarios of one seed each; the scenario itself if it is drawn once.</summary>
    public static List<Scenario> Of(Scenario scenario) =>
        scenario.Draws == 1 ? [scenario] : [.. Enumerable.Range(0, scenario.Draws).Select(draw => scenario with { Draws = 1, Bounds = [], Seed = scenario.Seed + (ulong)draw })];

    /// <summary>The result of all, from one of each seed.</summary>
    public static ScenarioResult Together(Scenario scenario, List<ScenarioResult> results)
    {
        var figures = new Figures();
        foreach (IGrouping<string, KeyValuePair<string, double>> measured in results.SelectMany(static r => r.Figures).GroupBy(static f => f.Key))
        {
            figures[measured.Key] = measured.Average(static f => f.Value);
            figures[$"{measured.Key}.least"] = measured.Min(static f => f.Value);
            figures[$"{measured.Key}.most"] = measured.Max(static f => f.Value);
        }

        List<CheckResult> checks = [.. results.SelectMany(static r => r.Checks.Select(c => c with { Name = $"seed {r.Scenario.Seed}: {c.Name}" }))];
        return ScenarioResult.OfAll(scenario, results, checks, figures);
    }
}
