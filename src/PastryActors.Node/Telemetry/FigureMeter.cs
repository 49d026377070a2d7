using System.Diagnostics.Metrics;
using PastryActors.Node.Gateway;

namespace PastryActors.Node.Telemetry;

/// <summary>The figures of /metrics as instruments of the meter "PastryActors.Node". They show the recorder's newest sample, so that reading them asks nothing of the node.</summary>
internal sealed class FigureMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "PastryActors.Node";

    private readonly Meter _meter = new(Name);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private volatile IReadOnlyDictionary<string, long> _newest = new Dictionary<string, long>();

    /// <summary>Takes a new sample; a figure that was not seen before becomes an instrument.</summary>
    public void Observe(IReadOnlyCollection<NodeFigure> figures)
    {
        _newest = figures.ToDictionary(f => f.Name, f => f.Value);
        foreach (NodeFigure figure in figures.Where(f => _known.Add(f.Name)))
        {
            string name = "pastry." + figure.Name;
            if (figure.IsCounter) _meter.CreateObservableCounter(name, () => Read(figure.Name), unit: null, figure.Help);
            else _meter.CreateObservableGauge(name, () => Read(figure.Name), unit: null, figure.Help);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private long Read(string name) => _newest.GetValueOrDefault(name);
}
