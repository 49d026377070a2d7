using FsCheck;
using FsCheck.Fluent;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Routing;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Tests.Routing;

/// <summary>
/// The correctness of the rule (Middleware 2001, section 2.3): over leaf sets that are right, and routing tables and neighbourhood
/// sets that know any part of the ring, every route ends at the root of its key and no node sees it twice.
/// </summary>
public sealed class RoutingRuleProperties
{
    [Fact]
    public void Every_route_ends_at_the_root_and_never_turns_in_a_circle() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(
            Gen.Choose(1, int.MaxValue).ToArbitrary(),
            Gen.Choose(1, 120).ToArbitrary(),
            Gen.Choose(1, 8).ToArbitrary(),
            (seed, count, bits) =>
            {
                Net net = new(new RandomSource((ulong)seed), count, bits);
                for (int i = 0; i < 20; i++) net.AssertRouted();
            }));

    /// <summary>A ring as a god sees it, and the tables of its nodes.</summary>
    private sealed class Net
    {
        private const int LeafSetSize = 4;

        private readonly RandomSource _random;
        private readonly NodeHandle[] _nodes;
        private readonly int _bits;
        private readonly SortedDictionary<RingId, RoutingRule> _rules = [];

        public Net(RandomSource random, int count, int bits)
        {
            (_random, _bits) = (random, bits);

            // Few distinct leading digits, so that prefixes are long and the rare case is not rare.
            int spread = random.Next(121);
            _nodes = [.. Enumerable.Range(0, count).Select(_ => Near(spread)).Distinct().Order().Select((id, i) => new NodeHandle(id, $"n{i}", 1))];
            int known = random.Next(_nodes.Length + 1);
            for (int i = 0; i < _nodes.Length; i++) _rules[_nodes[i].Id] = RuleOf(i, known);
        }

        public void AssertRouted()
        {
            RingId key = _random.Next(2) == 0 ? _random.NextRingId() : _nodes[_random.Next(_nodes.Length)].Id.Plus((UInt128)_random.NextUInt64() << 40);
            NodeHandle at = _nodes[_random.Next(_nodes.Length)];
            HashSet<RingId> seen = [];
            while (seen.Add(at.Id))
            {
                NextHop hop = _rules[at.Id].Next(key, []);
                if (hop.Node.Id == at.Id)
                {
                    Assert.True(hop.OnlyRoot);
                    Assert.Equal(Root(key), at.Id);
                    return;
                }

                AssertProgress(key, at.Id, hop);

                // A hook may choose any other admissible hop, at every node.
                NodeHandle[] others = [.. _rules[at.Id].Admissible(key)];
                foreach (NodeHandle other in others) AssertProgress(key, at.Id, new NextHop(other, OnlyRoot: false));
                at = others.Length > 0 && _random.Next(2) == 0 ? others[_random.Next(others.Length)] : hop.Node;
            }

            Assert.Fail($"the route to {key} came back to {at}");
        }

        /// <summary>A hop shares a longer prefix, or is closer with one as long; only the last, inside a leaf set, needs to be just closer.</summary>
        private void AssertProgress(RingId key, RingId from, NextHop hop)
        {
            int before = from.SharedPrefixLength(key, _bits);
            int after = hop.Node.Id.SharedPrefixLength(key, _bits);
            bool closer = key.IsCloser(hop.Node.Id, from);
            Assert.True(hop.OnlyRoot ? closer : after > before || (after == before && closer), $"from {from} to {hop} for {key}");
        }

        private RingId Near(int spread) => new((_random.NextRingId().Value >> spread) + (UInt128.One << 127));

        private RingId Root(RingId key) => _nodes.Select(n => n.Id).Aggregate((a, b) => key.IsCloser(b, a) ? b : a);

        private RoutingRule RuleOf(int index, int known)
        {
            NodeHandle self = _nodes[index];
            LeafSet leafs = new(self.Id, LeafSetSize);
            foreach (NodeHandle node in _nodes) leafs.Add(node);
            RoutingTable table = new(self.Id, _bits);
            NeighbourhoodSet neighbourhood = new(self.Id, 4);
            for (int i = 0; i < known; i++)
            {
                table.Consider(_nodes[_random.Next(_nodes.Length)], (uint)_random.Next(1000));
                neighbourhood.Consider(_nodes[_random.Next(_nodes.Length)], (uint)_random.Next(1000));
            }

            return new RoutingRule(self, _bits, leafs, table, neighbourhood);
        }
    }
}
