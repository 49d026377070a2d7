namespace PastryActors.Akka.Control;

/// <summary>
/// What actors of the same system may ask of /user/pastry: a closed set, bound to Hyperion. None of it is taken from another system, where
/// the node's own gateway is asked.
/// </summary>
public abstract record ControlMessage;

/// <summary>How is a node? Answered by <see cref="NodeDescription"/> or <see cref="NodeUnknown"/>.</summary>
/// <param name="NodeId">Its id, as text.</param>
public sealed record DescribeNode(string NodeId) : ControlMessage;

/// <summary>A node of this system at one moment.</summary>
/// <param name="Address">What peers know it by.</param>
/// <param name="Incarnation">How often it has started.</param>
/// <param name="MailboxDepth">Messages that wait.</param>
/// <param name="PendingTimers">Timers that are pending.</param>
public sealed record NodeDescription(string NodeId, string Address, long Incarnation, int MailboxDepth, int PendingTimers) : ControlMessage;

/// <summary>A node is to be stopped without another word. Answered by <see cref="NodeStopped"/> or <see cref="NodeUnknown"/>.</summary>
public sealed record StopNode(string NodeId) : ControlMessage;

/// <summary>A node has stopped.</summary>
public sealed record NodeStopped(string NodeId) : ControlMessage;

/// <summary>No such node runs in this system.</summary>
public sealed record NodeUnknown(string NodeId) : ControlMessage;
