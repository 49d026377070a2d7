using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// Nodes that did not answer their probes, so that others' outdated leaf sets do not bring them back. A node is struck off the list
/// when it is heard from, or known by the handle of a later start.
/// </summary>
internal sealed class FailedNodes
{
    /// <summary>As many as twice the usual leaf set: what neighbours may mention. The oldest makes room.</summary>
    public const int CountMax = 64;

    private readonly List<(NodeHandle Node, Instant At)> _nodes = [];

    /// <summary>The nodes, longest failed first.</summary>
    public ValueList<NodeHandle> List => _nodes.Count == 0 ? default : _nodes.Select(n => n.Node).ToValueList();

    /// <summary>Whether this very start of the node is known to have failed; with <paramref name="since"/>, after that moment.</summary>
    public bool Contains(NodeHandle node, Instant since = default) =>
        _nodes.Count > 0 && _nodes.Exists(n => n.Node.Id == node.Id && !node.Supersedes(n.Node) && n.At >= since);

    public void Add(NodeHandle node, Instant now)
    {
        Remove(node.Id);
        if (_nodes.Count == CountMax) _nodes.RemoveAt(0);
        _nodes.Add((node, now));
    }

    /// <summary>Strikes a node off. True if it was on the list.</summary>
    public bool Remove(RingId id) => _nodes.Count > 0 && _nodes.RemoveAll(n => n.Node.Id == id) > 0;
}
