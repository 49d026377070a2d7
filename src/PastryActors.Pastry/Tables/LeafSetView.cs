using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Tables;

/// <summary>What an application may see of the leaf set. It shows the set as it is at the moment of asking; do not keep it over an event.</summary>
public readonly struct LeafSetView(LeafSet leafs, NodeHandle self)
{
    /// <summary>This node.</summary>
    public NodeHandle Self { get; } = self;

    /// <summary>The nodes met walking counter-clockwise, nearest first.</summary>
    public IReadOnlyList<NodeHandle> Left => leafs.Left;

    /// <summary>The nodes met walking clockwise, nearest first.</summary>
    public IReadOnlyList<NodeHandle> Right => leafs.Right;

    /// <summary>Number of distinct nodes, this one not counted.</summary>
    public int Count => leafs.Count;

    /// <summary>The paper's L: how many nodes the set may hold.</summary>
    public int Capacity => 2 * leafs.HalfSize;

    /// <summary>Whether the set is the whole ring.</summary>
    public bool IsWholeRing => leafs.IsEmpty || leafs.Wraps;

    /// <summary>Grows by one with every change.</summary>
    public int Version => leafs.Version;

    /// <summary>The mean arc between neighbours: how dense the ring is here, and so, as far as ids are random, everywhere.</summary>
    public UInt128 MeanSpacing => leafs.MeanSpacing();

    /// <summary>The distinct nodes, this one not among them.</summary>
    public IEnumerable<NodeHandle> Members() => leafs.Members();

    /// <summary>The handle under which a member is known, or null.</summary>
    public NodeHandle? Find(RingId id) => leafs.Find(id);

    /// <summary>Whether the root of the key is this node or in the set.</summary>
    public bool Covers(RingId key) => leafs.Covers(key);

    /// <summary>Whether this node is, by its own leaf set, the root of the key.</summary>
    public bool IsRoot(RingId key) => leafs.Covers(key) && leafs.ClosestTo(key, Self).Id == Self.Id;

    /// <summary>
    /// The <paramref name="count"/> nodes closest to the key among this node and its leaf set, closest first (the common API's
    /// replicaSet). Trustworthy at the root of the key and at nodes near it, for counts up to L/2 + 1; fewer where fewer are known.
    /// </summary>
    public List<NodeHandle> ReplicaSet(RingId key, int count)
    {
        List<NodeHandle> closest = new(Math.Min(count, leafs.Count + 1));
        PutIn(closest, Self, key, count);
        foreach (NodeHandle node in leafs.Members()) PutIn(closest, node, key, count);
        return closest;
    }

    /// <summary>How many nodes this one knows to be closer to the key than itself: below k, and it should hold a replica.</summary>
    public int RankOf(RingId key)
    {
        int rank = 0;
        foreach (NodeHandle node in leafs.Members())
        {
            if (key.IsCloser(node.Id, Self.Id)) rank++;
        }

        return rank;
    }

    // Counts are small, and most nodes are too far for the list once it is full: one comparison each, where sorting would take five.
    private static void PutIn(List<NodeHandle> closest, NodeHandle node, RingId key, int count)
    {
        int at = closest.Count;
        while (at > 0 && key.IsCloser(node.Id, closest[at - 1].Id)) at--;
        if (at >= count) return;
        if (closest.Count == count) closest.RemoveAt(count - 1);
        closest.Insert(at, node);
    }
}
