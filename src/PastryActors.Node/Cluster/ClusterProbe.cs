using PastryActors.Client;
using PastryActors.Node.Gateway;

namespace PastryActors.Node.Cluster;

/// <summary>Asks every node of a local cluster how it is.</summary>
public sealed class ClusterProbe(Func<Uri, PastryClient> connect, TimeSpan timeout)
{
    /// <summary>The cluster as it is now. A node that does not answer in time counts as inactive.</summary>
    public async Task<ClusterStatus> AskAsync(ClusterState state, CancellationToken cancellation)
    {
        NodeDescription?[] answers = await Task.WhenAll(state.Nodes.Select(n => AskAsync(n, cancellation))).ConfigureAwait(false);
        ClusterNodeStatus[] nodes = [.. state.Nodes.Zip(answers, Describe)];
        return new ClusterStatus(nodes, IsWhole(answers));
    }

    /// <summary>Whether all answered, are active with complete leaf sets, and agree on who stands beside whom, with nobody else in between.</summary>
    internal static bool IsWhole(IReadOnlyList<NodeDescription?> answers)
    {
        if (answers.Count == 0 || answers.Any(a => a is not { Active: true, LeafSetComplete: true })) return false;
        RingNode[] ring = [.. answers
            .Select(a => new RingNode(a!.NodeId, a.Address, true, a.Active, [.. a.LeafSetLeft.Select(p => p.NodeId)], [.. a.LeafSetRight.Select(p => p.NodeId)]))
            .OrderBy(n => n.NodeId, StringComparer.Ordinal)];
        return RingWalker.IsWhole(ring);
    }

    /// <summary>A node as it says it is; null if it does not run, or does not answer in time.</summary>
    public async Task<NodeDescription?> AskAsync(ClusterNode node, CancellationToken cancellation)
    {
        if (!node.Alive) return null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        using PastryClient client = connect(new Uri(node.Http));
        try
        {
            return await client.Overlay.StatusAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PastryException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static ClusterNodeStatus Describe(ClusterNode node, NodeDescription? answer) => new(
        node.Index, answer?.NodeId ?? "", node.Pid, node.Overlay, node.Http, node.Alive, answer?.Active ?? false, answer?.LeafSetComplete ?? false,
        answer?.Files ?? 0, answer?.Bytes ?? 0)
    { Leaving = answer?.Leaving ?? false };
}
