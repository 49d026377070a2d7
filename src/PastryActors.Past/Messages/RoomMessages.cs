using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Messages;

/// <summary>How much room the sender has, for its neighbours' choice of whom to ask. Not answered; may be old.</summary>
/// <param name="FreeBytes">Bytes free for objects.</param>
/// <param name="CapacityBytes">Bytes free and used.</param>
public sealed record RoomNotice(long Operation, long FreeBytes, long CapacityBytes) : PastMessage(Operation)
{
    public const byte Number = 52;

    public override byte Kind => Number;

    internal static RoomNotice Read(ref WireReader reader)
    {
        long operation = 0, free = 0, capacity = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: free = ByteCount.Read(ref reader); break;
                case 3: capacity = ByteCount.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new RoomNotice(operation, free, capacity);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Number(2, (ulong)FreeBytes);
        writer.Number(3, (ulong)CapacityBytes);
    }
}

/// <summary>Who among you and your neighbours has room for an object, to hold it for another? Asked where a whole leaf set is full. Answered by <see cref="RoomReport"/>.</summary>
/// <param name="ContentLength">Bytes of its content.</param>
public sealed record RoomQuery(long Operation, int ContentLength) : PastMessage(Operation)
{
    public const byte Number = 53;

    public override byte Kind => Number;

    internal static RoomQuery Read(ref WireReader reader)
    {
        long operation = 0;
        int length = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: length = reader.Int(); break;
                default: reader.Skip(); break;
            }
        }

        return new RoomQuery(operation, length);
    }

    protected override void WriteFields(WireWriter writer) => writer.Number(2, (ulong)ContentLength);
}

/// <summary>Nodes with room, as far as the sender knows; there may be none.</summary>
/// <param name="Nodes">Most room first.</param>
public sealed record RoomReport(long Operation, ValueList<NodeHandle> Nodes) : PastAnswer(Operation)
{
    /// <summary>Most nodes that a report names: more are never asked.</summary>
    public const int NodesMax = 4;
    public const byte Number = 54;

    public override byte Kind => Number;

    internal static RoomReport Read(ref WireReader reader)
    {
        long operation = 0;
        List<NodeHandle> nodes = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: nodes.AddBounded(reader.Node()); break;
                default: reader.Skip(); break;
            }
        }

        return new RoomReport(operation, nodes.ToValueList());
    }

    protected override void WriteFields(WireWriter writer) => writer.Nodes(2, Nodes.Span);
}

/// <summary>Keep a pointer to the node that holds this object for me, so that my failure hides no replica (SOSP 2001, section 3.3). Not answered.</summary>
/// <param name="Holder">The node that holds it.</param>
public sealed record PointerOffer(long Operation, ObjectCertificate Certificate, NodeHandle Holder) : PastMessage(Operation)
{
    public const byte Number = 55;

    public override byte Kind => Number;

    internal static PointerOffer Read(ref WireReader reader)
    {
        long operation = 0;
        ObjectCertificate? certificate = null;
        NodeHandle? holder = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: certificate = CertificateCodec.ReadObjectCertificate(reader.Nested()); break;
                case 3: holder = reader.Node(); break;
                default: reader.Skip(); break;
            }
        }

        return new PointerOffer(operation, certificate ?? throw new WireFormatException("a pointer without a certificate"), holder ?? throw new WireFormatException("a pointer without a holder"));
    }

    protected override void WriteFields(WireWriter writer)
    {
        int mark = writer.Begin(2);
        CertificateCodec.Write(writer, Certificate);
        writer.End(mark);
        writer.Node(3, Holder);
    }
}

/// <summary>The insert that this store request belonged to has failed for want of room: let go what it stored. Only the node that asked may say so, and only for a while. Not answered.</summary>
/// <param name="Operation">As in the store request.</param>
public sealed record Discard(long Operation, FileId Object) : PastMessage(Operation)
{
    public const byte Number = 56;

    public override byte Kind => Number;

    internal static Discard Read(ref WireReader reader)
    {
        (long operation, FileId id) = IdMessage.Read(ref reader);
        return new Discard(operation, id);
    }

    protected override void WriteFields(WireWriter writer) => writer.Id(2, Object);
}

internal static class ByteCount
{
    /// <summary>A number of bytes: what does not fit is malformed.</summary>
    public static long Read(ref WireReader reader)
    {
        ulong value = reader.Number();
        return value <= long.MaxValue ? (long)value : throw new WireFormatException("a number of bytes out of range");
    }
}
