using System.Diagnostics;

namespace PastryActors.Node.Benches;

/// <summary>How much work, and how much of it at once.</summary>
/// <param name="Count">Operations at most.</param>
/// <param name="Time">Begins none after that.</param>
/// <param name="Outstanding">Operations under way at once.</param>
internal readonly record struct Load(long Count, TimeSpan Time, int Outstanding);

/// <summary>What came of a load.</summary>
/// <param name="Done">Operations that succeeded.</param>
/// <param name="Failure">Why the first of those that failed did; null if none did.</param>
internal sealed record LoadResult(long Done, long Failed, double Seconds, LatencyHistogram Latencies, string? Failure)
{
    public double PerSecond => Done / Math.Max(Seconds, 1e-9);
}

/// <summary>Keeps a number of operations under way until a count or a time is reached. One that fails is counted, and the next begins.</summary>
internal static class LoadLoop
{
    /// <param name="operate">One operation, from its number.</param>
    public static async Task<LoadResult> RunAsync(Load load, Func<long, CancellationToken, Task> operate, CancellationToken stop)
    {
        var latencies = new LatencyHistogram();
        (long next, long failed, string? failure) = (0L, 0L, null);
        long started = Stopwatch.GetTimestamp();

        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number <= load.Count && Stopwatch.GetElapsedTime(started) < load.Time)
            {
                stop.ThrowIfCancellationRequested();
                long began = Stopwatch.GetTimestamp();
                try
                {
                    await operate(number - 1, stop).ConfigureAwait(false);
                    latencies.Add(Stopwatch.GetElapsedTime(began).Ticks / TimeSpan.TicksPerMicrosecond);
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    Interlocked.Increment(ref failed);
                    Interlocked.CompareExchange(ref failure, e.Message, null);
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, load.Outstanding).Select(_ => Task.Run(WorkAsync, stop))).ConfigureAwait(false);
        return new LoadResult(latencies.Count, failed, Stopwatch.GetElapsedTime(started).TotalSeconds, latencies, failure);
    }
}
