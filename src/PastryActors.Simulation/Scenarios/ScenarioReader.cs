using System.Globalization;
using PastryActors.Core.Collections;

namespace PastryActors.Simulation.Scenarios;

/// <summary>Reads the text of scenarios. The whole format stands in docs/scenarios.md; whatever is not in it is an error that names its line.</summary>
public static class ScenarioReader
{
    /// <summary>Lines at most: a scenario is read by people.</summary>
    public const int LinesMax = 10_000;

    /// <summary>Nodes at most.</summary>
    public const int NodesMax = 2_000_000;

    /// <summary>Draws at most: each is a whole run.</summary>
    public const int DrawsMax = 100;

    /// <summary>Reads a scenario.</summary>
    /// <exception cref="ScenarioFormatException">The text is no scenario; the message says why and where.</exception>
    public static Scenario Read(string name, string text)
    {
        var scenario = new Scenario { Name = name };
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (++number > LinesMax) throw new ScenarioFormatException($"more than {LinesMax} lines");
            string content = WithoutComment(line).Trim().ToString();
            if (content.Length == 0) continue;
            try
            {
                scenario = Take(scenario, content);
            }
            catch (ScenarioFormatException e)
            {
                throw new ScenarioFormatException(e.Message, number);
            }
        }

        ScenarioOptions.Check(scenario);
        return scenario;
    }

    /// <summary>A comment begins a line or follows a blank: within a word, as in <c>topic=news/#</c>, the sign stands for itself.</summary>
    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '#' && (i == 0 || char.IsWhiteSpace(line[i - 1]))) return line[..i];
        }

        return line;
    }

    private static Scenario Take(Scenario scenario, string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words[0] switch
        {
            "about" => scenario with { About = line["about".Length..].Trim() },
            "nodes" => scenario with { Nodes = (int)Number(words, 1, NodesMax) },
            "seed" => scenario with { Seed = Number(words, 0, ulong.MaxValue) },
            "preset" => scenario with { Preset = One(words) },
            "capacities" => scenario with { Capacities = One(words) },
            "offers" => scenario with { MixesOffers = One(words) == "mixed" ? true : throw new ScenarioFormatException($"offers are mixed, or all alike without this line, not {words[1]}") },
            "topology" => scenario with { Topology = words.Skip(1).ToValueList() },
            "overlay" or "past" or "scribe" or "streams" or "world" or "disk" => scenario with { Options = [.. scenario.Options, .. words.Skip(1).Select(w => OptionOf(words[0], w))] },
            "draws" => scenario with { Draws = (int)Number(words, 1, DrawsMax) },
            "vary" => scenario with { Vary = VariationOf(words) },
            "check" => scenario with { Bounds = [.. scenario.Bounds, BoundOf(words)] },
            "paper" => scenario with { Papers = [.. scenario.Papers, PaperOf(words)] },
            "full" => scenario with { FullSizes = words.Skip(1).Select(static w => (int)Number(["full", w], 1, NodesMax)).ToValueList() },
            _ => scenario with { Steps = [.. scenario.Steps, StepOf(words)] },
        };
    }

    private static ScenarioOption OptionOf(string section, string word)
    {
        int equals = word.IndexOf('=');
        return equals > 0 ? new ScenarioOption(section, word[..equals], word[(equals + 1)..]) : throw new ScenarioFormatException($"an option is key=value, not {word}");
    }

    private static ScenarioVariation VariationOf(string[] words) =>
        words.Length >= 5 ? new ScenarioVariation(words[1], words[2], words.Skip(3).ToValueList()) : throw new ScenarioFormatException("what is varied is: vary SECTION KEY VALUE VALUE...");

    private static ScenarioBound BoundOf(string[] words)
    {
        string figure = words.Length == 6 && words[2] == "/" ? $"{words[1]}/{words[3]}" : words.Length == 4 ? words[1] : "";
        return figure.Length > 0 && words[^2] is "<=" or ">=" or "=" && double.TryParse(words[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? new ScenarioBound(figure, words[^2], value)
            : throw new ScenarioFormatException("a check is: check FIGURE [/ FIGURE] <=|>=|= NUMBER");
    }

    private static PaperFigure PaperOf(string[] words) =>
        words.Length >= 3 ? new PaperFigure(words[1], string.Join(' ', words[2..])) : throw new ScenarioFormatException("a paper's figure is: paper FIGURE TEXT");

    private static ScenarioStep StepOf(string[] words)
    {
        int at = 0;
        TimeSpan after = words[0][0] == '+' ? ScenarioDuration.Parse(words[at++][1..]) : TimeSpan.Zero;
        if (at == words.Length) throw new ScenarioFormatException("nothing is said after the time");
        string verb = words[at++];
        string amount = at < words.Length && (char.IsAsciiDigit(words[at][0]) || words[at] == "all") ? words[at++] : "";
        KeyValuePair<string, string>[] rest = [.. words.Skip(at).Select(static w => w.IndexOf('=') is var e and > 0 ? new KeyValuePair<string, string>(w[..e], w[(e + 1)..]) : new(w, ""))];
        var step = new ScenarioStep(after, verb, amount, new(rest));
        return StepTable.Problem(step) is { } problem ? throw new ScenarioFormatException(problem) : step;
    }

    private static string One(string[] words) => words.Length == 2 ? words[1] : throw new ScenarioFormatException($"{words[0]} takes one word");

    private static ulong Number(string[] words, ulong least, ulong most) =>
        ulong.TryParse(One(words), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) && value >= least && value <= most
            ? value
            : throw new ScenarioFormatException($"{words[0]} must be a number from {least} to {most}, not {words[1]}");
}
