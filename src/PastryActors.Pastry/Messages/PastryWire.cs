using PastryActors.Core.Wire;

namespace PastryActors.Pastry.Messages;

/// <summary>The message kinds of the overlay itself.</summary>
public static class PastryWire
{
    /// <summary>Every kind, for the codec.</summary>
    public static readonly IReadOnlyList<MessageKind> Kinds =
    [
        new(Routed.Number, nameof(Routed), Routed.Read),
        new(HopAck.Number, nameof(HopAck), HopAck.Read),
        new(JoinRequest.Number, nameof(JoinRequest), JoinRequest.Read),
        new(JoinReply.Number, nameof(JoinReply), JoinReply.Read),
        new(JoinRefused.Number, nameof(JoinRefused), JoinRefused.Read),
        new(Leave.Number, nameof(Leave), Leave.Read),
        new(LeafSetProbe.Number, nameof(LeafSetProbe), LeafSetProbe.Read),
        new(Heartbeat.Number, nameof(Heartbeat), Heartbeat.Read),
        new(DistanceProbe.Number, nameof(DistanceProbe), DistanceProbe.Read),
        new(StateRequest.Number, nameof(StateRequest), StateRequest.Read),
        new(StateReply.Number, nameof(StateReply), StateReply.Read),
        new(RouteTrace.Number, nameof(RouteTrace), RouteTrace.Read),
        new(ApplicationMessage.Number, nameof(ApplicationMessage), ApplicationMessage.Read),
    ];
}
