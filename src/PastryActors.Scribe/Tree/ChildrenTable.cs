using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Tree;

/// <summary>One entry of a children table.</summary>
internal sealed class Child(NodeHandle node)
{
    public NodeHandle Node { get; set; } = node;

    public Instant LastHeard { get; set; }

    /// <summary>That of its last join, to be answered as soon as this node is in the tree itself.</summary>
    public ulong Nonce { get; set; }

    public bool AwaitsAnswer { get; set; }

    public bool HasPosition { get; set; }

    public ulong Have { get; set; }
}

/// <summary>
/// The paper's children table of one topic (JSAC 2002, III-B), bounded: entries are soft state that children refresh. A list, because it
/// is walked for every message and searched seldom.
/// </summary>
internal sealed class ChildrenTable(int max)
{
    private readonly List<Child> _children = [];
    private int _turn;

    public int Count => _children.Count;

    public bool IsFull => _children.Count >= max;

    public Child this[int index] => _children[index];

    public Child? Find(RingId id)
    {
        foreach (Child child in _children)
        {
            if (child.Node.Id == id) return child;
        }

        return null;
    }

    /// <summary>Adds a child that is not there yet; only while there is room.</summary>
    public Child Add(NodeHandle node)
    {
        var child = new Child(node);
        _children.Add(child);
        return child;
    }

    public bool Remove(RingId id) => _children.RemoveAll(c => c.Node.Id == id) > 0;

    /// <summary>Removes the children that were last heard of before <paramref name="before"/>; how many.</summary>
    public int RemoveSilent(Instant before) => _children.RemoveAll(c => c.LastHeard < before);

    /// <summary>A child to take a further one: each in its turn, so that the subtrees grow evenly. Null if there is none but <paramref name="except"/>.</summary>
    public NodeHandle? NextToTakeOn(RingId except)
    {
        for (int i = 0; i < _children.Count; i++)
        {
            _turn = (_turn + 1) % _children.Count;
            if (_children[_turn].Node.Id != except) return _children[_turn].Node;
        }

        return null;
    }

    public ValueList<NodeHandle> Nodes() => _children.Select(c => c.Node).ToValueList();
}
