using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Scribe.Messages;

/// <summary>A message that one member of the topic is to have: does the receiver take it?</summary>
/// <param name="Nonce">Names the message among those of the sender, and comes back with the answer. Asked again, the answer is the same.</param>
public sealed record AnycastOffer(RingId Topic, ulong Nonce, Blob Payload) : Message
{
    public const byte Number = 94;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Number(2, Nonce);
        writer.Bytes(3, Payload.Span);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        ulong nonce = 0;
        Blob payload = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: payload = reader.Blob(); break;
                default: reader.Skip(); break;
            }
        }

        return new AnycastOffer(Fields.Required(topic), nonce, payload);
    }
}

/// <summary>Whether the sender took the message; if not, who else may be asked.</summary>
/// <param name="Nonce">That of the offer.</param>
/// <param name="Parent">The sender's parent in the tree; null for none.</param>
/// <param name="Children">The sender's children, the nearest first.</param>
public sealed record AnycastAnswer(RingId Topic, ulong Nonce, bool Accepted, NodeHandle? Parent, ValueList<NodeHandle> Children) : Message
{
    public const byte Number = 95;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Number(2, Nonce);
        writer.Flag(3, Accepted);
        writer.Node(4, Parent);
        writer.Nodes(5, Children.Span);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong nonce, bool accepted) = (0UL, false);
        NodeHandle? parent = null;
        var children = new List<NodeHandle>();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: accepted = reader.Flag(); break;
                case 4: parent = reader.Node(); break;
                case 5: children.Add(reader.Node()); break;
                default: reader.Skip(); break;
            }

            if (children.Count > Fields.ChildrenMax) throw new WireFormatException($"more than {Fields.ChildrenMax} children");
        }

        return new AnycastAnswer(Fields.Required(topic), nonce, accepted, parent, children.ToValueList());
    }
}
