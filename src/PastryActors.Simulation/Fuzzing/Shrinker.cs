using PastryActors.Core.Collections;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Fuzzing;

/// <summary>
/// Makes a scenario that breaks a check as small as it can while it still breaks the same check in the same way: takes out runs of steps, ever
/// shorter ones, then nodes (delta debugging: Zeller and Hildebrandt, 2002).
/// </summary>
internal static class Shrinker
{
    private const int NodesMin = 4;

    /// <summary>The smallest scenario found before the deadline.</summary>
    /// <param name="breaks">Whether a scenario breaks the check in question.</param>
    /// <param name="isTime">Whether to go on.</param>
    public static Scenario Shrink(Scenario scenario, Func<Scenario, bool> breaks, Func<bool> isTime)
    {
        for (int length = Math.Max(1, scenario.Steps.Count / 2); length >= 1; length /= 2) scenario = WithoutRuns(scenario, length, breaks, isTime);
        for (int nodes = scenario.Nodes / 2; nodes >= NodesMin && isTime(); nodes /= 2)
        {
            Scenario fewer = scenario with { Nodes = nodes };
            if (!breaks(fewer)) break;
            scenario = fewer;
        }

        return scenario;
    }

    private static Scenario WithoutRuns(Scenario scenario, int length, Func<Scenario, bool> breaks, Func<bool> isTime)
    {
        // From the end: what happens last is the likeliest not to matter for what broke before.
        for (int at = scenario.Steps.Count - length; at >= 0 && isTime(); at -= length)
        {
            Scenario shorter = scenario with { Steps = scenario.Steps.Where((_, i) => i < at || i >= at + length).ToValueList() };
            if (breaks(shorter)) scenario = shorter;
        }

        return scenario;
    }
}
