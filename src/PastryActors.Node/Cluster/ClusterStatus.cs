namespace PastryActors.Node.Cluster;

/// <summary>A local cluster as its nodes say it is.</summary>
/// <param name="Whole">Whether every node is alive and active, and their leaf sets agree on who stands beside whom.</param>
public sealed record ClusterStatus(IReadOnlyList<ClusterNodeStatus> Nodes, bool Whole);

/// <summary>One node of a local cluster.</summary>
/// <param name="NodeId">Empty if the node does not answer.</param>
/// <param name="Overlay">host:port.</param>
/// <param name="Http">URL of the gateway.</param>
/// <param name="Alive">Whether the process runs.</param>
/// <param name="Files">Objects on its disk.</param>
public sealed record ClusterNodeStatus(
    int Index, string NodeId, int Pid, string Overlay, string Http, bool Alive, bool Active, bool LeafSetComplete, long Files, long Bytes)
{
    /// <summary>Whether it hands over what it holds, to end then.</summary>
    public bool Leaving { get; init; }
}
