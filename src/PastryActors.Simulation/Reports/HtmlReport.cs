using System.Globalization;
using System.Net;
using System.Text;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Reports;

/// <summary>Writes what came of a run as one page that needs nothing else: no script, no other file, no network.</summary>
public static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1d2430; --soft: #6b7686; --paper: #fff; --grid: #d9dee6; --a: #2563c9; --b: #c2500a; --good: #17803d; --bad: #c01c28 }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #98a3b3; --paper: #14181f; --grid: #303845; --a: #76a9fa; --b: #f6a35c; --good: #4ade80; --bad: #ff7b81 } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1180px; margin: 2rem auto; padding: 0 1rem }
        h1 { margin: 0 } p { color: var(--soft); margin: .3rem 0 1.2rem } table { border-collapse: collapse; margin-bottom: 1.5rem }
        td, th { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid var(--grid); vertical-align: top } td.n { text-align: right; font-variant-numeric: tabular-nums }
        .ok { color: var(--good) } .broken { color: var(--bad); font-weight: 600 } .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 1rem }
        figure { margin: 0 } figcaption { font-weight: 600 } svg { width: 100%; height: auto } svg text { font-size: 11px; fill: var(--soft) } .grid { stroke: var(--grid) } .bar { fill: var(--a) }
        .line { fill: none; stroke: var(--a); stroke-width: 1.6 } .line.l1 { stroke: var(--b) } text.l0 { fill: var(--a) } text.l1 { fill: var(--b) } pre { overflow: auto; border: 1px solid var(--grid); padding: 1rem }
        """;

    /// <summary>The page.</summary>
    public static string Write(ScenarioResult result)
    {
        var page = new StringBuilder();
        string name = WebUtility.HtmlEncode(result.Scenario.Name);
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{name}</title><style>{Style}</style></head><body>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{name}</h1><p>{WebUtility.HtmlEncode(result.Scenario.About)}<br>{result.Scenario.Nodes} nodes, seed {result.Scenario.Seed}, {result.VirtualSeconds:0} virtual seconds in {result.WallSeconds:0.0} s, {result.Events} events</p>");
        AddChecks(page, result.Checks);
        AddFigures(page, result.Figures);
        AddPlots(page, result);
        page.Append(CultureInfo.InvariantCulture, $"<h2>The scenario</h2><pre>{WebUtility.HtmlEncode(ScenarioWriter.Write(result.Scenario))}</pre></body></html>");
        return page.ToString();
    }

    private static void AddChecks(StringBuilder page, IReadOnlyList<CheckResult> checks)
    {
        page.Append("<h2>Checks</h2><table>");
        foreach (CheckResult check in checks)
        {
            string state = check.Ok ? "<td class=\"ok\">holds</td>" : "<td class=\"broken\">broken</td>";
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{WebUtility.HtmlEncode(check.Name)}</th>{state}<td>{WebUtility.HtmlEncode(check.Detail)}</td></tr>");
        }

        page.Append("</table>");
    }

    private static void AddFigures(StringBuilder page, IReadOnlyList<KeyValuePair<string, double>> figures)
    {
        page.Append("<h2>Figures</h2><table>");
        foreach ((string name, double value) in figures) page.Append(CultureInfo.InvariantCulture, $"<tr><th>{WebUtility.HtmlEncode(name)}</th><td class=\"n\">{value:0.######}</td></tr>");
        page.Append("</table>");
    }

    private static void AddPlots(StringBuilder page, ScenarioResult result)
    {
        page.Append("<div class=\"plots\">");
        if (result.Hops.Sum() > 0) page.Append(SvgPlot.Bars("Hops of lookups", "hops", result.Hops, static i => i.ToString(CultureInfo.InvariantCulture)));
        if (result.Ratios.Sum() > 0) page.Append(SvgPlot.Bars("Delay of lookups against the straight way", "delay ratio", result.Ratios, static i => (i / 10.0).ToString("0.0", CultureInfo.InvariantCulture)));
        page.Append(SvgPlot.Lines("Messages of a node in a second", [("messages", Series(result, static s => s.MessagesPerNodeSecond))]));
        page.Append(SvgPlot.Lines("Nodes that are up", [("nodes", Series(result, static s => s.Live))]));
        if (result.Series.Any(static s => double.IsFinite(s.ReplicasMean)))
            page.Append(SvgPlot.Lines("Live replicas of an object", [("mean", Series(result, static s => s.ReplicasMean)), ("fewest", Series(result, static s => s.ReplicasLeast))]));
        page.Append("</div>");
    }

    private static (double X, double Y)[] Series(ScenarioResult result, Func<ScenarioSample, double> value) => [.. result.Series.Select(s => (s.Seconds, value(s)))];
}
