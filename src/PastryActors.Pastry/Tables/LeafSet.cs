using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Tables;

/// <summary>
/// The L nodes whose ids are closest to this node's, L/2 on either side (Middleware 2001, section 2.1). In a ring of fewer than
/// L + 1 nodes the sides overlap: every node then stands on both, and the leaf set is the whole ring.
/// </summary>
public sealed class LeafSet
{
    private readonly LeafSide _left;
    private readonly LeafSide _right;
    private NodeHandle[]? _members;

    /// <summary>An empty leaf set around <paramref name="self"/>.</summary>
    /// <param name="size">The paper's L: even, at least 2.</param>
    public LeafSet(RingId self, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        Self = self;
        HalfSize = size / 2;
        _left = new LeafSide(self, HalfSize, clockwise: false);
        _right = new LeafSide(self, HalfSize, clockwise: true);
    }

    /// <summary>The id in the middle.</summary>
    public RingId Self { get; }

    /// <summary>How many nodes a side may hold: L/2.</summary>
    public int HalfSize { get; }

    /// <summary>Grows by one with every change, so that others notice.</summary>
    public int Version { get; private set; }

    /// <summary>The nodes met walking counter-clockwise, nearest first.</summary>
    public IReadOnlyList<NodeHandle> Left => _left.Nodes;

    /// <summary>The nodes met walking clockwise, nearest first.</summary>
    public IReadOnlyList<NodeHandle> Right => _right.Nodes;

    /// <summary>Whether no other node is known.</summary>
    public bool IsEmpty => _left.Count == 0 && _right.Count == 0;

    /// <summary>Whether the two sides meet, so that the set is the whole ring.</summary>
    public bool Wraps => _left.Count > 0 && _right.Count > 0 && SidesOverlap();

    /// <summary>Whether both sides are full, or the whole ring is known. An empty set is complete for a ring of one.</summary>
    public bool IsComplete => IsEmpty || (_left.IsFull && _right.IsFull) || Wraps;

    /// <summary>Number of distinct nodes.</summary>
    public int Count => Snapshot.Count;

    /// <summary>The distinct nodes as a list that later changes leave as it is, to be put into messages: made once a change.</summary>
    internal ValueList<NodeHandle> Snapshot => new(_members ??= [.. Distinct()]);

    /// <summary>The distinct nodes, the right side outwards and then what only the left side has.</summary>
    public IEnumerable<NodeHandle> Members() => Snapshot;

    /// <summary>Whether the node stands in the set.</summary>
    public bool Contains(RingId id) => _left.Contains(id) || _right.Contains(id);

    /// <summary>The handle under which a member is known, or null.</summary>
    public NodeHandle? Find(RingId id)
    {
        int left = _left.IndexOf(id);
        if (left >= 0) return _left[left];
        int right = _right.IndexOf(id);
        return right >= 0 ? _right[right] : null;
    }

    /// <summary>Whether a node of this id would belong into the set, were it added.</summary>
    public bool Admits(RingId id) => id != Self && (LeftTakes(id) || RightTakes(id)) && !Contains(id);

    /// <summary>Puts a node where it belongs, or its newer handle in place of an older. True if anything changed.</summary>
    public bool Add(NodeHandle node)
    {
        if (node.Id == Self) return false;

        // A member is not put on its other side as well: a side that is short after a failure would look full, and the set like a
        // whole ring, before the nodes that belong there were asked for. CloseRing does it once they were.
        if (Contains(node.Id)) return Changed(_left.Renew(node) | _right.Renew(node));
        bool left = LeftTakes(node.Id);
        bool right = RightTakes(node.Id);
        return Changed((left && _left.Insert(node)) | (right && _right.Insert(node)));
    }

    /// <summary>
    /// Fills a side that is short with the nodes of the other: to be called when nobody knows more nodes, so that the ring is
    /// smaller than L + 1. True if anything changed.
    /// </summary>
    public bool CloseRing()
    {
        bool changed = false;
        foreach (NodeHandle node in Snapshot) changed |= _left.Insert(node, _right.DistanceTo(node.Id)) | _right.Insert(node, _left.DistanceTo(node.Id));
        return Changed(changed);
    }

    /// <summary>Takes a node out. True if it was there.</summary>
    public bool Remove(RingId id) => Changed(_left.Remove(id) | _right.Remove(id));

    /// <summary>Whether the key lies between the outermost nodes, so that the root of the key is here or in the set (Middleware 2001, figure 2, line 1).</summary>
    public bool Covers(RingId key) => IsEmpty || key.IsBetween(_left.End, _right.End) || Wraps;

    /// <summary>The node numerically closest to the key among the set and <paramref name="self"/>.</summary>
    public NodeHandle ClosestTo(RingId key, NodeHandle self)
    {
        NodeHandle best = self;
        for (int i = 0; i < _left.Count; i++)
        {
            if (key.IsCloser(_left[i].Id, best.Id)) best = _left[i];
        }

        for (int i = 0; i < _right.Count; i++)
        {
            if (key.IsCloser(_right[i].Id, best.Id)) best = _right[i];
        }

        return best;
    }

    /// <summary>The mean arc between neighbours, from which the size of the ring is estimated; the whole ring for an empty set.</summary>
    public UInt128 MeanSpacing()
    {
        if (IsEmpty) return UInt128.MaxValue;
        if (Wraps) return UInt128.MaxValue / (UInt128)(Count + 1);
        UInt128 span = _left.End.ClockwiseTo(_right.End);
        return span / (UInt128)(_left.Count + _right.Count);
    }

    /// <summary>Whether the left side has room for a node of this id, which is no member.</summary>
    internal bool LeftTakes(RingId id) => Takes(_left, _right, id);

    /// <summary>As <see cref="LeftTakes"/>, on the right.</summary>
    internal bool RightTakes(RingId id) => Takes(_right, _left, id);

    /// <summary>Notes the measured distance of a member.</summary>
    internal void Measured(RingId id, uint roundTripMicros)
    {
        _left.Measured(id, roundTripMicros);
        _right.Measured(id, roundTripMicros);
    }

    /// <summary>The measured distance of a member; <see cref="RoutingTable.Unmeasured"/> if it was not measured or is none.</summary>
    internal uint DistanceTo(RingId id) => Math.Min(_left.DistanceTo(id), _right.DistanceTo(id));

    /// <summary>Lets go of what can be made again.</summary>
    internal void Trim() => _members = null;

    /// <summary>
    /// Whether a side has room for the id. A side that is short after a failure does not take what is sooner met on the other side:
    /// from there it reaches round the ring, and whatever lies between would seem to be missing. Where hardly anybody is known, as at a join or
    /// in a small ring, both sides take everyone.
    /// </summary>
    private bool Takes(LeafSide side, LeafSide other, RingId id)
    {
        bool few = !other.IsFull && _left.Count + _right.Count <= HalfSize;
        return side.HasRoomFor(id) && (side.IsFull || few || side.IsNearHalf(id) || Wraps);
    }

    private bool Changed(bool changed)
    {
        if (!changed) return false;
        Version++;
        _members = null;
        return true;
    }

    private IEnumerable<NodeHandle> Distinct()
    {
        foreach (NodeHandle node in _right.Nodes) yield return node;
        foreach (NodeHandle node in _left.Nodes)
        {
            if (!_right.Contains(node.Id)) yield return node;
        }
    }

    private bool SidesOverlap()
    {
        for (int i = _left.Count - 1; i >= 0; i--)
        {
            if (_right.Contains(_left[i].Id)) return true;
        }

        return false;
    }
}
