using System.Globalization;
using PastryActors.Core.Collections;
using PastryActors.Simulation.Checking;

namespace PastryActors.Simulation.Scenarios;

/// <summary>An experiment as its text says it: a world, the nodes, a timeline, and bounds on the figures. A value; see docs/scenarios.md.</summary>
public sealed record Scenario
{
    /// <summary>Name: that of its file.</summary>
    public string Name { get; init; } = "";

    /// <summary>One sentence about what it shows.</summary>
    public string About { get; init; } = "";

    /// <summary>Nodes that the ring begins with; steps may name shares of them.</summary>
    public int Nodes { get; init; } = 32;

    /// <summary>Decides everything that chance decides.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Which options the others start from: local or papers.</summary>
    public string Preset { get; init; } = "local";

    /// <summary>The network: its kind and its numbers, as written.</summary>
    public ValueList<string> Topology { get; init; } = ["constant", "20ms"];

    /// <summary>How much room the nodes have: d1, d2, d3 or d4 of PAST's experiments; empty for what the options of PAST say.</summary>
    public string Capacities { get; init; } = "";

    /// <summary>Whether nodes offer different numbers of children in streams.</summary>
    public bool MixesOffers { get; init; }

    /// <summary>Single options, in their order: section (overlay, past, scribe, streams, world, disk), key, value.</summary>
    public ValueList<ScenarioOption> Options { get; init; }

    /// <summary>The option that is tried with one value after the other; null for a scenario of one run.</summary>
    public ScenarioVariation? Vary { get; init; }

    /// <summary>Runs, with seeds one after the other from <see cref="Seed"/>, of which the figures are means.</summary>
    public int Draws { get; init; } = 1;

    /// <summary>What happens, in order.</summary>
    public ValueList<ScenarioStep> Steps { get; init; }

    /// <summary>What must hold of the figures at the end, beyond what the checkers demand of every run.</summary>
    public ValueList<ScenarioBound> Bounds { get; init; }

    /// <summary>What the literature has for figures of this scenario.</summary>
    public ValueList<PaperFigure> Papers { get; init; }

    /// <summary>The numbers of nodes with which it is a full experiment; none for a scenario that is no experiment of the papers.</summary>
    public ValueList<int> FullSizes { get; init; }
}

/// <summary>One option of a layer.</summary>
public readonly record struct ScenarioOption(string Section, string Key, string Value);

/// <summary>An option of a layer with the values that it is tried with, each in a run of its own; a run's figures stand behind its value: 0.05.fail.</summary>
public sealed record ScenarioVariation(string Section, string Key, ValueList<string> Values);

/// <summary>One line of a timeline.</summary>
/// <param name="After">How long the run goes on before it.</param>
/// <param name="Verb">What is done.</param>
/// <param name="Amount">How much of it; empty where the verb takes none. A number, or a share of the live nodes in percent.</param>
/// <param name="Words">Further words, key=value or alone.</param>
public sealed record ScenarioStep(TimeSpan After, string Verb, string Amount, ValueList<KeyValuePair<string, string>> Words)
{
    /// <summary>A further word's value; null if it is not there.</summary>
    public string? this[string key]
    {
        get
        {
            foreach (KeyValuePair<string, string> word in Words)
            {
                if (word.Key == key) return word.Value;
            }

            return null;
        }
    }
}

/// <summary>What a paper has for a figure, in its own words.</summary>
/// <param name="Figure">The figure's name here.</param>
/// <param name="Text">The value, for which parameters, and where it stands.</param>
public sealed record PaperFigure(string Figure, string Text);

/// <summary>A bound on a figure, or on the quotient of two.</summary>
/// <param name="Figure">Its name; or two names with a / between.</param>
/// <param name="Sign">At most, at least, or equal: one of &lt;=, &gt;=, =.</param>
/// <param name="Value">The bound.</param>
public sealed record ScenarioBound(string Figure, string Sign, double Value)
{
    /// <summary>What the bound is about, taken from a run's figures; <see cref="double.NaN"/>, which keeps no bound, if it was not measured.</summary>
    public double In(Figures figures) => Figure.IndexOf('/') is var at and > 0 ? figures[Figure[..at]] / figures[Figure[(at + 1)..]] : figures[Figure];

    /// <summary>Whether a value keeps it.</summary>
    public bool IsKeptBy(double value) => Sign switch
    {
        "<=" => value <= Value,
        ">=" => value >= Value,
        _ => value == Value,
    };

    /// <summary>The verdict on a run's figures.</summary>
    public CheckResult Judge(Figures figures)
    {
        double value = In(figures);
        return new CheckResult(Figure, IsKeptBy(value), string.Create(CultureInfo.InvariantCulture, $"{value:0.######} must be {Sign} {Value:0.######}"));
    }
}

/// <summary>The text of a scenario says something that scenarios do not know.</summary>
/// <param name="line">Where, from 1; 0 if it is about the whole.</param>
public sealed class ScenarioFormatException(string what, int line = 0)
    : Exception(line > 0 ? $"line {line}: {what}" : what);
