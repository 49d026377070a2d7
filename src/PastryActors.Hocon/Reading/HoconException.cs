using System.Globalization;
using System.Text;

namespace PastryActors.Hocon.Reading;

/// <summary>One thing that is wrong in a document: where, what was found there, what would have been right.</summary>
/// <param name="Key">The dotted key whose value is concerned; empty where none is known.</param>
public sealed record HoconProblem(HoconOrigin Origin, string Key, string Found, string Expected)
{
    public override string ToString() =>
        $"{Origin}: {(Key.Length > 0 ? Key + ": " : "")}found {Found}, expected {Expected}";
}

/// <summary>A text that is not a document of the extent in docs/configuration.md. The only exception that reading one can throw.</summary>
public sealed class HoconException(IReadOnlyList<HoconProblem> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    internal HoconException(HoconOrigin origin, string found, string expected) : this([new HoconProblem(origin, "", found, expected)])
    {
    }

    /// <summary>All problems that were found; at least one.</summary>
    public IReadOnlyList<HoconProblem> Problems { get; } = problems;

    /// <summary>Where the first problem is.</summary>
    public HoconOrigin Origin => Problems[0].Origin;
}

/// <summary>Shows text of unknown content inside a message: short, on one line, with nothing that a terminal would obey.</summary>
internal static class Excerpt
{
    private const int LengthMax = 60;

    public static string Of(string text)
    {
        var shown = new StringBuilder("'");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, LengthMax)))
        {
            if (IsUnsafe(c)) shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else shown.Append(c);
        }

        return shown.Append(text.Length > LengthMax ? "…'" : "'").ToString();
    }

    /// <summary>Formatting characters reverse or hide what stands beside them.</summary>
    private static bool IsUnsafe(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
