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
        if (phase == Quiet) _cost.Begin(control / Math.Max(1, _nodeSeconds));
        else _cost.Add(control, _nodeSeconds, now.Joined - _before.Joined, now.Failed - _before.Failed, now.Newcomers - _before.Newcomers);
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
        return new Counted(counters.Sent, counters.SentOfKind(HopAck.Number), counters.SentOfKind(Routed.Number), counters.SentAmongNewcomers, nodes, nodes - ring.Live.Count);
    }

    private readonly record struct Counted(long Sent, long Acks, long Routed, long Newcomers, int Joined, int Failed);
}

/// <summary>
/// What joins and failures cost, two messages to a call (the papers count remote calls, a question and its answer). A join costs what a
/// newcomer sends and is sent; a failure the control messages beyond those that the same ring sends when nothing happens to it.
/// </summary>
internal sealed class MessageCost
{
    private double _quietRate = double.NaN;
    private double _excess;
    private long _newcomers;
    private int _joined;
    private int _failed;

    /// <summary>From now on what exceeds a rate, in control messages of a node in a second, counts as cost.</summary>
    public void Begin(double quietRate)
    {
        (_quietRate, _excess, _newcomers) = (quietRate, 0, 0);
        (_joined, _failed) = (0, 0);
    }

    /// <summary>Takes in what was counted in a window.</summary>
    public void Add(long control, double nodeSeconds, int joined, int failed, long newcomers)
    {
        if (double.IsNaN(_quietRate)) return;
        _excess += control - (_quietRate * nodeSeconds);
        _newcomers += newcomers;
        _joined += joined;
        _failed += failed;
    }

    /// <summary>Adds the cost, where all of it has one cause.</summary>
    public void AddTo(Figures figures, SimRing ring)
    {
        if (_joined > 0 && _failed == 0)
        {
            figures["callsPerJoin"] = _newcomers / 2.0 / _joined;
            figures["paperCallsPerJoin"] = 3.0 * (1 << ring.Options.Overlay.DigitBits) * Math.Log(ring.Live.Count, 1 << ring.Options.Overlay.DigitBits);
        }

        if (_failed > 0 && _joined == 0) figures["callsPerFailedNode"] = _excess / 2 / _failed;
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
