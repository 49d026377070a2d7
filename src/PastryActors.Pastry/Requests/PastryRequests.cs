using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;

namespace PastryActors.Pastry.Requests;

/// <summary>Follow a route to the root of a key. Answered by <see cref="RouteTraced"/>.</summary>
public sealed record TraceRoute(long Id, TimeSpan Timeout, RingId Key) : Request(Id, Timeout);

/// <summary>The nodes that the route took, this one first and the root last.</summary>
public sealed record RouteTraced(long RequestId, ValueList<TracedHop> Hops) : Reply(RequestId);

/// <summary>One node of a route.</summary>
/// <param name="RoundTripMicros">The round trip from the node before, as that node measured it; zero for the first, or if it never measured.</param>
public readonly record struct TracedHop(NodeHandle Node, long RoundTripMicros);

/// <summary>Ask a node for its leaf set: the step of a walk around the ring. Answered by <see cref="PeerDescribed"/>.</summary>
public sealed record DescribePeer(long Id, TimeSpan Timeout, NodeHandle Peer) : Request(Id, Timeout);

/// <summary>What the node said of itself. The sides of its leaf set are nearest first.</summary>
public sealed record PeerDescribed(long RequestId, NodeHandle Node, bool Active, ValueList<NodeHandle> Left, ValueList<NodeHandle> Right) : Reply(RequestId);

/// <summary>Leave the ring: the neighbours are told, and this node takes no further part. Answered by <see cref="LeftRing"/>.</summary>
public sealed record LeaveRing(long Id, TimeSpan Timeout) : Request(Id, Timeout);

/// <summary>The neighbours have been told.</summary>
public sealed record LeftRing(long RequestId) : Reply(RequestId);

/// <summary>Route a message of an application of one's own. Answered by <see cref="ApplicationMessageTaken"/>, before it arrives anywhere.</summary>
public sealed record RouteApplicationMessage(long Id, TimeSpan Timeout, ApplicationMessage Message, RingId Key) : Request(Id, Timeout);

/// <summary>Send one straight to a node. Answered likewise.</summary>
public sealed record SendApplicationMessage(long Id, TimeSpan Timeout, ApplicationMessage Message, NodeHandle To) : Request(Id, Timeout);

/// <summary>The message is on its way, best effort.</summary>
public sealed record ApplicationMessageTaken(long RequestId) : Reply(RequestId);
