namespace PastryActors.Node.Cluster;

/// <summary>Something about a local cluster could not be done.</summary>
/// <param name="code">Stable, in kebab case.</param>
/// <param name="detail">What failed, and what would help.</param>
public sealed class ClusterFailedException(string code, string detail) : Exception(detail)
{
    /// <summary>Why, for programs.</summary>
    public string Code { get; } = code;
}
