using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Tables;

/// <summary>One side of a leaf set: nodes in the order of their distance along one direction of the ring, with their measured round trips beside them.</summary>
internal sealed class LeafSide(RingId self, int capacity, bool clockwise)
{
    private readonly List<NodeHandle> _nodes = new(capacity);
    private readonly uint[] _micros = new uint[capacity];

    /// <summary>The nodes, nearest first.</summary>
    public IReadOnlyList<NodeHandle> Nodes => _nodes;

    public int Count => _nodes.Count;

    public bool IsFull => _nodes.Count == capacity;

    /// <summary>The outermost node; <c>self</c> of an empty side.</summary>
    public RingId End => _nodes.Count > 0 ? _nodes[^1].Id : self;

    public NodeHandle this[int index] => _nodes[index];

    /// <summary>Whether a node of this id, not a member yet, would find room.</summary>
    public bool HasRoomFor(RingId id) => !IsFull || Offset(id) < Offset(_nodes[^1].Id);

    /// <summary>Whether the id is met sooner in this direction than in the other.</summary>
    public bool IsNearHalf(RingId id) => Offset(id) <= UInt128.MaxValue / 2;

    /// <summary>Position of a member, or the complement of where it would stand.</summary>
    public int IndexOf(RingId id)
    {
        UInt128 offset = Offset(id);
        int low = 0;
        int high = _nodes.Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (Offset(_nodes[middle].Id) < offset) low = middle + 1;
            else high = middle;
        }

        return low < _nodes.Count && _nodes[low].Id == id ? low : ~low;
    }

    public bool Contains(RingId id) => IndexOf(id) >= 0;

    /// <summary>Puts a node where it belongs; the outermost makes room. False if it does not belong here, or is here already.</summary>
    public bool Insert(NodeHandle node, uint roundTripMicros = RoutingTable.Unmeasured)
    {
        int at = ~IndexOf(node.Id);
        if (at < 0 || at >= capacity) return false;
        if (IsFull) _nodes.RemoveAt(capacity - 1);
        _micros.AsSpan(at, _nodes.Count - at).CopyTo(_micros.AsSpan(at + 1));
        _nodes.Insert(at, node);
        _micros[at] = roundTripMicros;
        return true;
    }

    /// <summary>Puts the handle of a later start in the place of an older. True if it did.</summary>
    public bool Renew(NodeHandle node)
    {
        int at = IndexOf(node.Id);
        if (at < 0 || !node.Supersedes(_nodes[at])) return false;
        _nodes[at] = node;
        return true;
    }

    public bool Remove(RingId id)
    {
        int at = IndexOf(id);
        if (at < 0) return false;
        _nodes.RemoveAt(at);
        _micros.AsSpan(at + 1).CopyTo(_micros.AsSpan(at));
        return true;
    }

    /// <summary>Notes the measured distance of a member.</summary>
    public void Measured(RingId id, uint roundTripMicros)
    {
        int at = IndexOf(id);
        if (at >= 0) _micros[at] = roundTripMicros;
    }

    /// <summary>The measured distance of a member; <see cref="RoutingTable.Unmeasured"/> if it was not measured or is none.</summary>
    public uint DistanceTo(RingId id)
    {
        int at = IndexOf(id);
        return at >= 0 ? _micros[at] : RoutingTable.Unmeasured;
    }

    private UInt128 Offset(RingId id) => clockwise ? self.ClockwiseTo(id) : id.ClockwiseTo(self);
}
