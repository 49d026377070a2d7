using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Routing;
using PastryActors.Pastry.Tables;

namespace PastryActors.Micro.Operations;

/// <summary>The decision where a message goes next, in a node of a ring of 10,000.</summary>
internal sealed class RoutingOperations
{
    public const int Keys = 1000;

    private const int Nodes = 10_000;
    private const int DigitBits = 4;

    private readonly RoutingRule _rule;
    private readonly RingId[] _keys;

    public RoutingOperations()
    {
        var random = new RandomSource(1);
        var self = new NodeHandle(random.NextRingId(), "127.0.0.1:1", 1);
        var leafs = new LeafSet(self.Id, 32);
        var table = new RoutingTable(self.Id, DigitBits);
        for (int i = 0; i < Nodes; i++)
        {
            var node = new NodeHandle(random.NextRingId(), "127.0.0.1:1", 1);
            leafs.Add(node);
            table.Consider(node, 1000);
        }

        _rule = new RoutingRule(self, DigitBits, leafs, table, new NeighbourhoodSet(self.Id, 32));
        _keys = [.. Enumerable.Range(0, Keys).Select(_ => random.NextRingId())];
    }

    /// <summary>Decides for <see cref="Keys"/> keys; answers how many go to the root at once.</summary>
    public int Decide()
    {
        int last = 0;
        foreach (RingId key in _keys)
            if (_rule.Next(key, []).OnlyRoot) last++;
        return last;
    }
}
