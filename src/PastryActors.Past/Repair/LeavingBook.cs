using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>
/// Which members of the leaf set said that they are about to leave, and whether this node is. None of them counts among those that are to hold an object, while Pastry
/// still routes to them. Bounded by the leaf set: who is not in it, or is by a later start, is not leaving.
/// </summary>
internal sealed class LeavingBook(IPastryHost host)
{
    private readonly Dictionary<RingId, NodeHandle> _nodes = [];

    /// <summary>Whether this node leaves.</summary>
    public bool IsSelf { get; private set; }

    /// <summary>Whether it stores nothing more, because what it holds is handed over but for that.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>How many leave, this node counted.</summary>
    public int Count => _nodes.Count + (IsSelf ? 1 : 0);

    /// <summary>Grows by one with every change.</summary>
    public int Version { get; private set; }

    /// <summary>Whether a node leaves.</summary>
    public bool Contains(RingId node) => _nodes.ContainsKey(node) || (IsSelf && node == host.Self.Id);

    /// <summary>A node says that it leaves. True if that is news.</summary>
    public bool Note(NodeHandle node)
    {
        if (host.Leafs.Find(node.Id) is not { } known || known.Supersedes(node) || !_nodes.TryAdd(node.Id, node)) return false;
        Version++;
        return true;
    }

    /// <summary>This node leaves.</summary>
    public void Begin()
    {
        IsSelf = true;
        Version++;
    }

    /// <summary>This node stores nothing more.</summary>
    public void Close() => IsClosed = true;

    /// <summary>The leaf set changed: forgets who is gone, or is back.</summary>
    public void LeafsChanged()
    {
        foreach (NodeHandle node in _nodes.Values.Where(n => host.Leafs.Find(n.Id) is not { } known || known.Supersedes(n)).ToArray())
        {
            _nodes.Remove(node.Id);
            Version++;
        }
    }
}
