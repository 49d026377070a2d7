using PastryActors.Core.Ring;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// All nodes of a world in the order of their ids, so that "who is closest to this key, of those that ..." is a search and a short
/// walk, also among a hundred thousand. Shares no code with the overlay. Nodes that were added are taken in at the next question.
/// </summary>
public sealed class RingIndex(SimWorld world)
{
    private SimNode[] _sorted = [];
    private RingId[] _ids = [];
    private int _known;

    /// <summary>Number of nodes, up or down.</summary>
    public int Count => world.Nodes.Count;

    /// <summary>The node of an id, or null.</summary>
    public SimNode? Find(RingId id)
    {
        Refresh();
        int at = Array.BinarySearch(_ids, id);
        return at >= 0 ? _sorted[at] : null;
    }

    /// <summary>Of the nodes for which <paramref name="where"/> holds, the one closest to a key (of two at one distance the smaller id); null if there is none.</summary>
    public SimNode? Closest(RingId key, Func<SimNode, bool> where)
    {
        Refresh();
        int start = Array.BinarySearch(_ids, key);
        if (start < 0) start = ~start;
        SimNode? right = Walk(start, 1, where);
        SimNode? left = Walk(start - 1, -1, where);
        if (right is null || left is null || right == left) return right ?? left;
        UInt128 toRight = Distance(key, right.Id);
        UInt128 toLeft = Distance(key, left.Id);
        if (toRight != toLeft) return toRight < toLeft ? right : left;
        return right.Id.Value < left.Id.Value ? right : left;
    }

    private static UInt128 Distance(RingId a, RingId b) => UInt128.Min(unchecked(a.Value - b.Value), unchecked(b.Value - a.Value));

    private SimNode? Walk(int from, int step, Func<SimNode, bool> where)
    {
        int count = _sorted.Length;
        for (int i = 0; i < count; i++)
        {
            SimNode node = _sorted[(((from + (i * step)) % count) + count) % count];
            if (where(node)) return node;
        }

        return null;
    }

    private void Refresh()
    {
        if (_known == world.Nodes.Count) return;
        _known = world.Nodes.Count;
        _sorted = [.. world.Nodes];
        _ids = [.. _sorted.Select(static n => n.Id)];
        Array.Sort(_ids, _sorted);
    }
}
