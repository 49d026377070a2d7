using Spectre.Console;
using Spectre.Console.Rendering;

namespace PastryActors.Node.CommandLine;

/// <summary>
/// Shows something again each second: written over in place on a terminal; elsewhere as plain lines, one block after the other. Ctrl-C
/// ends it, which is how such a view ends, and no failure.
/// </summary>
internal static class LiveView
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Runs until stopped or until <paramref name="count"/> were shown.</summary>
    /// <param name="next">Makes what is shown next.</param>
    /// <param name="drawn">It as a terminal shows it.</param>
    /// <param name="plain">It as lines.</param>
    public static async Task RunAsync<T>(
        CommandOutput output, long count, Func<CancellationToken, Task<T>> next, Func<T, IRenderable> drawn, Action<TextWriter, T> plain, CancellationToken stop)
    {
        try
        {
            if (output.IsTerminal)
            {
                IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output.Out) });
                await console.Live(new Text("")).StartAsync(async live =>
                {
                    for (long shown = 0; shown < count; shown++)
                    {
                        if (shown > 0) await Task.Delay(Period, stop).ConfigureAwait(false);
                        live.UpdateTarget(drawn(await next(stop).ConfigureAwait(false)));
                    }
                }).ConfigureAwait(false);
                return;
            }

            for (long shown = 0; shown < count; shown++)
            {
                if (shown > 0) await Task.Delay(Period, stop).ConfigureAwait(false);
                plain(output.Out, await next(stop).ConfigureAwait(false));
                await output.Out.FlushAsync(stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            output.Note("stopped watching; nothing was changed");
        }
    }

    /// <summary>A table of a terminal: headings, and rows of text that is never markup.</summary>
    public static Table Table(string[] headings, IEnumerable<(string[] Cells, string Colour)> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string heading in headings) table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Dim))));
        foreach ((string[] cells, string colour) in rows) table.AddRow(cells.Select(cell => new Text(cell, Style.Parse(colour))));
        return table;
    }
}
