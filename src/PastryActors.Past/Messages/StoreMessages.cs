using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Messages;

/// <summary>Store this object; its bytes ride behind. Answered by <see cref="StoreAnswer"/> or <see cref="Refused"/>.</summary>
/// <param name="Offer">No bytes ride behind yet: a receipt if the object is there, else <see cref="RefusalCode.ContentWanted"/>.</param>
/// <param name="Divert">The asker is one of the k closest and has no room: hold it in the asker's place (SOSP 2001, section 3.3).</param>
public sealed record StoreRequest(long Operation, ObjectCertificate Certificate, bool Offer, bool Divert = false) : PastMessage(Operation)
{
    public const byte Number = 37;

    public override byte Kind => Number;

    internal static StoreRequest Read(ref WireReader reader)
    {
        long operation = 0;
        ObjectCertificate? certificate = null;
        bool offer = false, divert = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: certificate = CertificateCodec.ReadObjectCertificate(reader.Nested()); break;
                case 3: offer = reader.Flag(); break;
                case 4: divert = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new StoreRequest(operation, certificate ?? throw new WireFormatException("a store request without a certificate"), offer, divert);
    }

    protected override void WriteFields(WireWriter writer)
    {
        int mark = writer.Begin(2);
        CertificateCodec.Write(writer, Certificate);
        writer.End(mark);
        writer.Flag(3, Offer);
        writer.Flag(4, Divert);
    }
}

/// <summary>The object is durable here.</summary>
/// <param name="AlreadyHeld">It was before the request.</param>
/// <param name="HolderReceipt">Where the receipt says that another node holds the replica, that node's own.</param>
public sealed record StoreAnswer(long Operation, StoreReceipt Receipt, bool AlreadyHeld, StoreReceipt? HolderReceipt = null) : PastAnswer(Operation)
{
    public const byte Number = 38;

    public override byte Kind => Number;

    internal static StoreAnswer Read(ref WireReader reader)
    {
        long operation = 0;
        StoreReceipt? receipt = null, holder = null;
        bool already = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: receipt = CertificateCodec.ReadReceipt(reader.Nested()); break;
                case 3: already = reader.Flag(); break;
                case 4: holder = CertificateCodec.ReadReceipt(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return new StoreAnswer(operation, receipt ?? throw new WireFormatException("a store answer without a receipt"), already, holder);
    }

    protected override void WriteFields(WireWriter writer)
    {
        int mark = writer.Begin(2);
        CertificateCodec.Write(writer, Receipt);
        writer.End(mark);
        writer.Flag(3, AlreadyHeld);
        if (HolderReceipt is null) return;
        mark = writer.Begin(4);
        CertificateCodec.Write(writer, HolderReceipt);
        writer.End(mark);
    }
}

/// <summary>Why a node did not do what it was asked.</summary>
public enum RefusalCode : byte
{
    /// <summary>The message breaks a rule; asking again will not help.</summary>
    Invalid = 1,

    /// <summary>The node is not among those closest to the object, as it sees the ring.</summary>
    NotResponsible = 2,

    /// <summary>The owner has reclaimed the object.</summary>
    Reclaimed = 3,

    /// <summary>Another object of the same id is here.</summary>
    Conflict = 4,

    /// <summary>No room.</summary>
    Full = 5,

    /// <summary>A bound is reached; asking again later may succeed.</summary>
    Busy = 6,

    /// <summary>The object is not here: send its bytes.</summary>
    ContentWanted = 7,

    /// <summary>The asker may not do this.</summary>
    Forbidden = 8,

    /// <summary>The disk failed.</summary>
    Broken = 9,

    /// <summary>The owner's quota does not cover the object.</summary>
    OverQuota = 10,
}

/// <summary>A node does not do what it was asked.</summary>
/// <param name="Detail">The rule, for people.</param>
/// <param name="FreeBytes">With <see cref="RefusalCode.Full"/>: how much room the node has.</param>
public sealed record Refused(long Operation, RefusalCode Code, string Detail, long FreeBytes = 0) : PastAnswer(Operation)
{
    public const byte Number = 39;

    public override byte Kind => Number;

    internal static Refused Read(ref WireReader reader)
    {
        long operation = 0;
        var code = RefusalCode.Broken;
        string detail = "";
        long free = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: code = (RefusalCode)Math.Min(reader.Int(), byte.MaxValue); break;
                case 3: detail = reader.Text(); break;
                case 4: free = ByteCount.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new Refused(operation, code, detail.Length <= 256 ? detail : detail[..256], free);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Number(2, (ulong)Code);
        writer.Text(3, Detail);
        writer.Number(4, (ulong)FreeBytes);
    }
}
