using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using PastryActors.Core.Ring;

namespace PastryActors.Tcp.Connections;

/// <summary>The nodes of this process by nodeId. Safe for any thread.</summary>
internal sealed class LocalNodes
{
    private readonly ConcurrentDictionary<RingId, TcpNode> _nodes = new();
    private volatile TcpNode[] _all = [];

    /// <summary>All nodes, as of some moment.</summary>
    public TcpNode[] All => _all;

    /// <summary>
    /// The node here that another one means: by its id or, for a seed whose id is not known yet, by the address of this process.
    /// </summary>
    public bool TryGet(TcpNode from, NodeHandle to, [MaybeNullWhen(false)] out TcpNode node)
    {
        if (to.Id != default) return _nodes.TryGetValue(to.Id, out node);
        node = to.Address == from.Handle.Address ? Array.Find(_all, n => n != from) : null;
        return node is not null;
    }

    public bool TryAdd(TcpNode node)
    {
        if (!_nodes.TryAdd(node.Handle.Id, node)) return false;
        _all = [.. _nodes.Values];
        return true;
    }

    public void Remove(TcpNode node)
    {
        _nodes.TryRemove(new KeyValuePair<RingId, TcpNode>(node.Handle.Id, node));
        _all = [.. _nodes.Values];
    }
}
