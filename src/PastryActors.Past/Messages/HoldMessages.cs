using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Messages;

/// <summary>What do you have of these objects? Answered by <see cref="HoldReport"/>.</summary>
/// <param name="Leaving">The asker is about to leave the ring: it is no longer counted among those that are to hold anything. One that leaves as well refuses.</param>
public sealed record HoldQuery(long Operation, ValueList<FileId> Objects, bool Leaving = false) : PastMessage(Operation)
{
    /// <summary>Most objects in one message: about 6 KiB.</summary>
    public const int ObjectsMax = 256;
    public const byte Number = 40;

    public override byte Kind => Number;

    internal static HoldQuery Read(ref WireReader reader)
    {
        long operation = 0;
        bool leaving = false;
        List<FileId> objects = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2 when objects.Count < ObjectsMax: objects.Add(reader.FileId()); break;
                case 2: throw new WireFormatException($"more than {ObjectsMax} objects");
                case 3: leaving = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new HoldQuery(operation, objects.ToValueList(), leaving);
    }

    protected override void WriteFields(WireWriter writer)
    {
        foreach (FileId id in Objects) writer.Id(2, id);
        writer.Flag(3, Leaving);
    }
}

/// <summary>What a node has of the objects asked for, one byte each in their order.</summary>
/// <param name="States">The <see cref="HolderState"/>, plus <see cref="ResponsibleBit"/> and <see cref="ForYouBit"/>.</param>
public sealed record HoldReport(long Operation, Blob States) : PastAnswer(Operation)
{
    /// <summary>Set where the node sees itself among the k closest, and so will keep what it has.</summary>
    public const byte ResponsibleBit = 0x80;

    /// <summary>Set where the node has a pointer to the very node that asks, or a replica that it holds for it.</summary>
    public const byte ForYouBit = 0x40;

    private const byte StateMask = 0x3F;
    public const byte Number = 41;

    public override byte Kind => Number;

    /// <summary>What the node says about the object at <paramref name="index"/>; missing where it said nothing.</summary>
    public HolderState StateOf(int index) => index < States.Length ? HolderStates.FromWire(States.Span[index] & StateMask) : HolderState.Missing;

    /// <summary>Whether the node will keep the object at <paramref name="index"/>.</summary>
    public bool IsResponsible(int index) => index < States.Length && (States.Span[index] & ResponsibleBit) != 0;

    /// <summary>Whether the object at <paramref name="index"/> is between the node and the asker: held by one of them for the other.</summary>
    public bool IsForYou(int index) => index < States.Length && (States.Span[index] & ForYouBit) != 0;

    internal static HoldReport Read(ref WireReader reader)
    {
        long operation = 0;
        Blob states = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: states = reader.Blob(); break;
                default: reader.Skip(); break;
            }
        }

        return new HoldReport(operation, states);
    }

    protected override void WriteFields(WireWriter writer) => writer.Bytes(2, States.Span);
}

/// <summary>What do you have of this object, with its certificate? Answered by <see cref="InspectReport"/>.</summary>
/// <param name="ReadBack">Read it from disk and check it first.</param>
public sealed record InspectQuery(long Operation, FileId Object, bool ReadBack) : PastMessage(Operation)
{
    public const byte Number = 42;

    public override byte Kind => Number;

    internal static InspectQuery Read(ref WireReader reader)
    {
        long operation = 0;
        FileId? id = null;
        bool readBack = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: id = reader.FileId(); break;
                case 3: readBack = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new InspectQuery(operation, id ?? throw new WireFormatException("an inspection of no object"), readBack);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Id(2, Object);
        writer.Flag(3, ReadBack);
    }
}

/// <summary>What a node has of one object.</summary>
/// <param name="Certificate">Of what it holds, or held until it was reclaimed; null if there is none.</param>
/// <param name="Holder">For a durable pointer, the node that it leads to.</param>
/// <param name="VerifiedAgo">How long ago, at most, all of the replica was last read or written and found whole; null if that is not known. To the millisecond.</param>
public sealed record InspectReport(long Operation, HolderState State, ObjectCertificate? Certificate, NodeHandle? Holder = null, TimeSpan? VerifiedAgo = null) : PastAnswer(Operation)
{
    public const byte Number = 43;

    public override byte Kind => Number;

    internal static InspectReport Read(ref WireReader reader)
    {
        long operation = 0;
        var state = HolderState.Missing;
        ObjectCertificate? certificate = null;
        NodeHandle? holder = null;
        TimeSpan? verifiedAgo = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: state = HolderStates.FromWire(reader.Int()); break;
                case 3: certificate = CertificateCodec.ReadObjectCertificate(reader.Nested()); break;
                case 4: holder = reader.Node(); break;
                case 5: verifiedAgo = Age.LessOne(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new InspectReport(operation, state, certificate, holder, verifiedAgo);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Number(2, (ulong)State);
        if (Certificate is not null)
        {
            int mark = writer.Begin(3);
            CertificateCodec.Write(writer, Certificate);
            writer.End(mark);
        }

        writer.Node(4, Holder);
        writer.Number(5, Age.PlusOne(VerifiedAgo));
    }
}
