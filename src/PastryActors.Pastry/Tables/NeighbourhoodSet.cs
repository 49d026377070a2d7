using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Tables;

/// <summary>The M nodes nearest in the network of those measured (Middleware 2001, section 2.1): not used for routing, but a source of close entries.</summary>
public sealed class NeighbourhoodSet(RingId self, int size)
{
    private readonly List<(NodeHandle Node, uint RoundTripMicros)> _nodes = [];

    /// <summary>The nodes, nearest first, with their distances in microseconds.</summary>
    public IReadOnlyList<(NodeHandle Node, uint RoundTripMicros)> Nodes => _nodes;

    /// <summary>Takes note of a measured node. True if it is one of the M nearest.</summary>
    public bool Consider(NodeHandle node, uint roundTripMicros)
    {
        if (node.Id == self) return false;
        Remove(node.Id);
        int at = 0;
        while (at < _nodes.Count && _nodes[at].RoundTripMicros <= roundTripMicros) at++;
        if (at >= size) return false;
        if (_nodes.Count == size) _nodes.RemoveAt(size - 1);
        _nodes.Insert(at, (node, roundTripMicros));
        return true;
    }

    /// <summary>Takes a node out. True if it was there.</summary>
    public bool Remove(RingId id)
    {
        int at = IndexOf(id);
        if (at >= 0) _nodes.RemoveAt(at);
        return at >= 0;
    }

    /// <summary>Whether the node is one of those nearest.</summary>
    public bool Contains(RingId id) => IndexOf(id) >= 0;

    /// <summary>The measured distance of a member; <see cref="RoutingTable.Unmeasured"/> for any other.</summary>
    internal uint DistanceTo(RingId id) => IndexOf(id) is >= 0 and int at ? _nodes[at].RoundTripMicros : RoutingTable.Unmeasured;

    private int IndexOf(RingId id)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            if (_nodes[i].Node.Id == id) return i;
        }

        return -1;
    }
}
