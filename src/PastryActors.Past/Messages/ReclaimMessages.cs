using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Messages;

/// <summary>Release this object. Answered by <see cref="ReclaimAnswer"/> or <see cref="Refused"/>.</summary>
public sealed record ReclaimRequest(long Operation, FileId Object, ReclaimCertificate Certificate) : PastMessage(Operation)
{
    public const byte Number = 47;

    public override byte Kind => Number;

    internal static ReclaimRequest Read(ref WireReader reader)
    {
        long operation = 0;
        FileId? id = null;
        ReclaimCertificate? certificate = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: id = reader.FileId(); break;
                case 3: certificate = CertificateCodec.ReadReclaimCertificate(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return new ReclaimRequest(
            operation, id ?? throw new WireFormatException("a reclaim of no object"), certificate ?? throw new WireFormatException("a reclaim without a certificate"));
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Id(2, Object);
        int mark = writer.Begin(3);
        CertificateCodec.Write(writer, Certificate);
        writer.End(mark);
    }
}

/// <summary>What became of a reclaim.</summary>
/// <param name="Before">Held: it was released now, durably. Pointer: its pointer was, and the holder is to be asked too. Reclaimed: it had been before. Missing: there was nothing.</param>
/// <param name="Replicas">The object's k, where known.</param>
/// <param name="BytesReleased">Content bytes.</param>
/// <param name="Holder">Where the pointer led.</param>
/// <param name="Receipt">Where the object is reclaimed here, now or before: the node's word for it.</param>
public sealed record ReclaimAnswer(long Operation, HolderState Before, int Replicas, int BytesReleased, NodeHandle? Holder = null, ReclaimReceipt? Receipt = null) : PastAnswer(Operation)
{
    public const byte Number = 48;

    public override byte Kind => Number;

    internal static ReclaimAnswer Read(ref WireReader reader)
    {
        long operation = 0;
        var before = HolderState.Missing;
        int replicas = 0, bytes = 0;
        NodeHandle? holder = null;
        ReclaimReceipt? receipt = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: before = HolderStates.FromWire(reader.Int()); break;
                case 3: replicas = reader.Int(); break;
                case 4: bytes = reader.Int(); break;
                case 5: holder = reader.Node(); break;
                case 6: receipt = CertificateCodec.ReadReclaimReceipt(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return new ReclaimAnswer(operation, before, replicas, bytes, holder, receipt);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Number(2, (ulong)Before);
        writer.Number(3, (ulong)Replicas);
        writer.Number(4, (ulong)BytesReleased);
        writer.Node(5, Holder);
        if (Receipt is null) return;
        int mark = writer.Begin(6);
        CertificateCodec.Write(writer, Receipt);
        writer.End(mark);
    }
}
