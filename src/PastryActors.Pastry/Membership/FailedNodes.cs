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

    private readonly List<FailedNode> _nodes = [];

    /// <summary>The nodes, longest failed first.</summary>
    public ValueList<NodeHandle> List => _nodes.Count == 0 ? default : _nodes.Select(n => n.Node).ToValueList();

    /// <summary>Whether this very start of the node is known to have failed; with <paramref name="since"/>, after that moment.</summary>
    public bool Contains(NodeHandle node, Instant since = default) =>
        _nodes.Count > 0 && _nodes.Exists(n => n.Node.Id == node.Id && !node.Supersedes(n.Node) && n.At >= since);

    public void Add(FailedNode failed)
    {
        Remove(failed.Node.Id);
        if (_nodes.Count == CountMax) _nodes.RemoveAt(0);
        _nodes.Add(failed);
    }

    /// <summary>Strikes a node off, and answers what was known of it; null if it was not on the list.</summary>
    public FailedNode? Remove(RingId id)
    {
        int at = _nodes.FindIndex(n => n.Node.Id == id);
        if (at < 0) return null;
        FailedNode failed = _nodes[at];
        _nodes.RemoveAt(at);
        return failed;
    }
}

/// <summary>A node that is believed failed.</summary>
/// <param name="At">Since when.</param>
/// <param name="WasSilent">Whether it did not answer, and did not say itself that it leaves.</param>
/// <param name="WasLeaf">Whether it stood in the leaf set.</param>
internal readonly record struct FailedNode(NodeHandle Node, Instant At, bool WasSilent, bool WasLeaf);
