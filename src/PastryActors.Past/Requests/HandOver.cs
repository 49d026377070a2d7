using PastryActors.Core.Driving;

namespace PastryActors.Past.Requests;

/// <summary>
/// This node is about to leave its ring: hand over what it holds to the nodes that take its place. Answered by <see cref="HandedOver"/> when every one of them holds it durably, or when
/// the time is over; what is left is reported meanwhile (<see cref="FactKind.HandingOver"/>). From then on the node is to leave: it counts no longer among those that hold objects.
/// </summary>
public sealed record HandOver(long Id, TimeSpan Timeout) : Request(Id, Timeout);

/// <summary>The node may leave.</summary>
/// <param name="Entries">What it holds: objects, pointers, tombstones, entries of ledgers.</param>
/// <param name="Left">Of these, those not known to be durable on all nodes that take its place; zero unless the time was over.</param>
/// <param name="Unplaced">Of these, those for which there is no other node: all that could hold them leave as well.</param>
public sealed record HandedOver(long RequestId, int Entries, int Left, int Unplaced) : Reply(RequestId);
