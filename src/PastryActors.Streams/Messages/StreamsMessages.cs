using PastryActors.Core.Wire;

namespace PastryActors.Streams.Messages;

/// <summary>The closed set of the messages of streams (docs/protocol-streams.md).</summary>
public static class StreamsMessages
{
    /// <summary>Every kind, for the codec of the process.</summary>
    public static IReadOnlyList<MessageKind> Kinds { get; } =
    [
        new(JoinStripe.Number, nameof(JoinStripe), JoinStripe.Read),
        new(StripeAccepted.Number, nameof(StripeAccepted), StripeAccepted.Read),
        new(StripeDeclined.Number, nameof(StripeDeclined), StripeDeclined.Read),
        new(LeaveStripe.Number, nameof(LeaveStripe), LeaveStripe.Read),
        new(StripeBeat.Number, nameof(StripeBeat), StripeBeat.Read),
        new(StripeAlive.Number, nameof(StripeAlive), StripeAlive.Read),
        new(StripePiece.Number, nameof(StripePiece), StripePiece.Read),
        new(StripeHead.Number, nameof(StripeHead), StripeHead.Read),
    ];
}
