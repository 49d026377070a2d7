using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Tables;

/// <summary>
/// The L nodes whose ids are closest to this node's, L/2 on either side (Middleware 2001, section 2.1). In a ring of fewer than
/// L + 1 nodes the sides overlap: every node then stands on both, and the leaf set is the whole ring.
/// </summary>
public sealed class LeafSet
{
    private readonly List<NodeHandle> _left;
    private readonly List<NodeHandle> _right;

    /// <summary>An empty leaf set around <paramref name="self"/>.</summary>
    /// <param name="size">The paper's L: even, at least 2.</param>
    public LeafSet(RingId self, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        Self = self;
        HalfSize = size / 2;
        _left = new List<NodeHandle>(HalfSize);
        _right = new List<NodeHandle>(HalfSize);
    }

    /// <summary>The id in the middle.</summary>
    public RingId Self { get; }

    /// <summary>How many nodes a side may hold: L/2.</summary>
    public int HalfSize { get; }

    /// <summary>Grows by one with every change, so that others notice.</summary>
    public int Version { get; private set; }

    /// <summary>The nodes met walking counter-clockwise, nearest first.</summary>
    public IReadOnlyList<NodeHandle> Left => _left;

    /// <summary>The nodes met walking clockwise, nearest first.</summary>
    public IReadOnlyList<NodeHandle> Right => _right;

    /// <summary>Whether no other node is known.</summary>
    public bool IsEmpty => _left.Count == 0 && _right.Count == 0;

    /// <summary>Whether the two sides meet, so that the set is the whole ring.</summary>
    public bool Wraps
    {
        get
        {
            foreach (NodeHandle node in _left)
            {
                if (ContainsIn(_right, node.Id)) return true;
            }

            return false;
        }
    }

    /// <summary>Whether both sides are full, or the whole ring is known. An empty set is complete for a ring of one.</summary>
    public bool IsComplete => IsEmpty || (_left.Count == HalfSize && _right.Count == HalfSize) || Wraps;

    /// <summary>Number of distinct nodes.</summary>
    public int Count
    {
        get
        {
            int count = _left.Count;
            foreach (NodeHandle node in _right)
            {
                if (!ContainsIn(_left, node.Id)) count++;
            }

            return count;
        }
    }

    /// <summary>The outermost node on the left; this node itself while that side is empty after a failure.</summary>
    private RingId LeftEnd => _left.Count > 0 ? _left[^1].Id : Self;

    private RingId RightEnd => _right.Count > 0 ? _right[^1].Id : Self;

    /// <summary>The distinct nodes, the right side outwards and then what only the left side has.</summary>
    public IEnumerable<NodeHandle> Members()
    {
        foreach (NodeHandle node in _right) yield return node;
        foreach (NodeHandle node in _left)
        {
            if (!ContainsIn(_right, node.Id)) yield return node;
        }
    }

    /// <summary>Whether the node stands in the set.</summary>
    public bool Contains(RingId id) => ContainsIn(_left, id) || ContainsIn(_right, id);

    /// <summary>The handle under which a member is known, or null.</summary>
    public NodeHandle? Find(RingId id) => _left.Find(n => n.Id == id) ?? _right.Find(n => n.Id == id);

    /// <summary>Whether a node of this id would belong into the set, were it added.</summary>
    public bool Admits(RingId id) =>
        id != Self && !Contains(id)
        && (_left.Count < HalfSize || _right.Count < HalfSize
            || id.ClockwiseTo(Self) < _left[^1].Id.ClockwiseTo(Self)
            || Self.ClockwiseTo(id) < Self.ClockwiseTo(_right[^1].Id));

    /// <summary>Puts a node where it belongs, or its newer handle in place of an older. True if anything changed.</summary>
    public bool Add(NodeHandle node)
    {
        if (node.Id == Self) return false;

        // A member is not put on its other side as well: a side that is short after a failure would look full, and the set like a
        // whole ring, before the nodes that belong there were asked for. CloseRing does it once they were.
        bool changed = Contains(node.Id)
            ? Renew(_left, node) | Renew(_right, node)
            : Insert(_left, node, clockwise: false) | Insert(_right, node, clockwise: true);
        if (changed) Version++;
        return changed;
    }

    /// <summary>
    /// Fills a side that is short with the nodes of the other: to be called when nobody knows more nodes, so that the ring is
    /// smaller than L + 1. True if anything changed.
    /// </summary>
    public bool CloseRing()
    {
        bool changed = false;
        foreach (NodeHandle node in Members().ToArray())
        {
            if (!ContainsIn(_left, node.Id)) changed |= Insert(_left, node, clockwise: false);
            if (!ContainsIn(_right, node.Id)) changed |= Insert(_right, node, clockwise: true);
        }

        if (changed) Version++;
        return changed;
    }

    /// <summary>Takes a node out. True if it was there.</summary>
    public bool Remove(RingId id)
    {
        bool removed = _left.RemoveAll(n => n.Id == id) + _right.RemoveAll(n => n.Id == id) > 0;
        if (removed) Version++;
        return removed;
    }

    /// <summary>Whether the key lies between the outermost nodes, so that the root of the key is here or in the set (Middleware 2001, figure 2, line 1).</summary>
    public bool Covers(RingId key) => IsEmpty || Wraps || key.IsBetween(LeftEnd, RightEnd);

    /// <summary>The node numerically closest to the key among the set and <paramref name="self"/>.</summary>
    public NodeHandle ClosestTo(RingId key, NodeHandle self)
    {
        NodeHandle best = self;
        foreach (NodeHandle node in _left)
        {
            if (key.IsCloser(node.Id, best.Id)) best = node;
        }

        foreach (NodeHandle node in _right)
        {
            if (key.IsCloser(node.Id, best.Id)) best = node;
        }

        return best;
    }

    /// <summary>The mean arc between neighbours, from which the size of the ring is estimated; the whole ring for an empty set.</summary>
    public UInt128 MeanSpacing()
    {
        if (IsEmpty) return UInt128.MaxValue;
        if (Wraps) return UInt128.MaxValue / (UInt128)(Count + 1);
        UInt128 span = LeftEnd.ClockwiseTo(RightEnd);
        return span / (UInt128)(_left.Count + _right.Count);
    }

    private bool Insert(List<NodeHandle> side, NodeHandle node, bool clockwise)
    {
        int at = 0;
        while (at < side.Count && Offset(side[at].Id, clockwise) <= Offset(node.Id, clockwise)) at++;

        if (at >= HalfSize) return false;
        side.Insert(at, node);
        if (side.Count > HalfSize) side.RemoveAt(HalfSize);
        return true;
    }

    private static bool Renew(List<NodeHandle> side, NodeHandle node)
    {
        int at = side.FindIndex(n => n.Id == node.Id);
        if (at < 0 || !node.Supersedes(side[at])) return false;
        side[at] = node;
        return true;
    }

    private UInt128 Offset(RingId id, bool clockwise) => clockwise ? Self.ClockwiseTo(id) : id.ClockwiseTo(Self);

    private static bool ContainsIn(List<NodeHandle> side, RingId id)
    {
        foreach (NodeHandle node in side)
        {
            if (node.Id == id) return true;
        }

        return false;
    }
}
