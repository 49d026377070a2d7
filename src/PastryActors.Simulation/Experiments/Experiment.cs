using System.Globalization;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Experiments;

/// <summary>An experiment of the papers: a scenario with one of the numbers of nodes that it names as its full sizes.</summary>
/// <param name="Scenario">What is run.</param>
public sealed record Experiment(Scenario Scenario)
{
    /// <summary>Scenario and number of nodes: the name of the file that keeps the result.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Scenario.Name}-{Scenario.Nodes}");

    /// <summary>All that the program carries, smallest first within a scenario.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        .. ScenarioLibrary.Names.Select(static n => ScenarioLibrary.Find(n)!).SelectMany(static s => s.FullSizes.Span.ToArray().Order().Select(size => new Experiment(s with { Nodes = size }))),
    ];

    /// <summary>The experiments that a list of names means: <c>all</c>, names of experiments, or names of scenarios for all their sizes. Unknown names are answered too.</summary>
    /// <param name="names">Parted by commas.</param>
    public static (IReadOnlyList<Experiment> Found, IReadOnlyList<string> Unknown) Named(string names)
    {
        string[] wanted = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        bool Means(string name, Experiment experiment) => name == "all" || name == experiment.Name || name == experiment.Scenario.Name;
        return ([.. All.Where(e => wanted.Any(w => Means(w, e)))], [.. wanted.Where(w => !All.Any(e => Means(w, e)))]);
    }
}
