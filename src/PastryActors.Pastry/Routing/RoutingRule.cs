using PastryActors.Core.Ring;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Routing;

/// <summary>Where a message goes next.</summary>
/// <param name="Node">The next node; this node itself if it is the root.</param>
/// <param name="OnlyRoot">The next node is the root of the key: no other may take its place while it is not known to have failed.</param>
public readonly record struct NextHop(NodeHandle Node, bool OnlyRoot);

/// <summary>The rule of the next hop (Middleware 2001, figure 2), over the three tables of a node.</summary>
public sealed class RoutingRule(NodeHandle self, int digitBits, LeafSet leafs, RoutingTable table, NeighbourhoodSet neighbourhood)
{
    /// <summary>Finds the next hop towards <paramref name="key"/>, around the nodes of <paramref name="excluded"/> where the key allows it.</summary>
    public NextHop Next(RingId key, ReadOnlySpan<RingId> excluded)
    {
        if (leafs.Covers(key)) return new NextHop(leafs.ClosestTo(key, self), OnlyRoot: true);
        if (table.Next(key) is { } next && !excluded.Contains(next.Id)) return new NextHop(next, OnlyRoot: false);
        return new NextHop(RareCase(key, excluded) ?? RareCase(key, []) ?? self, OnlyRoot: false);
    }

    /// <summary>
    /// Finds the next hop towards a node's own place in the ring, as if it were not there: what its join is routed by, also when
    /// others have not noticed yet that it was gone.
    /// </summary>
    public NextHop NextAround(RingId joiner, ReadOnlySpan<RingId> excluded)
    {
        if (!leafs.Covers(joiner))
        {
            return table.Next(joiner) is { } next && next.Id != joiner && !excluded.Contains(next.Id)
                ? new NextHop(next, OnlyRoot: false)
                : new NextHop(RareCase(joiner, excluded) ?? self, OnlyRoot: false);
        }

        NodeHandle best = self;
        foreach (NodeHandle node in leafs.Members())
        {
            if (node.Id != joiner && joiner.IsCloser(node.Id, best.Id)) best = node;
        }

        return new NextHop(best, OnlyRoot: true);
    }

    /// <summary>
    /// Every node known here that a message to the key may go to without ever turning in a circle: it shares at least as long a prefix with
    /// the key as this node does, and is numerically closer to it. One that stands in two tables comes twice.
    /// </summary>
    public IEnumerable<NodeHandle> Admissible(RingId key)
    {
        int prefix = self.Id.SharedPrefixLength(key, digitBits);
        return Known().Where(n => key.IsCloser(n.Id, self.Id) && n.Id.SharedPrefixLength(key, digitBits) >= prefix);
    }

    /// <summary>
    /// The rare case: any known node that shares at least as long a prefix with the key and is numerically closer to it. Of those
    /// the one with the longest prefix, and among these the closest, so that every hop gets nearer and no route can turn in a circle.
    /// </summary>
    private NodeHandle? RareCase(RingId key, ReadOnlySpan<RingId> excluded)
    {
        NodeHandle? best = null;
        int bestPrefix = self.Id.SharedPrefixLength(key, digitBits);
        foreach (NodeHandle node in Known()) Weigh(node, key, excluded, ref best, ref bestPrefix);
        return best;
    }

    private IEnumerable<NodeHandle> Known() => leafs.Left.Concat(leafs.Right).Concat(table.All()).Concat(neighbourhood.Nodes.Select(static n => n.Node));

    private void Weigh(NodeHandle node, RingId key, ReadOnlySpan<RingId> excluded, ref NodeHandle? best, ref int bestPrefix)
    {
        int prefix = node.Id.SharedPrefixLength(key, digitBits);
        if (prefix < bestPrefix) return;
        if (!key.IsCloser(node.Id, self.Id) || excluded.Contains(node.Id)) return;
        if (best is not null && prefix == bestPrefix && !key.IsCloser(node.Id, best.Id)) return;
        (best, bestPrefix) = (node, prefix);
    }
}
