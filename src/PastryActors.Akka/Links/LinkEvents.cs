using Akka.Actor;
using Akka.Event;
using Akka.Remote;

namespace PastryActors.Akka.Links;

/// <summary>The Akka cluster holds a member for unreachable, or has removed it. A hint to the links with its nodes, never a proof.</summary>
internal sealed record MemberLost(Address Address);

/// <summary>What Akka knows about other actor systems, as far as it is a hint that a link has failed.</summary>
internal static class LinkEvents
{
    private static readonly Type[] Kinds = [typeof(DisassociatedEvent), typeof(AssociationErrorEvent), typeof(QuarantinedEvent), typeof(MemberLost)];

    /// <summary>Has an actor hear of them, for all other systems, until it stops.</summary>
    public static void Subscribe(EventStream stream, IActorRef listener)
    {
        foreach (Type kind in Kinds) stream.Subscribe(listener, kind);
    }

    /// <summary>Whether an event is about the system at <paramref name="address"/>.</summary>
    public static bool Concerns(object happened, Address address) => happened switch
    {
        AssociationEvent association => address.Equals(association.RemoteAddress),
        QuarantinedEvent quarantined => address.Equals(quarantined.Address),
        MemberLost lost => address.Equals(lost.Address),
        _ => false,
    };
}
