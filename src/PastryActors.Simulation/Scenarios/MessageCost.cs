using PastryActors.Simulation.Nodes;

namespace PastryActors.Simulation.Scenarios;

/// <summary>Control messages by what they are for.</summary>
/// <param name="All">All of them.</param>
/// <param name="LeafSet">Leaf-set probes, their answers, and announcements of failures.</param>
/// <param name="Distance">Distance probes: candidates that are measured, and entries of tables that are asked whether they live.</param>
/// <param name="State">Questions for rows and neighbourhoods, and their answers.</param>
internal readonly record struct ControlCounts(double All, double LeafSet, double Distance, double State)
{
    public static ControlCounts operator +(ControlCounts a, ControlCounts b) => new(a.All + b.All, a.LeafSet + b.LeafSet, a.Distance + b.Distance, a.State + b.State);

    public static ControlCounts operator *(double factor, ControlCounts a) => new(factor * a.All, factor * a.LeafSet, factor * a.Distance, factor * a.State);
}

/// <summary>
/// What joins and failures cost, two messages to a call (the papers count remote calls, a question and its answer). A join costs what a
/// newcomer sends and is sent; a failure the control messages beyond those that the same ring sends when nothing happens to it.
/// </summary>
internal sealed class MessageCost
{
    private const double MessagesPerCall = 2;

    private ControlCounts? _quietRate;
    private ControlCounts _excess;
    private long _newcomers;
    private int _joined;
    private int _failed;

    /// <summary>From now on what exceeds the rate of this window counts as cost.</summary>
    public void Begin(ControlCounts quiet, double nodeSeconds)
    {
        (_quietRate, _excess, _newcomers) = (1 / Math.Max(1, nodeSeconds) * quiet, default, 0);
        (_joined, _failed) = (0, 0);
    }

    /// <summary>Takes in what was counted in a window.</summary>
    public void Add(ControlCounts counted, double nodeSeconds, int joined, int failed, long newcomers)
    {
        if (_quietRate is not { } quiet) return;
        _excess += counted + (-nodeSeconds * quiet);
        _newcomers += newcomers;
        _joined += joined;
        _failed += failed;
    }

    /// <summary>Adds the cost, where all of it has one cause.</summary>
    public void AddTo(Figures figures, SimRing ring)
    {
        if (_joined > 0 && _failed == 0)
        {
            figures["callsPerJoin"] = _newcomers / MessagesPerCall / _joined;
            figures["paperCallsPerJoin"] = 3.0 * (1 << ring.Options.Overlay.DigitBits) * Math.Log(ring.Live.Count, 1 << ring.Options.Overlay.DigitBits);
        }

        if (_failed > 0 && _joined == 0) AddFailures(figures, 1 / MessagesPerCall / _failed * _excess);
    }

    private static void AddFailures(Figures figures, ControlCounts calls)
    {
        figures["callsPerFailedNode"] = calls.All;
        figures["leafSetCallsPerFailedNode"] = calls.LeafSet;
        figures["distanceCallsPerFailedNode"] = calls.Distance;
        figures["tableCallsPerFailedNode"] = calls.State;
    }
}
