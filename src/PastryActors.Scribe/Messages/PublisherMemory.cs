using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Scribe.Messages;

/// <summary>What a root remembers of one publisher, as it travels to the copies of its numbering.</summary>
/// <param name="Highest">The highest publish number seen.</param>
/// <param name="Sequences">The sequence numbers that <paramref name="Highest"/>, the number before it and so on got; 0 for one that was never seen.</param>
public sealed record PublisherMemory(RingId Publisher, uint Incarnation, ulong Highest, ValueList<ulong> Sequences)
{
    /// <summary>How many publishes of one publisher may be open at once in a topic, and so how many a root must remember. Part of the protocol: both sides count on it.</summary>
    public const int WindowSize = 128;

    internal void Write(WireWriter writer, int field)
    {
        int mark = writer.Begin(field);
        writer.Id(1, Publisher);
        writer.Number(2, Incarnation);
        writer.Number(3, Highest);
        Span<byte> packed = stackalloc byte[WindowSize * sizeof(ulong)];
        for (int i = 0; i < Sequences.Count; i++) BinaryPrimitives.WriteUInt64BigEndian(packed[(i * sizeof(ulong))..], Sequences[i]);
        writer.Bytes(4, packed[..(Sequences.Count * sizeof(ulong))]);
        writer.End(mark);
    }

    internal static PublisherMemory Read(WireReader reader)
    {
        RingId? publisher = null;
        (uint incarnation, ulong highest, ValueList<ulong> sequences) = (0U, 0UL, default(ValueList<ulong>));
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: publisher = reader.Id(); break;
                case 2: incarnation = reader.UInt(); break;
                case 3: highest = reader.Limited(); break;
                case 4: sequences = Unpack(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }

        return new PublisherMemory(publisher ?? throw new WireFormatException("a memory of no publisher"), incarnation, highest, sequences);
    }

    private static ValueList<ulong> Unpack(ReadOnlySpan<byte> packed)
    {
        int count = packed.Length / sizeof(ulong);
        if (count > WindowSize || packed.Length % sizeof(ulong) != 0) throw new WireFormatException("a memory of a publisher of the wrong size");
        ulong[] sequences = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            sequences[i] = BinaryPrimitives.ReadUInt64BigEndian(packed[(i * sizeof(ulong))..]);
            if (sequences[i] > WireReader.NumberMax) throw new WireFormatException("a number beyond 2^62");
        }

        return new ValueList<ulong>(sequences);
    }
}
