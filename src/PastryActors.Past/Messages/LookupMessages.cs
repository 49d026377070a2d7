using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Messages;

/// <summary>Routed: whoever on the way has the object answers <see cref="ObjectAnswer"/>; who knows of holders, <see cref="LookupMiss"/>.</summary>
/// <param name="Previous">The node that the request came through last and that wants a copy; null at first.</param>
/// <param name="Chosen">A node on the way chose the nearest holder: whoever does not have the object after all sends the request straight on to the root.</param>
public sealed record LookupRequest(long Operation, FileId Object, NodeHandle? Previous = null, bool Chosen = false) : PastMessage(Operation)
{
    public const byte Number = 34;

    public override byte Kind => Number;

    internal static LookupRequest Read(ref WireReader reader)
    {
        long operation = 0;
        FileId? id = null;
        NodeHandle? previous = null;
        bool chosen = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: id = reader.FileId(); break;
                case 3: previous = reader.Node(); break;
                case 4: chosen = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new LookupRequest(operation, id ?? throw new WireFormatException("a question about no object"), previous, chosen);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Id(2, Object);
        writer.Node(3, Previous);
        writer.Flag(4, Chosen);
    }
}

/// <summary>The object: its certificate, and its bytes behind the message. Answers a lookup or a fetch.</summary>
/// <param name="Hops">That the lookup took.</param>
/// <param name="AgeMilliseconds">Of a cached copy: how long ago a holder gave it. Zero from a holder.</param>
public sealed record ObjectAnswer(long Operation, ObjectCertificate Certificate, int Hops, long AgeMilliseconds = 0) : PastAnswer(Operation)
{
    public const byte Number = 35;

    public override byte Kind => Number;

    internal static ObjectAnswer Read(ref WireReader reader)
    {
        long operation = 0;
        ObjectCertificate? certificate = null;
        int hops = 0;
        long age = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: certificate = CertificateCodec.ReadObjectCertificate(reader.Nested()); break;
                case 3: hops = reader.Int(); break;
                case 4: age = Age.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new ObjectAnswer(operation, certificate ?? throw new WireFormatException("an object without a certificate"), hops, age);
    }

    protected override void WriteFields(WireWriter writer)
    {
        int mark = writer.Begin(2);
        CertificateCodec.Write(writer, Certificate);
        writer.End(mark);
        writer.Number(3, (ulong)Hops);
        writer.Number(4, (ulong)AgeMilliseconds);
    }
}

/// <summary>A copy of an object that a lookup was answered with, for the node that the lookup came through last; its bytes ride behind. Not answered.</summary>
/// <param name="AgeMilliseconds">As in <see cref="ObjectAnswer"/>.</param>
public sealed record CacheCopy(long Operation, ObjectCertificate Certificate, long AgeMilliseconds) : PastMessage(Operation)
{
    public const byte Number = 57;

    public override byte Kind => Number;

    internal static CacheCopy Read(ref WireReader reader)
    {
        long operation = 0, age = 0;
        ObjectCertificate? certificate = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: certificate = CertificateCodec.ReadObjectCertificate(reader.Nested()); break;
                case 3: age = Age.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new CacheCopy(operation, certificate ?? throw new WireFormatException("a copy without a certificate"), age);
    }

    protected override void WriteFields(WireWriter writer)
    {
        int mark = writer.Begin(2);
        CertificateCodec.Write(writer, Certificate);
        writer.End(mark);
        writer.Number(3, (ulong)AgeMilliseconds);
    }
}

/// <summary>The object is not here; these nodes may have it, the likeliest first.</summary>
public sealed record LookupMiss(long Operation, ValueList<NodeHandle> Candidates, int Hops) : PastAnswer(Operation)
{
    public const byte Number = 36;

    public override byte Kind => Number;

    internal static LookupMiss Read(ref WireReader reader)
    {
        long operation = 0;
        List<NodeHandle> nodes = [];
        int hops = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: nodes.AddBounded(reader.Node()); break;
                case 3: hops = reader.Int(); break;
                default: reader.Skip(); break;
            }
        }

        return new LookupMiss(operation, nodes.ToValueList(), hops);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Nodes(2, Candidates.Span);
        writer.Number(3, (ulong)Hops);
    }
}

/// <summary>Send the object, or its tombstone. Answered by <see cref="ObjectAnswer"/>, <see cref="TombstoneAnswer"/>, <see cref="FetchMiss"/> or <see cref="Refused"/>.</summary>
/// <param name="CertificateOnly">Without its bytes: proof enough that they could be had.</param>
public sealed record FetchRequest(long Operation, FileId Object, bool CertificateOnly = false) : PastMessage(Operation)
{
    public const byte Number = 44;

    public override byte Kind => Number;

    internal static FetchRequest Read(ref WireReader reader)
    {
        long operation = 0;
        FileId? id = null;
        bool certificateOnly = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: id = reader.FileId(); break;
                case 3: certificateOnly = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new FetchRequest(operation, id ?? throw new WireFormatException("a question about no object"), certificateOnly);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Id(2, Object);
        writer.Flag(3, CertificateOnly);
    }
}

/// <summary>The object is not here.</summary>
/// <param name="State">Missing, pointer or damaged.</param>
public sealed record FetchMiss(long Operation, HolderState State) : PastAnswer(Operation)
{
    public const byte Number = 45;

    public override byte Kind => Number;

    internal static FetchMiss Read(ref WireReader reader)
    {
        long operation = 0;
        var state = HolderState.Missing;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: state = HolderStates.FromWire(reader.Int()); break;
                default: reader.Skip(); break;
            }
        }

        return new FetchMiss(operation, state);
    }

    protected override void WriteFields(WireWriter writer) => writer.Number(2, (ulong)State);
}

/// <summary>The object was reclaimed: here is the proof.</summary>
public sealed record TombstoneAnswer(long Operation, Tombstone Tombstone) : PastAnswer(Operation)
{
    public const byte Number = 46;

    public override byte Kind => Number;

    internal static TombstoneAnswer Read(ref WireReader reader)
    {
        long operation = 0;
        Tombstone? tombstone = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: tombstone = CertificateCodec.ReadTombstone(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return new TombstoneAnswer(operation, tombstone ?? throw new WireFormatException("a tombstone answer without a tombstone"));
    }

    protected override void WriteFields(WireWriter writer)
    {
        int mark = writer.Begin(2);
        CertificateCodec.Write(writer, Tombstone);
        writer.End(mark);
    }
}

internal static class Age
{
    private const ulong MillisecondsMax = 366UL * 24 * 3600 * 1000;

    /// <summary>An age in milliseconds; beyond a year nobody asks how far.</summary>
    public static long Read(ref WireReader reader) => (long)Math.Min(reader.Number(), MillisecondsMax);

    /// <summary>An age that may not be known: zero if it is not, else one millisecond more than it is.</summary>
    public static ulong PlusOne(TimeSpan? age) => age is { } known ? 1 + (ulong)Math.Clamp(known.TotalMilliseconds, 0, MillisecondsMax) : 0;

    /// <summary>Reads what <see cref="PlusOne"/> made.</summary>
    public static TimeSpan? LessOne(ref WireReader reader)
    {
        ulong value = reader.Number();
        return value == 0 ? null : TimeSpan.FromMilliseconds(Math.Min(value - 1, MillisecondsMax));
    }
}

internal static class IdMessage
{
    /// <summary>Reads a message that is an operation and an object's id.</summary>
    public static (long Operation, FileId Object) Read(ref WireReader reader)
    {
        long operation = 0;
        FileId? id = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: id = reader.FileId(); break;
                default: reader.Skip(); break;
            }
        }

        return (operation, id ?? throw new WireFormatException("a question about no object"));
    }
}

internal static class HolderStates
{
    /// <summary>A state from the wire; what is not known counts as missing, so that nobody relies on it.</summary>
    public static HolderState FromWire(int value) => value is >= (int)HolderState.Missing and <= (int)HolderState.Reclaimed ? (HolderState)value : HolderState.Missing;
}
