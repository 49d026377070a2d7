using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Experiments;

/// <summary>A bound that an experiment had to keep, and what was measured.</summary>
/// <param name="Value">Null if it was not measured; the bound is then broken.</param>
public sealed record ExperimentBound(string Figure, string Sign, double Bound, double? Value, bool Ok);

/// <summary>What a run of an experiment measured, as it is kept: a page can be made of it without running anything again.</summary>
/// <param name="Name">Scenario and nodes.</param>
/// <param name="About">What the scenario shows.</param>
/// <param name="Command">What to type to see the same.</param>
/// <param name="IsFull">Whether it has one of the scenario's full sizes.</param>
/// <param name="VirtualSeconds">How long it was for the nodes.</param>
/// <param name="WallSeconds">How long it took.</param>
/// <param name="Broken">Checks that did not hold, bounds aside, with their details.</param>
public sealed record ExperimentRecord(
    string Name,
    string Scenario,
    string About,
    string Command,
    int Nodes,
    ulong Seed,
    bool IsFull,
    double VirtualSeconds,
    double WallSeconds,
    long Events,
    IReadOnlyList<string> Broken,
    IReadOnlyList<ExperimentBound> Bounds,
    IReadOnlyList<PaperFigure> Papers,
    IReadOnlyDictionary<string, double?> Figures)
{
    /// <summary>Whether every check and bound held.</summary>
    [JsonIgnore]
    public bool Ok => Broken.Count == 0 && Bounds.All(static b => b.Ok);

    /// <summary>What a run measured.</summary>
    public static ExperimentRecord Of(ScenarioResult result)
    {
        Scenario scenario = result.Scenario;
        var figures = new Figures();
        foreach ((string name, double value) in result.Figures) figures[name] = value;
        ExperimentBound[] bounds = [.. scenario.Bounds.Select(b => new ExperimentBound(b.Figure, b.Sign, b.Value, Kept(b.In(figures)), b.IsKeptBy(b.In(figures))))];
        string[] broken = [.. result.Checks.Where(c => !c.Ok && !scenario.Bounds.Any(b => b.Figure == c.Name)).Select(static c => $"{c.Name}: {c.Detail}")];
        return new ExperimentRecord(
            new Experiment(scenario).Name,
            scenario.Name,
            scenario.About,
            string.Create(CultureInfo.InvariantCulture, $"pastry sim {scenario.Name} --nodes {scenario.Nodes} --seed {scenario.Seed}"),
            scenario.Nodes,
            scenario.Seed,
            scenario.FullSizes.Span.Contains(scenario.Nodes),
            Math.Round(result.VirtualSeconds, 1),
            Math.Round(result.WallSeconds, 1),
            result.Events,
            broken,
            bounds,
            [.. scenario.Papers],
            result.Figures.ToDictionary(static f => f.Key, static f => Kept(f.Value)));
    }

    /// <summary>The figure of a name, or the quotient of two with a / between; null if it was not measured.</summary>
    public double? Measured(string figure) => figure.IndexOf('/') is var at and > 0
        ? Kept(Measured(figure[..at]) / Measured(figure[(at + 1)..]) ?? double.NaN)
        : Figures.GetValueOrDefault(figure);

    /// <summary>As JSON.</summary>
    public string Write() => JsonSerializer.Serialize(this, ExperimentJson.Default.ExperimentRecord) + "\n";

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static ExperimentRecord Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ExperimentJson.Default.ExperimentRecord) ?? throw new InvalidDataException("no result of an experiment");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"no result of an experiment: {e.Message}", e);
        }
    }

    /// <summary>Rounded to what a figure can mean; JSON knows no word for what was not measured but null.</summary>
    private static double? Kept(double value) => double.IsFinite(value) ? Math.Round(value, 6) : null;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, NewLine = "\n", RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ExperimentRecord))]
internal sealed partial class ExperimentJson : JsonSerializerContext;
