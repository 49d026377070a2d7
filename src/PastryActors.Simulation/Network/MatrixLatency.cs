using System.Globalization;

namespace PastryActors.Simulation.Network;

/// <summary>
/// Latencies that were measured: a square matrix of sites, in milliseconds one way. Nodes are dealt out to the sites in turn, so
/// that any number of nodes fits. Two nodes of one site are as far as the diagonal says.
/// </summary>
public sealed class MatrixLatency : ILatencyModel
{
    /// <summary>Sites at most: 4,096 squared are 128 MiB.</summary>
    public const int SitesMax = 4096;

    private readonly long[] _ticks;

    private MatrixLatency(int sites, long[] ticks) => (Sites, _ticks) = (sites, ticks);

    /// <summary>Number of sites.</summary>
    public int Sites { get; }

    /// <inheritdoc/>
    public TimeSpan OneWay(int from, int to) => TimeSpan.FromTicks(_ticks[((long)(from % Sites) * Sites) + (to % Sites)]);

    /// <summary>Reads a matrix: a line a site, numbers parted by blanks or commas; empty lines and lines that begin with # are left out.</summary>
    /// <exception cref="InvalidDataException">It is not a square matrix of numbers from 0 to 100,000; the message says where.</exception>
    public static MatrixLatency Read(TextReader text)
    {
        List<long[]> rows = [];
        for (int line = 1; text.ReadLine() is { } read; line++)
        {
            if (read.AsSpan().Trim() is [] or ['#', ..]) continue;
            rows.Add([.. read.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries).Select(word => Ticks(word, line))]);
            if (rows.Count > SitesMax || rows[^1].Length != rows[0].Length) throw new InvalidDataException($"line {line}: a matrix has rows of one length, {SitesMax} at most");
        }

        if (rows.Count == 0 || rows.Count != rows[0].Length) throw new InvalidDataException($"a latency matrix must be square, not {rows.Count} rows of {(rows.Count > 0 ? rows[0].Length : 0)}");
        return new MatrixLatency(rows.Count, [.. rows.SelectMany(static r => r)]);
    }

    private static long Ticks(string word, int line) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double milliseconds) && milliseconds is >= 0 and <= 100_000
            ? (long)(milliseconds * TimeSpan.TicksPerMillisecond)
            : throw new InvalidDataException($"line {line}: {word} is no latency in milliseconds");
}
