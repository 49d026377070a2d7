using PastryActors.Simulation.Checking;

namespace PastryActors.Simulation.Scenarios;

/// <summary>
/// A scenario that varies an option: one run for each value, and one result of all: figures and checks stand behind the value that they belong to, and
/// the scenario's bounds are on these, so that they can be trends.
/// </summary>
internal static class VariedRun
{
    /// <summary>The scenarios of one value each.</summary>
    public static List<Scenario> Of(Scenario scenario, ScenarioVariation vary) =>
    [
        .. vary.Values.Span.ToArray().Select(value => scenario with { Vary = null, Bounds = [], Options = [.. scenario.Options, new ScenarioOption(vary.Section, vary.Key, value)] }),
    ];

    /// <summary>The result of all, from one of each value.</summary>
    public static ScenarioResult Together(Scenario scenario, ScenarioVariation vary, List<ScenarioResult> results)
    {
        var figures = new Figures();
        List<CheckResult> checks = [];
        foreach ((string value, ScenarioResult result) in vary.Values.Zip(results))
        {
            foreach ((string name, double measured) in result.Figures) figures[$"{value}.{name}"] = measured;
            checks.AddRange(result.Checks.Select(c => c with { Name = $"{value}.{c.Name}" }));
        }

        return ScenarioResult.OfAll(scenario, results, checks, figures);
    }
}
