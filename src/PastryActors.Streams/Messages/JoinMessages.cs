using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Messages;

/// <summary>A node wants a stripe: routed towards the stripe's key, where the first node of the tree that the stripe belongs to answers; or sent to one node.</summary>
/// <param name="Child">Who wants it.</param>
/// <param name="Nonce">Comes back with the answer.</param>
/// <param name="CanForward">Whether it offers to serve children at all.</param>
/// <param name="Reached">How far the stripe has come to it: whoever takes it sends it what it missed after that.</param>
public sealed record JoinStripe(RingId Stripe, NodeHandle Child, ulong Nonce, bool CanForward, StreamPosition Reached = default) : Message
{
    public const byte Number = 112;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Stripe);
        writer.Node(2, Child);
        writer.Number(3, Nonce);
        writer.Flag(4, CanForward);
        writer.Position(5, Reached);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? stripe = null;
        NodeHandle? child = null;
        (ulong nonce, bool canForward, StreamPosition reached) = (0UL, false, default(StreamPosition));
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stripe = reader.Id(); break;
                case 2: child = reader.Node(); break;
                case 3: nonce = reader.Number(); break;
                case 4: canForward = reader.Flag(); break;
                case 5: reached = reader.Position(); break;
                default: reader.Skip(); break;
            }
        }

        return new JoinStripe(Fields.Required(stripe), Fields.Required(child), nonce, canForward, reached);
    }
}

/// <summary>The sender is the parent now.</summary>
/// <param name="Nonce">That of the join.</param>
/// <param name="Path">From the sender to the root of the stripe, both included.</param>
public sealed record StripeAccepted(RingId Stripe, ulong Nonce, ValueList<RingId> Path) : Message
{
    public const byte Number = 113;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Stripe);
        writer.Number(2, Nonce);
        foreach (RingId id in Path) writer.Id(3, id);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? stripe = null;
        ulong nonce = 0;
        List<RingId> path = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stripe = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: reader.PathNode(path); break;
                default: reader.Skip(); break;
            }
        }

        return new StripeAccepted(Fields.Required(stripe), nonce, path.ToValueList());
    }
}

/// <summary>The sender is not the parent, or not any longer (an orphan's push-down, SOSP 2003, section 3.3); these may be.</summary>
/// <param name="Nonce">That of the join which is declined, or which was accepted once.</param>
/// <param name="Candidates">Children of the sender that forward the stripe, the best first.</param>
/// <param name="Parent">The sender's own parent, to be asked last; null for none.</param>
public sealed record StripeDeclined(RingId Stripe, ulong Nonce, ValueList<NodeHandle> Candidates, NodeHandle? Parent) : Message
{
    public const byte Number = 114;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Stripe);
        writer.Number(2, Nonce);
        writer.Nodes(3, Candidates.Span);
        writer.Node(4, Parent);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? stripe = null;
        ulong nonce = 0;
        List<NodeHandle> candidates = [];
        NodeHandle? parent = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stripe = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3 when candidates.Count < Fields.CandidatesMax: candidates.Add(reader.Node()); break;
                case 3: throw new WireFormatException($"more than {Fields.CandidatesMax} candidates");
                case 4: parent = reader.Node(); break;
                default: reader.Skip(); break;
            }
        }

        return new StripeDeclined(Fields.Required(stripe), nonce, candidates.ToValueList(), parent);
    }
}

/// <summary>The sender and the receiver are no longer, or never were, parent and child of each other.</summary>
public sealed record LeaveStripe(RingId Stripe) : Message
{
    public const byte Number = 115;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => writer.Id(1, Stripe);

    internal static Message Read(ref WireReader reader)
    {
        RingId? stripe = null;
        while (reader.Next())
        {
            if (reader.Field == 1) stripe = reader.Id();
            else reader.Skip();
        }

        return new LeaveStripe(Fields.Required(stripe));
    }
}
