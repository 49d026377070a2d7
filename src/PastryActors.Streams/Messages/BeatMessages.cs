using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Messages;

/// <summary>A parent tells a child that it lives, where it stands, and how far the stripe has come.</summary>
/// <param name="Path">From the sender to the root of the stripe, both included.</param>
public sealed record StripeBeat(RingId Stripe, ValueList<RingId> Path, StreamPosition Position) : Message
{
    public const byte Number = 116;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Stripe);
        foreach (RingId id in Path) writer.Id(2, id);
        writer.Position(3, Position);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? stripe = null;
        List<RingId> path = [];
        StreamPosition position = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stripe = reader.Id(); break;
                case 2: reader.PathNode(path); break;
                case 3: position = reader.Position(); break;
                default: reader.Skip(); break;
            }
        }

        return new StripeBeat(Fields.Required(stripe), path.ToValueList(), position);
    }
}

/// <summary>A child tells its parent that it lives, and how far it has come.</summary>
/// <param name="HasRoom">Whether it serves fewer children than it offers.</param>
/// <param name="Reached">The last block of the stripe that it took.</param>
public sealed record StripeAlive(RingId Stripe, bool HasRoom, ulong Reached) : Message
{
    public const byte Number = 117;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Stripe);
        writer.Flag(2, HasRoom);
        writer.Number(3, Reached);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? stripe = null;
        (bool hasRoom, ulong reached) = (false, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stripe = reader.Id(); break;
                case 2: hasRoom = reader.Flag(); break;
                case 3: reached = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        return new StripeAlive(Fields.Required(stripe), hasRoom, reached);
    }
}
