using System.Globalization;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Node.CommandLine;

/// <summary>One line on standard error that is written over again: how far a run is, in virtual and in real time. Silent where nobody looks.</summary>
internal sealed class SimProgress(CommandOutput output) : IDisposable
{
    private const int BarWidth = 24;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();
    private readonly bool _shows = output.Side.Profile.Capabilities.Ansi && !Console.IsErrorRedirected;
    private TimeSpan _shownAt;

    /// <summary>Shows how far a run is; at most some times a second.</summary>
    public void Show(ScenarioProgress progress)
    {
        if (!_shows || _watch.Elapsed - _shownAt < Pause) return;
        _shownAt = _watch.Elapsed;
        int filled = BarWidth * progress.Step / Math.Max(1, progress.Steps);
        string line = string.Create(CultureInfo.InvariantCulture, $"[{new string('#', filled)}{new string('.', BarWidth - filled)}] {progress.Step}/{progress.Steps} {progress.Line}  {progress.Live} nodes, {progress.Virtual:c} virtual, {_watch.Elapsed:mm\\:ss} real");
        int width = Math.Max(20, output.Side.Profile.Width - 1);
        output.Error.Write("\r" + (line.Length > width ? line[..width] : line.PadRight(width)));
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        if (_shownAt > TimeSpan.Zero) output.Error.Write("\r" + new string(' ', Math.Max(20, output.Side.Profile.Width - 1)) + "\r");
        _shownAt = TimeSpan.Zero;
    }
}
