using Spectre.Console;

namespace PastryActors.Node.CommandLine;

/// <summary>Progress of transfers, on a terminal: bars that tell what is done and verified, and cannot stand at 100 % while anything is missing.</summary>
internal static class TransferBars
{
    /// <summary>Runs what shows its progress; with nothing to show it on where standard error is no terminal, and with --json.</summary>
    public static async Task RunAsync(CommandOutput output, Func<ProgressContext?, Task> act)
    {
        if (output.Json || Console.IsErrorRedirected) await act(null).ConfigureAwait(false);
        else await output.Side.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn()).StartAsync(act).ConfigureAwait(false);
    }

    /// <summary>A bar of its own for a download.</summary>
    public static DownloadProgress Bar(ProgressContext? context, string name)
    {
        if (context is null) return static (_, _) => { };
        ProgressTask bar = context.AddTask(Markup.Escape(name));
        return (verified, size) => (bar.MaxValue, bar.Value) = (Math.Max(size, 1), size == 0 ? 1 : verified);
    }
}
