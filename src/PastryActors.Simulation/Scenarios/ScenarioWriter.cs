using System.Globalization;
using System.Text;

namespace PastryActors.Simulation.Scenarios;

/// <summary>Writes a scenario as the text that <see cref="ScenarioReader"/> reads back as the same.</summary>
public static class ScenarioWriter
{
    /// <summary>The text; <paramref name="comment"/> stands above it.</summary>
    public static string Write(Scenario scenario, string comment = "")
    {
        var text = new StringBuilder();
        foreach (string line in comment.Split('\n', StringSplitOptions.RemoveEmptyEntries)) text.AppendLine(CultureInfo.InvariantCulture, $"# {line.Trim()}");
        if (scenario.About.Length > 0) text.AppendLine(CultureInfo.InvariantCulture, $"about {scenario.About}");
        text.AppendLine(CultureInfo.InvariantCulture, $"nodes {scenario.Nodes}");
        if (scenario.FullSizes.Count > 0) text.AppendLine(CultureInfo.InvariantCulture, $"full {string.Join(' ', scenario.FullSizes.Span.ToArray())}");
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {scenario.Seed}");
        text.AppendLine(CultureInfo.InvariantCulture, $"preset {scenario.Preset}");
        text.AppendLine(CultureInfo.InvariantCulture, $"topology {string.Join(' ', scenario.Topology.Span.ToArray())}");
        if (scenario.Capacities.Length > 0) text.AppendLine(CultureInfo.InvariantCulture, $"capacities {scenario.Capacities}");
        if (scenario.MixesOffers) text.AppendLine("offers mixed");
        foreach (ScenarioOption option in scenario.Options) text.AppendLine(CultureInfo.InvariantCulture, $"{option.Section} {option.Key}={option.Value}");
        if (scenario.Vary is { } vary) text.AppendLine(CultureInfo.InvariantCulture, $"vary {vary.Section} {vary.Key} {string.Join(' ', vary.Values.Span.ToArray())}");
        if (scenario.Draws > 1) text.AppendLine(CultureInfo.InvariantCulture, $"draws {scenario.Draws}");
        text.AppendLine();
        foreach (ScenarioStep step in scenario.Steps) text.AppendLine(Line(step));
        if (scenario.Bounds.Count > 0) text.AppendLine();
        foreach (ScenarioBound bound in scenario.Bounds) text.AppendLine(CultureInfo.InvariantCulture, $"check {bound.Figure.Replace("/", " / ", StringComparison.Ordinal)} {bound.Sign} {bound.Value:R}");
        foreach (PaperFigure paper in scenario.Papers) text.AppendLine(CultureInfo.InvariantCulture, $"paper {paper.Figure} {paper.Text}");
        return text.ToString();
    }

    /// <summary>A step as its line.</summary>
    public static string Line(ScenarioStep step)
    {
        List<string> words = [];
        if (step.After > TimeSpan.Zero) words.Add("+" + ScenarioDuration.Write(step.After));
        words.Add(step.Verb);
        if (step.Amount.Length > 0) words.Add(step.Amount);
        foreach (KeyValuePair<string, string> word in step.Words) words.Add(word.Value.Length > 0 ? $"{word.Key}={word.Value}" : word.Key);
        return string.Join(' ', words);
    }
}
