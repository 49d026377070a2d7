using PastryActors.Core.Driving;
using PastryActors.Simulation.Nodes;

namespace PastryActors.Simulation.Scenarios;

/// <summary>What is counted from one point of a run on: lookups, messages, and how long how many nodes lived.</summary>
internal sealed class MeasureWindow(SimRing ring, LookupBook lookups)
{
    private long _sentBefore;
    private double _nodeSeconds;
    private Instant _seenAt;
    private int _seenLive;

    /// <summary>Counts from zero.</summary>
    public void Restart()
    {
        lookups.Restart();
        _sentBefore = ring.World.Counters.Sent;
        See();
        _nodeSeconds = 0;
    }

    /// <summary>Takes note of how many nodes live; between two notes the number is taken as constant.</summary>
    public void See()
    {
        _nodeSeconds += (ring.World.Now - _seenAt).TotalSeconds * _seenLive;
        _seenAt = ring.World.Now;
        _seenLive = ring.World.Nodes.Count(static n => n.IsUp);
    }

    /// <summary>Adds the figures of this window, each name behind a prefix.</summary>
    public void AddTo(Figures figures, string prefix)
    {
        See();
        LookupFigures seen = lookups.Figures;
        long sent = ring.World.Counters.Sent - _sentBefore;
        if (_nodeSeconds > 0) figures[prefix + "controlMessagesPerNodeSecond"] = (sent - seen.HopMessages) / _nodeSeconds;
        figures[prefix + "messages"] = sent;
        if (seen.Issued == 0) return;
        figures[prefix + "lookups"] = seen.Issued;
        figures[prefix + "meanHops"] = seen.MeanHops;
        figures[prefix + "maxHops"] = seen.MaxHops;
        figures[prefix + "wrongDeliveries"] = seen.Wrong;
        figures[prefix + "lostLookups"] = seen.Lost;
        figures[prefix + "lossRate"] = (double)seen.Lost / seen.Issued;
        figures[prefix + "duplicateDeliveries"] = seen.Duplicates;
        figures[prefix + "delayRatio"] = seen.DelayRatio;
    }
}

/// <summary>Figures of a run, in the order in which they were first written.</summary>
public sealed class Figures
{
    private readonly List<KeyValuePair<string, double>> _figures = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> All => _figures;

    /// <summary>A figure; <see cref="double.NaN"/> if it was not measured.</summary>
    public double this[string name]
    {
        get => _figures.FindIndex(f => f.Key == name) is var at and >= 0 ? _figures[at].Value : double.NaN;
        set
        {
            int at = _figures.FindIndex(f => f.Key == name);
            if (at >= 0) _figures[at] = new(name, value);
            else _figures.Add(new(name, value));
        }
    }
}
