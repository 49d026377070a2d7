using PastryActors.Core.Driving;

namespace PastryActors.Node.Hosting;

/// <summary>Tells the log those facts that an operator wants to read. Event ids 3300-3399.</summary>
internal static partial class NodeFacts
{
    public static void Log(ILogger logger, in Fact fact)
    {
        switch (fact.Kind)
        {
            case FactKind.BecameActive: BecameActive(logger, fact.Value); break;
            case FactKind.BecameInactive: BecameInactive(logger); break;
            case FactKind.Alone: Alone(logger, fact.Value); break;
            case FactKind.RingFounded: RingFounded(logger); break;
            case FactKind.NodeFailed: NodeFailed(logger, fact.Subject.ToString()); break;
            case FactKind.NodeLeft: NodeLeft(logger, fact.Subject.ToString()); break;
            case FactKind.RingMerged: RingMerged(logger, fact.Subject.ToString()); break;
            case FactKind.ReplicaDamaged: ReplicaDamaged(logger, fact.Subject.ToString()); break;
            case FactKind.AuditFailed: AuditFailed(logger, fact.Subject.ToString()); break;
            default: break;
        }
    }

    [LoggerMessage(3301, LogLevel.Information, "active: all neighbours answered, {Milliseconds} ms after the start")]
    private static partial void BecameActive(ILogger logger, long milliseconds);

    [LoggerMessage(3302, LogLevel.Warning, "no longer active: this node lost its neighbours, delivers nothing, and looks for them")]
    private static partial void BecameInactive(ILogger logger);

    [LoggerMessage(3303, LogLevel.Warning, "ALONE: none of the seeds and of the nodes known before answered ({Rounds} rounds); still trying. Are node.seeds right, and is any of them up?")]
    private static partial void Alone(ILogger logger, long rounds);

    [LoggerMessage(3304, LogLevel.Information, "founded a ring")]
    private static partial void RingFounded(ILogger logger);

    [LoggerMessage(3305, LogLevel.Information, "node {NodeId} failed: it did not answer its probes")]
    private static partial void NodeFailed(ILogger logger, string nodeId);

    [LoggerMessage(3306, LogLevel.Information, "node {NodeId} left the ring")]
    private static partial void NodeLeft(ILogger logger, string nodeId);

    [LoggerMessage(3307, LogLevel.Information, "found a ring that was cut off, at node {NodeId}; merging")]
    private static partial void RingMerged(ILogger logger, string nodeId);

    [LoggerMessage(3309, LogLevel.Warning, "node {NodeId} could not prove that it holds an object that it should: its disk or its program lies. A neighbour holds the object in its place; take the node out of the ring if it goes on")]
    private static partial void AuditFailed(ILogger logger, string nodeId);

    [LoggerMessage(3308, LogLevel.Warning, "the object at {Key} is damaged or gone here; fetching it from another holder")]
    private static partial void ReplicaDamaged(ILogger logger, string key);
}
