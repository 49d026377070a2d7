using System.Diagnostics;
using PastryActors.Core.Driving;

namespace PastryActors.Engine;

/// <summary>The engine's only clock: monotonic, of the resolution of <see cref="Stopwatch"/>, told in ticks of 100 ns.</summary>
public static class MonotonicClock
{
    private static readonly long StopwatchTicksPerTick = Math.Max(1, Stopwatch.Frequency / TimeSpan.TicksPerSecond);

    /// <summary>Now. Never runs backwards.</summary>
    public static Instant Now => new(Stopwatch.GetTimestamp() / StopwatchTicksPerTick);
}
