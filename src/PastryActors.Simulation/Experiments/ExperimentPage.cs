using System.Globalization;
using System.Text;

namespace PastryActors.Simulation.Experiments;

/// <summary>Writes the page of the experiments from the results that were kept: what was measured, beside the papers' figures and the bounds.</summary>
public static class ExperimentPage
{
    /// <summary>The page, in Markdown.</summary>
    /// <param name="records">All that was kept; those of full size stand first.</param>
    public static string Write(IReadOnlyCollection<ExperimentRecord> records)
    {
        var page = new StringBuilder();
        page.Append("# Experiments\n\nWhat the simulated rings measure, beside what the papers have and what must hold. Made by\n`pastry sim experiments --write docs/experiments.md` from the results in `docs/experiments/`, each kept by\n`pastry sim experiments --run NAME`; not written by hand. The command under a heading repeats its run, to the byte\nif it is of the same build.\n\n");
        ExperimentRecord[] full = [.. records.Where(static r => r.IsFull).OrderBy(static r => r.Scenario, StringComparer.Ordinal).ThenBy(static r => r.Nodes)];
        ExperimentRecord[] small = [.. records.Where(static r => !r.IsFull).OrderBy(static r => r.Scenario, StringComparer.Ordinal).ThenBy(static r => r.Nodes)];
        foreach (ExperimentRecord record in full) Add(page, record);
        string[] missing = [.. Experiment.All.Select(static e => e.Name).Except(full.Select(static r => r.Name))];
        if (missing.Length > 0) page.Append(CultureInfo.InvariantCulture, $"## Not measured yet at full size\n\n{string.Join(", ", missing)}\n\n");
        if (small.Length > 0) page.Append("# Smaller runs\n\nFewer nodes than the papers have: they show that the figures come out, and no more.\n\n");
        foreach (ExperimentRecord record in small) Add(page, record);
        AddMeanings(page, records);
        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Add(StringBuilder page, ExperimentRecord record)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {record.Name}\n\n{record.About}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"`{record.Command}`: {record.VirtualSeconds:N0} virtual seconds and {record.Events:N0} events in {record.WallSeconds:N0} s");
        page.Append(record.Measured("memoryPerNodeBytes") is { } memory ? string.Create(CultureInfo.InvariantCulture, $", {memory:N0} bytes a node.\n\n") : ".\n\n");
        foreach (string broken in record.Broken) page.Append(CultureInfo.InvariantCulture, $"**Broken** {broken.Replace("|", "/", StringComparison.Ordinal)}\n\n");
        page.Append("| figure | measured | paper | must be | |\n|---|---|---|---|---|\n");
        foreach (string figure in FiguresOf(record)) page.Append(Row(record, figure));
        page.Append('\n');
    }

    private static string Row(ExperimentRecord record, string figure)
    {
        ExperimentBound[] bounds = [.. record.Bounds.Where(b => b.Figure == figure)];
        string must = string.Join(", ", bounds.Select(static b => string.Create(CultureInfo.InvariantCulture, $"{b.Sign} {b.Bound:0.######}")));
        string verdict = bounds.Length == 0 ? "" : bounds.All(static b => b.Ok) ? "holds" : "**does not hold**";
        string paper = record.Papers.FirstOrDefault(p => p.Figure == figure)?.Text ?? "";
        string measured = record.Measured(figure) is { } value ? value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.######", CultureInfo.InvariantCulture) : "not measured";
        return $"| {figure.Replace("/", " / ", StringComparison.Ordinal)} | {measured} | {paper} | {must} | {verdict} |\n";
    }

    /// <summary>Those with a bound or a paper's figure, in the order of the run's figures; quotients last.</summary>
    private static IEnumerable<string> FiguresOf(ExperimentRecord record)
    {
        HashSet<string> named = [.. record.Bounds.Select(static b => b.Figure), .. record.Papers.Select(static p => p.Figure)];
        return record.Figures.Keys.Where(named.Contains).Concat(named.Where(n => !record.Figures.ContainsKey(n)));
    }

    private static void AddMeanings(StringBuilder page, IReadOnlyCollection<ExperimentRecord> records)
    {
        HashSet<string> used = [.. records.SelectMany(FiguresOf).SelectMany(static f => f.Split('/')).Select(static f => f[(f.LastIndexOf('.') + 1)..]), "memoryPerNodeBytes"];
        page.Append("# What the figures mean\n\n");
        foreach ((string figure, string meaning) in FigureMeanings.All)
        {
            if (used.Contains(figure)) page.Append(CultureInfo.InvariantCulture, $"- `{figure}`: {meaning}\n");
        }
    }
}
