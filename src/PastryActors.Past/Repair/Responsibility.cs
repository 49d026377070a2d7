using PastryActors.Core.Ring;
using PastryActors.Pastry.Tables;

namespace PastryActors.Past.Repair;

/// <summary>
/// For which keys a node is among the k closest, as this node sees the ring. Walking away from a node, others only become closer:
/// the keys for which it is among the k closest are one arc, from halfway to its k-th neighbour on the left to halfway to the k-th
/// on the right. So the question costs one comparison an object, not a walk over the leaf set.
/// </summary>
internal sealed class Responsibility
{
    private readonly RingId[] _nodes;
    private readonly bool _wholeRing;
    private readonly int _self;
    private readonly Arc[] _own;
    private readonly bool _leaves;

    /// <summary>By the leaf set as it is now, without those who are about to leave it.</summary>
    public Responsibility(LeafSetView leafs, LeavingBook? leaving = null)
    {
        _wholeRing = leafs.IsWholeRing;
        ReplicasMax = leafs.Capacity / 2;
        Version = (leafs.Version, leaving?.Version ?? 0);
        _leaves = leaving?.IsSelf ?? false;
        _nodes = Clockwise(leafs, leaving);
        _self = Array.IndexOf(_nodes, leafs.Self.Id);
        _own = Arcs(_self);
    }

    /// <summary>Of the leaf set and of the book of those who leave that this was made from.</summary>
    public (int Leafs, int Leaving) Version { get; }

    /// <summary>The largest k that a leaf set carries: L/2.</summary>
    public int ReplicasMax { get; }

    /// <summary>Whether this node is among the <paramref name="replicas"/> closest to the key; never if it leaves itself.</summary>
    public bool IsOwn(RingId key, int replicas) => !_leaves && _own[Math.Min(replicas, ReplicasMax)].Contains(key);

    /// <summary>The arc of this node for a k of 1 to L/2.</summary>
    public Arc OwnArc(int replicas) => _own[replicas];

    /// <summary>The arcs of another node by k; null for a node that is not known.</summary>
    public Arc[]? ArcsOf(RingId node)
    {
        int index = Array.IndexOf(_nodes, node);
        return index < 0 ? null : Arcs(index);
    }

    private Arc[] Arcs(int index)
    {
        var arcs = new Arc[ReplicasMax + 1];
        for (int k = 1; k <= ReplicasMax; k++) arcs[k] = ArcOf(index, k);
        return arcs;
    }

    private Arc ArcOf(int index, int replicas)
    {
        if (_wholeRing && _nodes.Length <= replicas) return Arc.WholeRing;
        RingId node = _nodes[index];
        RingId left = Neighbour(index, -replicas), right = Neighbour(index, replicas);
        UInt128 back = Reach(left.ClockwiseTo(node), node < left), ahead = Reach(node.ClockwiseTo(right), node < right);
        return new Arc(new RingId(unchecked(node.Value - back)), back + ahead);
    }

    // Beyond the leaf set's edge nothing is known: the arc then ends sooner than it may, which costs a comparison, never an object.
    private RingId Neighbour(int index, int by) => _wholeRing
        ? _nodes[(((index + by) % _nodes.Length) + _nodes.Length) % _nodes.Length]
        : _nodes[Math.Clamp(index + by, 0, _nodes.Length - 1)];

    // Halfway; exactly halfway the smaller id is the closer, as everywhere.
    private static UInt128 Reach(UInt128 distance, bool winsTie) => distance == 0 ? 0 : winsTie ? distance / 2 : (distance - 1) / 2;

    private static RingId[] Clockwise(LeafSetView leafs, LeavingBook? leaving)
    {
        RingId start = leafs.IsWholeRing || leafs.Left.Count == 0 ? leafs.Self.Id : leafs.Left[^1].Id;
        List<RingId> ids = [leafs.Self.Id];
        foreach (NodeHandle node in leafs.Members())
        {
            if (leaving is null || !leaving.Contains(node.Id)) ids.Add(node.Id);
        }

        ids.Sort((a, b) => start.ClockwiseTo(a).CompareTo(start.ClockwiseTo(b)));
        return [.. ids];
    }
}
