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
        _nodes.RemoveAll(n => n.Node.Id == node.Id);
        int at = _nodes.FindIndex(n => roundTripMicros < n.RoundTripMicros);
        if (at < 0) at = _nodes.Count;
        if (at >= size) return false;
        _nodes.Insert(at, (node, roundTripMicros));
        if (_nodes.Count > size) _nodes.RemoveAt(size);
        return true;
    }

    /// <summary>Takes a node out. True if it was there.</summary>
    public bool Remove(RingId id) => _nodes.RemoveAll(n => n.Node.Id == id) > 0;

    /// <summary>Whether the node is one of those nearest.</summary>
    public bool Contains(RingId id) => _nodes.Exists(n => n.Node.Id == id);
}
