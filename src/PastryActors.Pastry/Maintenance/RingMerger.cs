using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Maintenance;

/// <summary>
/// Finds the other part of a ring that was cut in two: now and then asks a node that was lost sight of, and one it once might have joined through, who the root of
/// this node's own id is where it lives; whoever answers from another ring has neighbours for this node there. In: losses, the
/// tick, answers. Out: join requests by an active member; probes of the neighbours learned.
/// </summary>
internal sealed class RingMerger(NodeContext node, Joiner joiner, Prober prober)
{
    /// <summary>Nodes lost sight of that are remembered; the oldest makes room.</summary>
    public const int LostMax = 64;

    /// <summary>Attempts after which a lost node is believed gone for good. The joiner's contacts are never given up.</summary>
    private const int AttemptsMax = 30;

    /// <summary>How many nodes of a ring look for another ring each period, at the least.</summary>
    private const int LookersMin = 64;

    private readonly List<(NodeHandle Node, int Attempts)> _lost = [];
    private int _turn;
    private int _ticks;

    /// <summary>The nodes lost sight of, the last first.</summary>
    public IReadOnlyList<NodeHandle> LostNodes => [.. _lost.Select(l => l.Node).Reverse()];

    public void Start() => node.Schedule(OverlayTimer.Merge, node.Random.Jitter(node.Options.MergePeriod));

    /// <summary>A node that had been known was declared failed.</summary>
    public void Lost(NodeHandle gone)
    {
        Heard(gone.Id);
        if (_lost.Count == LostMax) _lost.RemoveAt(0);
        _lost.Add((gone, 0));
    }

    /// <summary>A node is heard from: it is not lost.</summary>
    public void Heard(RingId id)
    {
        if (_lost.Count > 0) _lost.RemoveAll(l => l.Node.Id == id);
    }

    /// <summary>
    /// One contact and one lost node a period, each in its turn: with chance instead, the one that still lives could wait long. Of a large ring
    /// not every node looks every time.
    /// </summary>
    public void OnTick()
    {
        Start();
        if (!node.IsActive || _ticks++ % PeriodsBetweenLooks() != 0) return;
        if (NextStranger() is { } stranger) Ask(stranger);
        if (NextLost() is { } lost) Ask(lost);
    }

    /// <summary>The answer of the root of this node's id, wherever that root lives.</summary>
    public void OnReply(NodeHandle from, JoinReply reply)
    {
        bool foreign = Probe(from);
        foreach (NodeHandle leaf in reply.Leafs) foreign |= Probe(leaf);
        if (foreign) node.Report(FactKind.RingMerged, from.Id);
    }

    /// <summary>One look a period for every so many nodes is enough to find another ring soon.</summary>
    private int PeriodsBetweenLooks() => (int)Math.Clamp(RingEstimate.Nodes(node.Leafs) / LookersMin, 1, 1000);

    private bool Probe(NodeHandle candidate)
    {
        if (!node.Leafs.Admits(candidate.Id)) return false;
        prober.ProbeAnew(candidate);
        return true;
    }

    private void Ask(NodeHandle contact) =>
        node.Send(contact, new Routed(node.Self.Id, node.Self, Hops: 1, Sequence: 0, new JoinRequest(node.Self, 0, [])));

    private NodeHandle? NextStranger()
    {
        List<NodeHandle> strangers = [.. joiner.Contacts.Where(IsStranger)];
        return strangers.Count == 0 ? null : strangers[_turn++ % strangers.Count];
    }

    /// <summary>The one asked least often, of these the one lost last.</summary>
    private NodeHandle? NextLost()
    {
        if (_lost.Count == 0) return null;
        int least = _lost.Min(l => l.Attempts);
        int pick = _lost.FindLastIndex(l => l.Attempts == least);
        NodeHandle lost = _lost[pick].Node;
        if (least + 1 >= AttemptsMax) _lost.RemoveAt(pick);
        else _lost[pick] = (lost, least + 1);
        return lost;
    }

    /// <summary>
    /// Only the leaf set tells who is of this ring: the routing table learns from whoever measures a distance, in another ring too.
    /// </summary>
    private bool IsStranger(NodeHandle contact) => !node.Leafs.Members().Any(m => m.Address == contact.Address);
}
