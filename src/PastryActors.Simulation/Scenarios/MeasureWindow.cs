using PastryActors.Core.Driving;
using PastryActors.Pastry.Messages;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios;

/// <summary>What is counted from one point of a run on: lookups, messages, and how long how many nodes lived.</summary>
internal sealed class MeasureWindow(SimRing ring, LookupBook lookups)
{
    /// <summary>The phase whose control messages are taken as what a ring sends anyway.</summary>
    public const string Quiet = "quiet";

    /// <summary>Lookups of the model: the mean is then right to some tenths of a percent.</summary>
    private const int ModelLookups = 50_000;

    /// <summary>Below this many nodes a leaf set is the ring, and the model says nothing.</summary>
    private const int ModelNodesMin = 100;

    private readonly MessageCost _cost = new();
    private Counted _before;
    private double _nodeSeconds;
    private Instant _seenAt;
    private int _seenLive;

    /// <summary>Counts from zero.</summary>
    public void Restart()
    {
        lookups.Restart();
        _before = Count();
        See();
        _nodeSeconds = 0;
    }

    /// <summary>Takes note of how many nodes live; between two notes the number is taken as constant.</summary>
    public void See()
    {
        _nodeSeconds += (ring.World.Now - _seenAt).TotalSeconds * _seenLive;
        _seenAt = ring.World.Now;
        _seenLive = ring.World.Live.Count;
    }

    /// <summary>Adds the figures of this window, each name behind a prefix.</summary>
    /// <param name="phase">The window's name; empty for the last.</param>
    public void AddTo(Figures figures, string phase)
    {
        See();
        string prefix = phase.Length > 0 ? phase + "." : "";
        LookupFigures seen = lookups.Figures;
        Counted now = Count();
        long sent = now.Sent - _before.Sent;
        // Whoever takes a hop acknowledges it; what is routed besides lookups has acknowledgements of its own, which stay control.
        long acks = Math.Max(0, now.Acks - _before.Acks - (now.Routed - _before.Routed - seen.HopMessages));
        long control = sent - seen.HopMessages - acks;
        if (_nodeSeconds > 0)
        {
            figures[prefix + "controlMessagesPerNodeSecond"] = control / _nodeSeconds;
            figures[prefix + "lookupAcksPerNodeSecond"] = acks / _nodeSeconds;
        }

        figures[prefix + "messages"] = sent;
        ControlCounts counted = new(control, now.LeafSet - _before.LeafSet, now.Distance - _before.Distance, now.State - _before.State);
        if (phase == Quiet) _cost.Begin(counted, _nodeSeconds);
        else _cost.Add(counted, _nodeSeconds, now.Joined - _before.Joined, now.Failed - _before.Failed, now.Newcomers - _before.Newcomers);
        if (phase.Length == 0) _cost.AddTo(figures, ring);
        if (seen.Issued > 0) AddLookups(figures, prefix, seen);
    }

    private void AddLookups(Figures figures, string prefix, LookupFigures seen)
    {
        figures[prefix + "lookups"] = seen.Issued;
        figures[prefix + "meanHops"] = seen.MeanHops;
        if (ring.Live.Count >= ModelNodesMin)
            figures[prefix + "modelHops"] = new HopModel(ring.Live.Select(static n => n.Id), ring.Options.Overlay.LeafSetSize, ring.Options.Overlay.DigitBits, ring.World.Seed).MeanHops(ModelLookups);
        figures[prefix + "maxHops"] = seen.MaxHops;
        figures[prefix + "wrongDeliveries"] = seen.Wrong;
        figures[prefix + "lostLookups"] = seen.Lost;
        figures[prefix + "lossRate"] = (double)seen.Lost / seen.Issued;
        figures[prefix + "duplicateDeliveries"] = seen.Duplicates;
        figures[prefix + "delayRatio"] = seen.DelayRatio;
        figures[prefix + "delayRatioMean"] = seen.DelayRatioMean;
    }

    private Counted Count()
    {
        SimCounters counters = ring.World.Counters;
        int nodes = ring.World.Nodes.Count;
        return new Counted(counters.Sent, counters.SentOfKind(HopAck.Number), counters.SentOfKind(Routed.Number), counters.SentAmongNewcomers, nodes, nodes - ring.Live.Count)
        {
            LeafSet = counters.SentOfKind(LeafSetProbe.Number),
            Distance = counters.SentOfKind(DistanceProbe.Number),
            State = counters.SentOfKind(StateRequest.Number) + counters.SentOfKind(StateReply.Number),
        };
    }

    private readonly record struct Counted(long Sent, long Acks, long Routed, long Newcomers, int Joined, int Failed)
    {
        public long LeafSet { get; init; }

        public long Distance { get; init; }

        public long State { get; init; }
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
