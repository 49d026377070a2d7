using System.Globalization;
using System.Net;
using System.Text;

namespace PastryActors.Simulation.Reports;

/// <summary>Draws one plot as SVG: bars of a histogram, or lines over time. Colours come from the page's style, so that it reads in light and dark.</summary>
internal static class SvgPlot
{
    private const int Width = 560;
    private const int Height = 220;
    private const int Left = 56;
    private const int Bottom = 34;
    private const int Top = 12;

    /// <summary>Bars, one a bucket; empty buckets at the end are left out.</summary>
    public static string Bars(string title, string unit, IReadOnlyList<long> counts, Func<int, string> nameOf)
    {
        int last = counts.Count - 1;
        while (last > 0 && counts[last] == 0) last--;
        double total = Math.Max(1, counts.Sum());
        double top = Nice(counts.Max() / total * 100);
        StringBuilder svg = Begin(title, top, "%");
        double step = (double)(Width - Left - 8) / (last + 1);
        for (int i = 0; i <= last; i++)
        {
            double percent = counts[i] / total * 100;
            double y = Y(percent, top);
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"bar\" x=\"{Left + (i * step) + 1:0.#}\" y=\"{y:0.#}\" width=\"{Math.Max(1, step - 2):0.#}\" height=\"{Height - Bottom - y:0.#}\"><title>{nameOf(i)}: {percent:0.##} %</title></rect>");
            if (last < 24 || i % ((last / 12) + 1) == 0) svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + ((i + 0.5) * step):0.#}\" y=\"{Height - 18}\" text-anchor=\"middle\">{nameOf(i)}</text>");
        }

        return End(svg, unit);
    }

    /// <summary>Lines over virtual seconds; points that are no number are left out.</summary>
    public static string Lines(string title, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> lines)
    {
        (double X, double Y)[] all = [.. lines.SelectMany(static l => l.Points).Where(static p => double.IsFinite(p.Y))];
        double top = Nice(all.Length == 0 ? 1 : all.Max(static p => p.Y));
        double right = all.Length == 0 ? 1 : Math.Max(1, all.Max(static p => p.X));
        StringBuilder svg = Begin(title, top, "");
        for (int i = 0; i < lines.Count; i++)
        {
            string points = string.Join(' ', lines[i].Points.Where(static p => double.IsFinite(p.Y)).Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.X, right):0.#},{Y(p.Y, top):0.#}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line l{i}\" points=\"{points}\"/><text class=\"l{i}\" x=\"{Width - 12}\" y=\"{Top + 14 + (16 * i)}\" text-anchor=\"end\">{WebUtility.HtmlEncode(lines[i].Name)}</text>");
        }

        for (int i = 0; i <= 4; i++) svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(right * i / 4, right):0.#}\" y=\"{Height - 18}\" text-anchor=\"middle\">{right * i / 4:0}</text>");
        return End(svg, "virtual seconds");
    }

    private static StringBuilder Begin(string title, double top, string unit)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{WebUtility.HtmlEncode(title)}</figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">");
        for (int i = 0; i <= 4; i++)
        {
            double value = top * i / 4;
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - 8}\" y1=\"{Y(value, top):0.#}\" y2=\"{Y(value, top):0.#}\"/><text x=\"{Left - 6}\" y=\"{Y(value, top) + 4:0.#}\" text-anchor=\"end\">{value:0.###}{unit}</text>");
        }

        return svg;
    }

    private static string End(StringBuilder svg, string unit) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width) / 2}\" y=\"{Height - 4}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(unit)}</text></svg></figure>").ToString();

    private static double X(double value, double right) => Left + (value / right * (Width - Left - 8));

    private static double Y(double value, double top) => Height - Bottom - (value / top * (Height - Bottom - Top));

    /// <summary>The next of 1, 2, 5, 10 times a power of ten: an axis that can be read.</summary>
    private static double Nice(double value)
    {
        if (value <= 0) return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1.0, 2, 5, 10 }.First(f => f * power >= value * 0.999) * power;
    }
}
