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
        var workload = new StorageWorkload(run.Ring, new RandomSource(Mixing.Of(run.Scenario.Seed, 0x53544F52)), attempts);
        workload.Run(ScenarioRun.CountOf(step, all), 1 + (run.Scenario.Nodes / NodesPerFile));
        double capacity = run.Ring.Live.Sum(n => (double)run.Ring.CapacityOf(n.Index));
        workload.Tally.AddTo(run.Figures, workload.Tally.Bytes / capacity);
        run.Figures["storedBeyond"] = 100 * (run.Ring.Live.Sum(n => (double)(n.Disk?.ContentBytes ?? 0)) - workload.Tally.Bytes) / capacity;
    }
}
