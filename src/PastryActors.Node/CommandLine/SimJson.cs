using System.Text.Json;
using System.Text.Json.Serialization;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Node.CommandLine;

/// <summary>What "sim" found.</summary>
public sealed record SimResult(
    string Scenario, ulong Seed, int Nodes, double VirtualSeconds, double WallSeconds, long Events, IReadOnlyList<SimCheck> Checks, IReadOnlyDictionary<string, double?> Figures)
{
    /// <summary>A run's result; figures that were not measured are null, since JSON knows no other word for it.</summary>
    public static SimResult Of(ScenarioResult result) => new(
        result.Scenario.Name, result.Scenario.Seed, result.Scenario.Nodes, Math.Round(result.VirtualSeconds, 3), Math.Round(result.WallSeconds, 3), result.Events,
        [.. result.Checks.Select(static c => new SimCheck(c.Name, c.Ok, c.Detail))],
        result.Figures.ToDictionary(static f => f.Key, static f => double.IsFinite(f.Value) ? Math.Round(f.Value, 6) : (double?)null));
}

/// <summary>One verdict.</summary>
public sealed record SimCheck(string Name, bool Ok, string Detail);

/// <summary>What "sim list" knows.</summary>
public sealed record SimList(IReadOnlyList<SimListed> Scenarios);

/// <summary>One scenario.</summary>
public sealed record SimListed(string Name, int Nodes, string About);

/// <summary>What "sim fuzz" found; the last four are null where every check held.</summary>
public sealed record SimFuzzed(int Runs, ulong FirstSeed, ulong? BrokenSeed, string? Check, string? Detail, string? File);

/// <summary>What "sim experiments" knows.</summary>
public sealed record SimExperiments(IReadOnlyList<SimExperiment> Experiments);

/// <summary>One experiment; the last two are null where no result is kept.</summary>
public sealed record SimExperiment(string Name, int Nodes, bool? Ok, double? WallSeconds);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SimResult))]
[JsonSerializable(typeof(SimList))]
[JsonSerializable(typeof(SimFuzzed))]
[JsonSerializable(typeof(SimExperiments))]
internal sealed partial class SimJson : JsonSerializerContext;
