using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace PastryActors.Node.CommandLine;

/// <summary>Where a command speaks: results on standard output, everything else on standard error.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Progress and failures.</param>
/// <param name="Raw">Bytes of results.</param>
/// <param name="Json">Whether results are one JSON document.</param>
public sealed record CommandOutput(TextWriter Out, TextWriter Error, Func<Stream> Raw, bool Json)
{
    /// <summary>A console for progress and the like, which never touches the results.</summary>
    public IAnsiConsole Side { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });

    /// <summary>Whether results go to a terminal, where they may be drawn; not with --json.</summary>
    public bool IsTerminal => !Json && !Console.IsOutputRedirected && ReferenceEquals(Out, Console.Out);

    /// <summary>Writes a result: as JSON if that was asked for, else as <paramref name="text"/> says.</summary>
    public void Result<T>(T document, JsonTypeInfo<T> type, Action<TextWriter> text)
    {
        if (Json) Out.WriteLine(JsonSerializer.Serialize(document, type));
        else text(Out);
    }

    /// <summary>Says something beside the results.</summary>
    public void Note(string text) => Error.WriteLine(text);

    /// <summary>Writes rows under headings: aligned columns, no decoration, so that other programs can cut them.</summary>
    public static void Table(TextWriter writer, string[] headings, IEnumerable<string[]> rows)
    {
        string[][] all = [headings, .. rows];
        int[] widths = [.. headings.Select((_, column) => all.Max(row => row[column].Length))];
        foreach (string[] row in all)
            writer.WriteLine(string.Join("  ", row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column]))));
    }
}
