using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Pastry.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>Walks the ring: asks this node for its leaf set, then everyone met there, until nobody new is met.</summary>
internal sealed class RingWalker(INodeAccess node, TimeSpan stepTimeout, int nodesMax)
{
    private const int StepsAtOnce = 16;
    private readonly SortedDictionary<RingId, RingNode> _met = [];
    private readonly Queue<NodeHandle> _open = new();
    private bool _truncated;

    public async Task<RingWalk> WalkAsync(CancellationToken cancellation)
    {
        NodeStatus self = await node.StatusAsync(cancellation).ConfigureAwait(false);
        Take(self.Self, self.Active, [.. self.LeafSetLeft.Select(p => p.Node)], [.. self.LeafSetRight.Select(p => p.Node)]);
        while (_open.Count > 0)
        {
            List<Task<(NodeHandle, Reply)>> steps = [];
            while (steps.Count < StepsAtOnce && _open.TryDequeue(out NodeHandle? next)) steps.Add(AskAsync(next, cancellation));
            foreach ((NodeHandle peer, Reply reply) in await Task.WhenAll(steps).ConfigureAwait(false)) Take(peer, reply);
        }

        RingNode[] nodes = [.. _met.Values];
        return new RingWalk(nodes, !_truncated && IsWhole(nodes), _truncated);
    }

    /// <summary>Whether every node answered, is active, and has exactly its neighbours on the ring as the nearest of either side.</summary>
    internal static bool IsWhole(RingNode[] nodes)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            if (!nodes[i].Answered || !nodes[i].Active) return false;
            if (nodes.Length == 1) continue;
            if (FirstOf(nodes[i].Right) != nodes[(i + 1) % nodes.Length].NodeId) return false;
            if (FirstOf(nodes[i].Left) != nodes[(i + nodes.Length - 1) % nodes.Length].NodeId) return false;
        }

        return true;
    }

    private static string? FirstOf(IReadOnlyList<string> side) => side.Count > 0 ? side[0] : null;

    private async Task<(NodeHandle Peer, Reply Reply)> AskAsync(NodeHandle peer, CancellationToken cancellation) =>
        (peer, await node.AskAsync(id => new DescribePeer(id, stepTimeout, peer), cancellation).ConfigureAwait(false));

    private void Take(NodeHandle peer, Reply reply)
    {
        if (reply is PeerDescribed described) Take(described.Node, described.Active, [.. described.Left], [.. described.Right]);
        else _met[peer.Id] = new RingNode(peer.Id.ToString(), peer.Address, Answered: false, Active: false, [], []);
    }

    private void Take(NodeHandle described, bool active, NodeHandle[] left, NodeHandle[] right)
    {
        _met[described.Id] = new RingNode(described.Id.ToString(), described.Address, true, active, IdsOf(left), IdsOf(right));
        foreach (NodeHandle peer in left.Concat(right)) Open(peer);
    }

    private void Open(NodeHandle peer)
    {
        if (_met.ContainsKey(peer.Id)) return;
        if (_met.Count >= nodesMax)
        {
            _truncated = true;
            return;
        }

        _met[peer.Id] = new RingNode(peer.Id.ToString(), peer.Address, Answered: false, Active: false, [], []);
        _open.Enqueue(peer);
    }

    private static string[] IdsOf(NodeHandle[] nodes) => Array.ConvertAll(nodes, n => n.Id.ToString());
}
