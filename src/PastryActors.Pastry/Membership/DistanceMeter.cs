using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// Measures how far nodes are, a bounded number at a time, and enters the results in routing table and neighbourhood set: proximity
/// neighbour selection (Castro et al. 2002). In: wishes, answers, the sweep. Out: distance probes; results to whoever listens.
/// </summary>
internal sealed class DistanceMeter(NodeContext node)
{
    /// <summary>Probes under way at once: a row of the table, so that a join measures row by row.</summary>
    public const int OpenMax = 16;

    /// <summary>Wishes that wait. Beyond it they are dropped: maintenance will bring the node up again.</summary>
    public const int WaitingMax = 256;

    private readonly SortedDictionary<ulong, (NodeHandle Target, Instant SentAt)> _open = [];
    private readonly Queue<NodeHandle> _waiting = new();
    private readonly HashSet<RingId> _wanted = [];
    private ulong _sequence;
    private bool _sweeping;

    /// <summary>Told of every result: the node and its round trip, or null when it did not answer in time.</summary>
    public Action<NodeHandle, TimeSpan?>? Listener { get; set; }

    /// <summary>Wishes to know how far a node is. An answer comes by way of <see cref="Listener"/>, unless too many wait.</summary>
    public bool Measure(NodeHandle target)
    {
        if (target.Id == node.Self.Id || !_wanted.Add(target.Id)) return false;
        if (_open.Count < OpenMax)
        {
            Ask(target);
        }
        else if (_waiting.Count < WaitingMax)
        {
            _waiting.Enqueue(target);
        }
        else
        {
            _wanted.Remove(target.Id);
            node.Report(FactKind.Dropped, target.Id, WaitingMax);
            return false;
        }

        return true;
    }

    /// <summary>Measures a node if the tables could use it.</summary>
    public void Consider(NodeHandle candidate)
    {
        if (candidate.Id == node.Self.Id) return;
        NodeHandle? there = node.Table.Find(candidate.Id);
        if (there is null || there.Id == candidate.Id) node.Table.Consider(candidate);
        if (there?.Id == candidate.Id && node.Table.DistanceAt(candidate.Id) != Tables.RoutingTable.Unmeasured) return;
        Measure(candidate);
    }

    public void OnProbe(NodeHandle from, DistanceProbe probe)
    {
        if (!probe.IsAnswer)
        {
            node.Send(from, new DistanceProbe(probe.Sequence, IsAnswer: true));
            return;
        }

        // Sequence numbers are easily guessed: what another node answers must not close the question.
        if (!_open.TryGetValue(probe.Sequence, out (NodeHandle Target, Instant SentAt) open) || (open.Target.Id != from.Id && open.Target.Id != default)) return;
        _open.Remove(probe.Sequence);
        Finish(open.Target, from, node.Now - open.SentAt);
    }

    /// <summary>Gives up on probes that were not answered within the probe timeout.</summary>
    public void OnSweep()
    {
        _sweeping = false;
        while (_open.Count > 0)
        {
            (ulong sequence, (NodeHandle target, Instant sentAt)) = _open.First();
            if (sentAt + node.Options.ProbeTimeout > node.Now) break;
            _open.Remove(sequence);
            Finish(target, target, null);
        }

        Sweep();
    }

    private void Finish(NodeHandle target, NodeHandle found, TimeSpan? roundTrip)
    {
        _wanted.Remove(target.Id);
        if (roundTrip is { } measured) node.Measured(found, measured);
        if (_open.Count < OpenMax && _waiting.TryDequeue(out NodeHandle? next)) Ask(next);
        Listener?.Invoke(found, roundTrip);
    }

    private void Ask(NodeHandle target)
    {
        _open[++_sequence] = (target, node.Now);
        node.Send(target, new DistanceProbe(_sequence, IsAnswer: false));
        Sweep();
    }

    private void Sweep()
    {
        if (_sweeping || _open.Count == 0) return;
        _sweeping = true;
        TimeSpan left = _open.First().Value.SentAt + node.Options.ProbeTimeout - node.Now;
        node.Schedule(OverlayTimer.DistanceSweep, left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }
}
