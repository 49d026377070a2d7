using PastryActors.Core.Ring;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// All nodes of a world in the order of their ids, so that "who is closest to this key, of those that ..." is a search and a short
/// walk, also among a million. Shares no code with the overlay. Nodes that were added are taken in at the next question, first into a
/// short list: a ring that grows while it is asked is not sorted anew for every node.
/// </summary>
public sealed class RingIndex(SimWorld world)
{
    /// <summary>Beyond this the nodes that came last are merged with all others: so that a merge costs each of them little.</summary>
    private const int RecentMax = 4096;

    private readonly Run _all = new();
    private readonly Run _recent = new();
    private int _known;

    /// <summary>Number of nodes, up or down.</summary>
    public int Count => world.Nodes.Count;

    /// <summary>The node of an id, or null.</summary>
    public SimNode? Find(RingId id)
    {
        Refresh();
        return _all.Find(id) ?? _recent.Find(id);
    }

    /// <summary>Of the nodes for which <paramref name="where"/> holds, the one closest to a key (of two at one distance the smaller id); null if there is none.</summary>
    public SimNode? Closest(RingId key, Func<SimNode, bool> where)
    {
        Refresh();
        return Closer(key, _all.Closest(key, where), _recent.Closest(key, where));
    }

    private static UInt128 Distance(RingId a, RingId b) => UInt128.Min(unchecked(a.Value - b.Value), unchecked(b.Value - a.Value));

    private static SimNode? Closer(RingId key, SimNode? a, SimNode? b)
    {
        if (a is null || b is null || a == b) return a ?? b;
        UInt128 toA = Distance(key, a.Id);
        UInt128 toB = Distance(key, b.Id);
        if (toA != toB) return toA < toB ? a : b;
        return a.Id.Value < b.Id.Value ? a : b;
    }

    private void Refresh()
    {
        int came = world.Nodes.Count - _known;
        if (came == 0) return;
        if (_recent.Count + came <= RecentMax)
        {
            for (; _known < world.Nodes.Count; _known++) _recent.Insert(world.Nodes[_known]);
            return;
        }

        _known = world.Nodes.Count;
        _all.Take(world.Nodes);
        _recent.Take([]);
    }

    /// <summary>Nodes in the order of their ids.</summary>
    private sealed class Run
    {
        private SimNode[] _nodes = [];
        private RingId[] _ids = [];

        public int Count { get; private set; }

        public void Take(IReadOnlyList<SimNode> nodes)
        {
            _nodes = [.. nodes];
            _ids = [.. _nodes.Select(static n => n.Id)];
            Array.Sort(_ids, _nodes);
            Count = _nodes.Length;
        }

        public void Insert(SimNode node)
        {
            int at = Search(node.Id);
            if (at < 0) at = ~at;
            if (Count == _nodes.Length)
            {
                Array.Resize(ref _nodes, Math.Max(16, Count * 2));
                Array.Resize(ref _ids, _nodes.Length);
            }

            Array.Copy(_nodes, at, _nodes, at + 1, Count - at);
            Array.Copy(_ids, at, _ids, at + 1, Count - at);
            (_nodes[at], _ids[at]) = (node, node.Id);
            Count++;
        }

        public SimNode? Find(RingId id) => Search(id) is var at and >= 0 ? _nodes[at] : null;

        public SimNode? Closest(RingId key, Func<SimNode, bool> where)
        {
            int start = Search(key);
            if (start < 0) start = ~start;
            return Closer(key, Walk(start, 1, where), Walk(start - 1, -1, where));
        }

        private int Search(RingId id) => Array.BinarySearch(_ids, 0, Count, id);

        private SimNode? Walk(int from, int step, Func<SimNode, bool> where)
        {
            for (int i = 0; i < Count; i++)
            {
                SimNode node = _nodes[(((from + (i * step)) % Count) + Count) % Count];
                if (where(node)) return node;
            }

            return null;
        }
    }
}
