using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Simulation.Storage;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios.Steps;

/// <summary>The storage experiment of the paper.</summary>
internal static class StorageSteps
{
    private const int AttemptsMax = 4;

    /// <summary>Files under way at once are few, as they are between people: free space that is known a second late is known well enough.</summary>
    private const int NodesPerFile = 100;

    public static void Storage(ScenarioRun run, ScenarioStep step)
    {
        int attempts = step["attempts"] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : AttemptsMax;
        int all = (int)((long)FileTrace.FullCount * run.Scenario.Nodes / FileTrace.FullNodes);
        StorageWorkload workload = WorkloadOf(run, attempts);
        workload.Run(run.CountOf(step, all), 1 + (run.Scenario.Nodes / NodesPerFile));
        double capacity = run.Ring.Live.Sum(n => (double)run.Ring.CapacityOf(n.Index));
        workload.Tally.AddTo(run.Figures, workload.Tally.Bytes / capacity);
        run.Figures["storedBeyond"] = 100 * (run.Ring.Live.Sum(n => (double)(n.Disk?.ContentBytes ?? 0)) - workload.Tally.Bytes) / capacity;
    }

    public static void Cache(ScenarioRun run, ScenarioStep step)
    {
        int all = (int)((long)RequestTrace.FullCount * run.Scenario.Nodes / FileTrace.FullNodes);
        var workload = new CacheWorkload(run.Ring, WorkloadOf(run, AttemptsMax), new RandomSource(Mixing.Of(run.Scenario.Seed, 0x43414348)));
        workload.Run(run.CountOf(step, all), 1 + (run.Scenario.Nodes / NodesPerFile));
        workload.AddTo(run.Figures);
    }

    private static StorageWorkload WorkloadOf(ScenarioRun run, int attempts) =>
        new(run.Ring, new RandomSource(Mixing.Of(run.Scenario.Seed, 0x53544F52)), attempts);
}
