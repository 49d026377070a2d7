using System.Globalization;
using PastryActors.Past.Certificates;

namespace PastryActors.Simulation.Scenarios.Steps;

/// <summary>Lookups of random keys, and files.</summary>
internal static class TrafficSteps
{
    private const int DefaultLengthMax = 100_000;

    public static void Lookup(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Scenario.Nodes), () =>
    {
        if (run.Ring.DrawActive(run.Random) is { } node) run.Lookups.Route(node, run.Random);
    });

    public static void Insert(ScenarioRun run, ScenarioStep step)
    {
        int lengthMax = step["size"] is { } size ? int.Parse(size, CultureInfo.InvariantCulture) : DefaultLengthMax;
        run.Spread(step, run.CountOf(step, run.Scenario.Nodes), () =>
        {
            if (run.Ring.DrawActive(run.Random) is { } node) run.Files.Insert(node, run.Random, lengthMax);
        });
    }

    public static void Read(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Scenario.Nodes), () =>
    {
        if (Drawn(run) is { } certificate && run.Ring.DrawActive(run.Random) is { } node) run.Files.Read(node, certificate);
    });

    public static void Reclaim(ScenarioRun run, ScenarioStep step) => run.Spread(step, run.CountOf(step, run.Scenario.Nodes), () =>
    {
        if (Drawn(run) is { } certificate && run.Ring.DrawActive(run.Random) is { } node) run.Files.Reclaim(node, certificate);
    });

    private static ObjectCertificate? Drawn(ScenarioRun run)
    {
        run.Files.Collect();
        List<ObjectCertificate> known = run.Files.Acknowledged;
        return known.Count > 0 ? known[run.Random.Next(known.Count)] : null;
    }
}
