using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Scribe.Messages;

/// <summary>What a root remembers of one publisher, as it travels to the copies of its numbering.</summary>
/// <param name="Highest">The highest publish number seen.</param>
/// <param name="Forgotten">Of this publish number and of those before it nothing is known any more.</param>
/// <param name="Runs">Which publishes after that got which sequence numbers; ascending by publish number.</param>
public sealed record PublisherMemory(RingId Publisher, uint Incarnation, ulong Highest, ulong Forgotten, ValueList<PublishedRun> Runs)
{
    /// <summary>
    /// How many publishes of one publisher may be open at once in a topic, and so how many a root must remember. Part of the protocol: both sides
    /// count on it. A publisher that fills it pays for wake-ups, a signature and records once for hundreds of messages.
    /// </summary>
    public const int WindowSize = 1024;

    /// <summary>
    /// How many runs of consecutive numbers a root remembers of one publisher; older ones are forgotten. A publisher has a few open at once, one for
    /// each message that it sent: at most half of this, for what comes again may be taken in parts. A memory stays below 1 KiB.
    /// </summary>
    public const int RunsMax = 80;

    /// <summary>A run: how far its last publish lies below the highest (2 bytes), how many it has (2), the sequence number of its first (8).</summary>
    private const int RunBytes = (2 * sizeof(ushort)) + sizeof(ulong);

    /// <summary>What a memory takes beside its runs.</summary>
    private const int OverheadBytes = 64;

    /// <summary>What memories take on the wire, in bytes; no less.</summary>
    internal static int CostBytes(ValueList<PublisherMemory> memories)
    {
        int bytes = 0;
        foreach (PublisherMemory memory in memories) bytes += OverheadBytes + (memory.Runs.Count * RunBytes);
        return bytes;
    }

    internal void Write(WireWriter writer, int field)
    {
        int mark = writer.Begin(field);
        writer.Id(1, Publisher);
        writer.Number(2, Incarnation);
        writer.Number(3, Highest);
        Span<byte> packed = stackalloc byte[RunsMax * RunBytes];
        for (int i = 0; i < Runs.Count; i++)
        {
            PublishedRun run = Runs[i];
            Span<byte> at = packed[(i * RunBytes)..];
            BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)(Highest - run.Last));
            BinaryPrimitives.WriteUInt16BigEndian(at[sizeof(ushort)..], (ushort)run.Count);
            BinaryPrimitives.WriteUInt64BigEndian(at[(2 * sizeof(ushort))..], run.Sequence);
        }

        writer.Bytes(4, packed[..(Runs.Count * RunBytes)]);
        writer.Number(5, Forgotten);
        writer.End(mark);
    }

    internal static PublisherMemory Read(WireReader reader)
    {
        RingId? publisher = null;
        (uint incarnation, ulong highest, ulong forgotten) = (0U, 0UL, 0UL);
        ReadOnlySpan<byte> packed = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: publisher = reader.Id(); break;
                case 2: incarnation = reader.UInt(); break;
                case 3: highest = reader.Limited(); break;
                case 4: packed = reader.Bytes(); break;
                case 5: forgotten = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        if (forgotten > highest) throw new WireFormatException("a memory of a publisher that forgets more than there was");
        return new PublisherMemory(publisher ?? throw new WireFormatException("a memory of no publisher"), incarnation, highest, forgotten, Unpack(packed, highest, forgotten));
    }

    private static ValueList<PublishedRun> Unpack(ReadOnlySpan<byte> packed, ulong highest, ulong forgotten)
    {
        int count = packed.Length / RunBytes;
        if (count > RunsMax || packed.Length % RunBytes != 0) throw new WireFormatException("a memory of a publisher of the wrong size");
        var runs = new PublishedRun[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> at = packed[(i * RunBytes)..];
            ulong below = BinaryPrimitives.ReadUInt16BigEndian(at);
            int length = BinaryPrimitives.ReadUInt16BigEndian(at[sizeof(ushort)..]);
            ulong sequence = BinaryPrimitives.ReadUInt64BigEndian(at[(2 * sizeof(ushort))..]);
            ulong before = i == 0 ? forgotten : runs[i - 1].Last;
            // All of it after what comes before, nothing below zero, nothing beyond the window.
            if (length == 0 || below + (ulong)length > WindowSize || before + below + (ulong)length > highest) throw new WireFormatException("a memory of a publisher with runs that cannot be");
            if (sequence == 0 || sequence > WireReader.NumberMax) throw new WireFormatException("a number beyond 2^62");
            runs[i] = new PublishedRun(highest - below - (ulong)length + 1, sequence, length);
        }

        return new ValueList<PublishedRun>(runs);
    }
}
