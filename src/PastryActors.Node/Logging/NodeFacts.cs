using PastryActors.Core.Driving;
using PastryActors.Hocon.Settings;

namespace PastryActors.Node.Logging;

/// <summary>
/// Tells the log what the core reports, each fact under the subsystem that it is of: in words what an operator wants to read, the others at debug, and at
/// trace what comes with every message. Event ids 3300-3399.
/// </summary>
internal sealed partial class NodeFacts(ILoggerFactory logs)
{
    private readonly ILogger _overlay = logs.CreateLogger(LogLevels.CategoryOf(LogSubsystem.Overlay));
    private readonly ILogger _past = logs.CreateLogger(LogLevels.CategoryOf(LogSubsystem.Past));
    private readonly ILogger _scribe = logs.CreateLogger(LogLevels.CategoryOf(LogSubsystem.Scribe));

    /// <summary>Writes one fact, if it is to be written.</summary>
    public void Log(in Fact fact)
    {
        switch (fact.Kind)
        {
            case FactKind.BecameActive: BecameActive(_overlay, fact.Value); break;
            case FactKind.BecameInactive: BecameInactive(_overlay); break;
            case FactKind.Alone: Alone(_overlay, fact.Value); break;
            case FactKind.RingFounded: RingFounded(_overlay); break;
            case FactKind.NodeFailed: NodeFailed(_overlay, fact.Subject.ToString()); break;
            case FactKind.NodeLeft: NodeLeft(_overlay, fact.Subject.ToString()); break;
            case FactKind.RingMerged: RingMerged(_overlay, fact.Subject.ToString()); break;
            case FactKind.ReplicaDamaged: ReplicaDamaged(_past, fact.Subject.ToString()); break;
            case FactKind.HandingOver: HandingOver(_past, fact.Value); break;
            case FactKind.AuditFailed: AuditFailed(_past, fact.Subject.ToString()); break;
            case FactKind.Delivered or FactKind.HopTaken or FactKind.LookupServed or FactKind.CacheHit or FactKind.TopicDelivered: Each(LoggerOf(fact.Kind), fact); break;
            default: Other(LoggerOf(fact.Kind), fact); break;
        }
    }

    /// <summary>Facts stand in the order of the layers: the overlay's first, then PAST's, then Scribe's.</summary>
    private ILogger LoggerOf(FactKind kind) => kind < FactKind.ReplicaStored ? _overlay : kind < FactKind.ChildAdded ? _past : _scribe;

    // Ids are only written out if somebody reads them: these come with every message.
    private static void Each(ILogger logger, in Fact fact)
    {
        if (logger.IsEnabled(LogLevel.Trace)) MessageSeen(logger, fact.Kind, fact.Subject.ToString(), fact.Value);
    }

    private static void Other(ILogger logger, in Fact fact)
    {
        if (logger.IsEnabled(LogLevel.Debug)) FactSeen(logger, fact.Kind, fact.Subject.ToString(), fact.Value);
    }

    [LoggerMessage(3390, LogLevel.Debug, "{Kind} {Subject} {Value}")]
    private static partial void FactSeen(ILogger logger, FactKind kind, string subject, long value);

    [LoggerMessage(3391, LogLevel.Trace, "{Kind} {Subject} {Value}")]
    private static partial void MessageSeen(ILogger logger, FactKind kind, string subject, long value);

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

    [LoggerMessage(3310, LogLevel.Information, "handing over: {Left} entries left")]
    private static partial void HandingOver(ILogger logger, long left);

    [LoggerMessage(3308, LogLevel.Warning, "the object at {Key} is damaged or gone here; fetching it from another holder")]
    private static partial void ReplicaDamaged(ILogger logger, string key);
}
