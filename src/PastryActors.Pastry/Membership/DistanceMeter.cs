using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// Measures how far nodes are, a bounded number at a time, and enters the results in the tables: proximity neighbour selection
/// (Castro et al. 2002). An answer may ask back, so that one exchange tells both ends (DSN 2004, section 4.2: symmetric probes).
/// In: wishes, probes, the sweep. Out: distance probes; results to whoever listens.
/// </summary>
internal sealed class DistanceMeter(NodeContext node)
{
    /// <summary>Probes under way at once: a row of the table, so that a join measures row by row.</summary>
    public const int OpenMax = 16;

    /// <summary>Wishes that wait. Beyond it they are dropped: maintenance will bring the node up again.</summary>
    public const int WaitingMax = 256;

    /// <summary>Questions asked back and not answered yet. The oldest makes room: most want no answer, since the asker is too far to be of use.</summary>
    public const int AskedBackMax = 32;

    /// <summary>Nodes remembered as asked already since the last rest; beyond it some are asked twice.</summary>
    public const int RememberedMax = 1024;

    private readonly List<Question> _open = [];
    private readonly List<Question> _askedBack = [];
    private AskedNodes _asked;
    private Queue<NodeHandle>? _waiting;
    private ulong _sequence;
    private Instant? _sweepDue;

    /// <summary>Told of every result: the node and its round trip, or null when it did not answer in time.</summary>
    public Action<NodeHandle, TimeSpan?>? Listener { get; set; }

    /// <summary>
    /// Wishes to know how far a node is. An answer comes by way of <see cref="Listener"/>. False if there will be none: too many wait,
    /// or the node was asked already since the last rest.
    /// </summary>
    public bool Measure(NodeHandle target)
    {
        if (target.Id == node.Self.Id || _asked.Contains(target.Id)) return false;
        if (_open.Count < OpenMax)
        {
            Ask(target);
        }
        else if ((_waiting ??= []).Count < WaitingMax)
        {
            _waiting.Enqueue(target);
        }
        else
        {
            node.Report(FactKind.Dropped, target.Id, WaitingMax);
            return false;
        }

        if (_asked.Count < RememberedMax) _asked.Add(target.Id);
        return true;
    }

    /// <summary>Offers a node to the tables, measured first unless its distance is known.</summary>
    public void Consider(NodeHandle candidate)
    {
        if (candidate.Id == node.Self.Id) return;
        if (node.RoundTrip(candidate.Id) is { } known)
        {
            node.Measured(candidate, known);
            return;
        }

        NodeHandle? there = node.Table.Find(candidate.Id);
        if (there is null || there.Id == candidate.Id) node.Table.Consider(candidate);
        Measure(candidate);
    }

    public void OnProbe(NodeHandle from, DistanceProbe probe)
    {
        if (probe.IsAnswer) OnAnswer(from, probe);
        else node.Send(from, Answer(from, probe.Sequence));
    }

    /// <summary>Gives up on probes that were not answered within the probe timeout, by what came until the sweep was due: more may wait behind it.</summary>
    public void OnSweep()
    {
        if (_sweepDue is not { } due) return;
        _sweepDue = null;
        while (_open.Count > 0 && _open[0] is var oldest && oldest.SentAt + node.Options.ProbeTimeout <= due)
        {
            _open.RemoveAt(0);
            _asked.Remove(oldest.Target.Id);
            Finish(oldest.Target, null);
        }

        Sweep();
    }

    /// <summary>Lets go of what grew with a join, once it is over; nodes asked before may be asked anew.</summary>
    public void Trim()
    {
        _askedBack.Clear();
        _askedBack.Capacity = 0;
        if (_open.Count == 0) _asked = default;
    }

    private void OnAnswer(NodeHandle from, DistanceProbe answer)
    {
        // Sequence numbers are easily guessed: what another node answers must not close the question.
        if (Take(_open, from, answer.Sequence) is { } open)
        {
            TimeSpan roundTrip = node.Now - open.SentAt;
            if (answer.Question != 0 && roundTrip.TotalMicroseconds < answer.BelowMicros) node.Send(from, new DistanceProbe(answer.Question, IsAnswer: true));
            node.Measured(from, roundTrip);
            Finish(from, roundTrip);
        }
        else if (Take(_askedBack, from, answer.Sequence) is { } back)
        {
            node.Measured(from, node.Now - back.SentAt);
        }
    }

    /// <summary>The answer; it asks back if the asker could be of use here, were it near enough.</summary>
    private DistanceProbe Answer(NodeHandle asker, ulong sequence)
    {
        NodeHandle? there = node.Table.Find(asker.Id);
        uint below = node.Table.DistanceAt(asker.Id);
        if (!node.IsActive || (there?.Id == asker.Id && below != RoutingTable.Unmeasured)) return new DistanceProbe(sequence, IsAnswer: true);
        while (_askedBack.Count > 0 && (_askedBack.Count >= AskedBackMax || _askedBack[0].SentAt + node.Options.ProbeTimeout <= node.Now)) _askedBack.RemoveAt(0);
        _askedBack.Add(new Question(asker, ++_sequence, node.Now));
        return new DistanceProbe(sequence, IsAnswer: true, _sequence, below);
    }

    private static Question? Take(List<Question> questions, NodeHandle from, ulong sequence)
    {
        int at = questions.FindIndex(q => q.Sequence == sequence);
        if (at < 0 || (questions[at].Target.Id != from.Id && questions[at].Target.Id != default)) return null;
        Question taken = questions[at];
        questions.RemoveAt(at);
        return taken;
    }

    private void Finish(NodeHandle found, TimeSpan? roundTrip)
    {
        if (_open.Count < OpenMax && _waiting is not null && _waiting.TryDequeue(out NodeHandle? next)) Ask(next);
        if (_waiting is { Count: 0 }) _waiting = null;
        if (_open.Count == 0) _open.Capacity = 0;
        Listener?.Invoke(found, roundTrip);
    }

    private void Ask(NodeHandle target)
    {
        _open.Add(new Question(target, ++_sequence, node.Now));
        node.Send(target, new DistanceProbe(_sequence, IsAnswer: false));
        Sweep();
    }

    private void Sweep()
    {
        if (_sweepDue is not null || _open.Count == 0) return;
        Instant due = _open[0].SentAt + node.Options.ProbeTimeout;
        if (due < node.Now) due = node.Now;
        _sweepDue = due;
        node.Schedule(OverlayTimer.DistanceSweep, due - node.Now);
    }

    private readonly record struct Question(NodeHandle Target, ulong Sequence, Instant SentAt);
}
