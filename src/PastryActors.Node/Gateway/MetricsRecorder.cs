using PastryActors.Client;
using PastryActors.Node.Access;
using PastryActors.Node.Telemetry;

namespace PastryActors.Node.Gateway;

/// <summary>
/// Keeps the figures of the last hour, a sample each ten seconds, so that a page opened now can show what was. While the node does not
/// answer there is no sample: the plot has a hole there.
/// </summary>
internal sealed class MetricsRecorder(GatewayServices services) : BackgroundService
{
    /// <summary>Fine enough to see a burst, coarse enough that an hour of all figures stays below a MiB.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private const int SamplesMax = 360;

    private readonly Lock _gate = new();
    private readonly Queue<Sample> _samples = new(SamplesMax);
    private readonly FigureMeter _meter = new();

    private sealed record Sample(DateTimeOffset At, Dictionary<string, long> Values);

    /// <summary>What was recorded, a column a figure.</summary>
    /// <param name="names">The figures wanted; empty for all.</param>
    public MetricsHistory History(IReadOnlyCollection<string> names)
    {
        Sample[] samples;
        lock (_gate) samples = [.. _samples];
        IEnumerable<string> known = samples.SelectMany(s => s.Values.Keys).Distinct();
        var series = new SortedDictionary<string, IReadOnlyList<long?>>(StringComparer.Ordinal);
        foreach (string name in names.Count == 0 ? known : known.Where(names.Contains))
            series[name] = [.. samples.Select(s => s.Values.TryGetValue(name, out long value) ? value : (long?)null)];
        return new MetricsHistory(Period.TotalSeconds, [.. samples.Select(s => s.At)], series);
    }

    /// <summary>Takes one sample now.</summary>
    internal async Task RecordAsync(CancellationToken stop)
    {
        NodeStatus status = await services.Node.StatusAsync(stop).ConfigureAwait(false);
        NodeFigure[] figures = [.. NodeFigures.Of(status)];
        _meter.Observe(figures);
        var sample = new Sample(services.Time.GetUtcNow(), figures.ToDictionary(f => f.Name, f => f.Value));
        lock (_gate)
        {
            if (_samples.Count == SamplesMax) _samples.Dequeue();
            _samples.Enqueue(sample);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, services.Time);
        do
        {
            try
            {
                await RecordAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TimeoutException or RequestFailedException)
            {
                // A node that is too busy, or starts again. The hole in the record says so.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
