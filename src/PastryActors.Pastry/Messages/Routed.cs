using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Pastry.Messages;

/// <summary>A message on its way to the root of a key.</summary>
/// <param name="Key">Where it goes.</param>
/// <param name="Source">The node that began the route.</param>
/// <param name="Hops">Hops taken, this one included.</param>
/// <param name="Sequence">Of the sending hop, acknowledged by <see cref="HopAck"/>; zero wants no acknowledgement.</param>
/// <param name="Payload">The message carried; never itself a routed one.</param>
public sealed record Routed(RingId Key, NodeHandle Source, int Hops, ulong Sequence, Message Payload) : Message, IRoutedEnvelope
{
    public const byte Number = 1;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Key);
        writer.Node(2, Source);
        writer.Number(3, (ulong)Hops);
        writer.Number(4, Sequence);
        writer.Number(5, Payload.Kind);
        int mark = writer.Begin(6);
        Payload.Write(writer);
        writer.End(mark);
    }

    public static Message Read(ref WireReader reader)
    {
        RingId key = default;
        NodeHandle? source = null;
        int hops = 0;
        ulong sequence = 0;
        int kind = 0;
        ReadOnlySpan<byte> body = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: key = reader.Id(); break;
                case 2: source = reader.Node(); break;
                case 3: hops = reader.Int(); break;
                case 4: sequence = reader.Number(); break;
                case 5: kind = reader.Int(); break;
                case 6: body = reader.Bytes(); break;
                default: reader.Skip(); break;
            }
        }

        // A routed message inside a routed message would let a peer choose how deep the reader recurses.
        if (kind is Number or > byte.MaxValue) throw new WireFormatException("a payload that cannot be routed");
        if (source is null) throw new WireFormatException("a routed message without a source");
        return new Routed(key, source, hops, sequence, reader.Codec.Read((byte)kind, body));
    }
}

/// <summary>The hop that sent a routed message may forget it: the receiver has it.</summary>
public sealed record HopAck(ulong Sequence) : Message
{
    public const byte Number = 2;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => writer.Number(1, Sequence);

    public static Message Read(ref WireReader reader)
    {
        ulong sequence = 0;
        while (reader.Next())
        {
            if (reader.Field == 1) sequence = reader.Number();
            else reader.Skip();
        }

        return new HopAck(sequence);
    }
}
