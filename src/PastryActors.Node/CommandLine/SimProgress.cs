using System.Diagnostics;
using System.Globalization;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Node.CommandLine;

/// <summary>
/// How far a run is, in virtual and in real time, on standard error: one line that is written over again on a terminal; elsewhere a line
/// of its own every ten seconds, so that a log of a long run tells that it lives.
/// </summary>
internal sealed class SimProgress(CommandOutput output) : IDisposable
{
    private const int BarWidth = 24;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LogPause = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly bool _isTerminal = output.Side.Profile.Capabilities.Ansi && !Console.IsErrorRedirected;
    private readonly Lock _gate = new();
    private TimeSpan _shownAt;
    private long _eventsShown;

    /// <summary>Shows how far a run is; at most some times a second. For the threads of several runs at once.</summary>
    public void Show(ScenarioProgress progress)
    {
        lock (_gate) ShowNow(progress);
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        if (_isTerminal && _shownAt > TimeSpan.Zero) output.Error.Write("\r" + Fitted("") + "\r");
        _shownAt = TimeSpan.Zero;
    }

    private void ShowNow(ScenarioProgress progress)
    {
        TimeSpan since = _watch.Elapsed - _shownAt;
        if (since < (_isTerminal ? Pause : LogPause)) return;
        // A new run counts its events from zero.
        double rate = Math.Max(0, progress.Events - _eventsShown) / since.TotalSeconds;
        (_shownAt, _eventsShown) = (_watch.Elapsed, progress.Events);
        string line = string.Create(CultureInfo.InvariantCulture, $"{progress.Step}/{progress.Steps} {progress.Line}  {progress.Members}/{progress.Live} nodes joined, {progress.Virtual:d\\.hh\\:mm\\:ss} virtual, {_watch.Elapsed:hh\\:mm\\:ss} real, {rate / 1000:0}k events/s");
        if (_isTerminal) output.Error.Write("\r" + Fitted($"{Bar(progress)} {line}"));
        else output.Error.WriteLine(line);
    }

    private static string Bar(ScenarioProgress progress)
    {
        int filled = BarWidth * progress.Step / Math.Max(1, progress.Steps);
        return $"[{new string('#', filled)}{new string('.', BarWidth - filled)}]";
    }

    private string Fitted(string line)
    {
        int width = Math.Max(20, output.Side.Profile.Width - 1);
        return line.Length > width ? line[..width] : line.PadRight(width);
    }
}
