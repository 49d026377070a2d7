using System.Diagnostics.CodeAnalysis;
using PastryActors.Core.Ring;
using PastryActors.Tcp.Frames;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// Which of this process's nodes the peer of one connection knows, by the small index that stands for each in the frames. The sending
/// loop adds, the receiving loop reads.
/// </summary>
internal sealed class LocalTable(Proof proof)
{
    private readonly Dictionary<TcpNode, (ushort Index, NodeHandle Handle)> _announced = [];
    private volatile TcpNode?[] _byIndex = [];

    /// <summary>The node of an index; null if there is none.</summary>
    public TcpNode? this[int index]
    {
        get
        {
            TcpNode?[] nodes = _byIndex;
            return (uint)index < (uint)nodes.Length ? nodes[index] : null;
        }
    }

    /// <summary>The index of a node that the peer knows as it is now; false if it must be announced (again) first.</summary>
    public bool TryGetIndex(TcpNode node, out ushort index)
    {
        bool known = _announced.TryGetValue(node, out (ushort Index, NodeHandle Handle) entry) && ReferenceEquals(entry.Handle, node.Handle);
        index = entry.Index;
        return known;
    }

    /// <summary>Gives the node an index, or keeps the one it has, and proves the node's handle of now.</summary>
    public AnnouncedNode Announce(TcpNode node)
    {
        NodeHandle handle = node.Handle;
        bool isNew = !_announced.TryGetValue(node, out (ushort Index, NodeHandle Handle) entry);
        ushort index = isNew ? (ushort)_byIndex.Length : entry.Index;
        _announced[node] = (index, handle);
        if (isNew) Put(index, node);
        return proof.SignNode(index, handle, node.Key);
    }

    /// <summary>
    /// The same for a node added later; false if no index is left. An index is never given twice on one connection: messages for the
    /// node that had it may still be on their way.
    /// </summary>
    public bool TryAnnounce(TcpNode node, int nodesMax, [NotNullWhen(true)] out AnnouncedNode? announced)
    {
        bool room = _announced.ContainsKey(node) || _byIndex.Length < nodesMax;
        announced = room ? Announce(node) : null;
        return room;
    }

    /// <summary>Forgets a node that has stopped; false if the peer never knew it.</summary>
    public bool TryWithdraw(TcpNode node, out ushort index)
    {
        bool known = _announced.Remove(node, out (ushort Index, NodeHandle Handle) entry);
        index = entry.Index;
        if (known) Put(index, null);
        return known;
    }

    private void Put(ushort index, TcpNode? node)
    {
        TcpNode?[] copy = new TcpNode?[Math.Max(_byIndex.Length, index + 1)];
        _byIndex.CopyTo(copy, 0);
        copy[index] = node;
        _byIndex = copy;
    }
}

/// <summary>The peer's nodes of one connection, each proven, by index. The receiving loop writes, any thread reads.</summary>
internal sealed class RemoteTable(int nodesMax)
{
    private volatile NodeHandle?[] _byIndex = [];

    /// <summary>The node of an index; null if there is none.</summary>
    public NodeHandle? this[int index]
    {
        get
        {
            NodeHandle?[] nodes = _byIndex;
            return (uint)index < (uint)nodes.Length ? nodes[index] : null;
        }
    }

    /// <summary>All nodes with their indices.</summary>
    public IEnumerable<(NodeHandle Handle, ushort Index)> All
    {
        get
        {
            NodeHandle?[] nodes = _byIndex;
            for (int i = 0; i < nodes.Length; i++)
            {
                if (nodes[i] is { } handle) yield return (handle, (ushort)i);
            }
        }
    }

    /// <summary>The index of a node, if it is here. The id zero, of a seed whose id is not known yet, means whoever is first here.</summary>
    public bool TryFind(RingId id, out ushort index, out NodeHandle? found)
    {
        foreach ((NodeHandle handle, ushort at) in All)
        {
            if (handle.Id != id && id != default) continue;
            (index, found) = (at, handle);
            return true;
        }

        (index, found) = (0, null);
        return false;
    }

    /// <summary>Notes a node; false if the index is beyond what a process may host.</summary>
    public bool TryAdd(int index, NodeHandle handle)
    {
        if (index >= nodesMax) return false;
        NodeHandle?[] grown = new NodeHandle?[Math.Max(_byIndex.Length, index + 1)];
        _byIndex.CopyTo(grown, 0);
        grown[index] = handle;
        _byIndex = grown;
        return true;
    }

    /// <summary>Forgets a node that has stopped, and tells which.</summary>
    public NodeHandle? Remove(int index)
    {
        NodeHandle? gone = this[index];
        if (gone is null) return null;
        var rest = (NodeHandle?[])_byIndex.Clone();
        rest[index] = null;
        _byIndex = rest;
        return gone;
    }
}
