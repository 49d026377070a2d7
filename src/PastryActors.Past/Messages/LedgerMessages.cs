using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Messages;

/// <summary>What is wanted of an owner's ledger.</summary>
public enum LedgerIntent : byte
{
    /// <summary>What is used, of which quota?</summary>
    Query = 1,

    /// <summary>Debit the object of this certificate: the asker is about to store it.</summary>
    Debit = 2,

    /// <summary>The asker did not store what it had debited by the request of this number, or gave it back. Not answered.</summary>
    Release = 3,

    /// <summary>Credit an object: its holders signed that they released it.</summary>
    Credit = 4,

    /// <summary>Keep this grant of the broker's.</summary>
    Grant = 5,

    /// <summary>Debit the object of this certificate, which the asker holds: the quota does not matter.</summary>
    Attest = 6,
}

/// <summary>Something is wanted of an owner's ledger. Answered by <see cref="LedgerAnswer"/> or <see cref="Refused"/>, but for a release.</summary>
/// <param name="Operation">The asker's number; of a release that of the debit.</param>
/// <param name="Owner">SHA-256 of the owner's public key.</param>
/// <param name="Certificate">Of the object to be debited; or the grant.</param>
/// <param name="Object">To be released or credited.</param>
/// <param name="Reclaim">With a credit: the owner's wish.</param>
/// <param name="Receipts">With a credit: of those who released the object, at most 64.</param>
public sealed record LedgerRequest(
    long Operation, LedgerIntent Intent, Hash256 Owner, ObjectCertificate? Certificate = null, FileId? Object = null, ReclaimCertificate? Reclaim = null, ValueList<ReclaimReceipt> Receipts = default)
    : PastMessage(Operation)
{
    public const byte Number = 60;

    /// <summary>Most receipts in one request: no k is larger.</summary>
    public const int ReceiptsMax = 64;

    public override byte Kind => Number;

    internal static LedgerRequest Read(ref WireReader reader)
    {
        long operation = 0;
        var intent = default(LedgerIntent);
        Hash256 owner = default;
        ObjectCertificate? certificate = null;
        FileId? id = null;
        ReclaimCertificate? reclaim = null;
        List<ReclaimReceipt> receipts = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: intent = (LedgerIntent)Math.Min(reader.Int(), byte.MaxValue); break;
                case 3: owner = reader.Hash(); break;
                case 4: certificate = CertificateCodec.ReadObjectCertificate(reader.Nested()); break;
                case 5: id = reader.FileId(); break;
                case 6: reclaim = CertificateCodec.ReadReclaimCertificate(reader.Nested()); break;
                case 7 when receipts.Count < ReceiptsMax: receipts.Add(CertificateCodec.ReadReclaimReceipt(reader.Nested())); break;
                case 7: throw new WireFormatException("too many reclaim receipts");
                default: reader.Skip(); break;
            }
        }

        return new LedgerRequest(operation, intent, owner, certificate, id, reclaim, receipts.ToValueList());
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Number(2, (ulong)Intent);
        writer.Hash(3, Owner);
        if (Certificate is not null) WriteNested(writer, 4, Certificate, CertificateCodec.Write);
        if (Object is { } id) writer.Id(5, id);
        if (Reclaim is not null) WriteNested(writer, 6, Reclaim, CertificateCodec.Write);
        foreach (ReclaimReceipt receipt in Receipts) WriteNested(writer, 7, receipt, CertificateCodec.Write);
    }

    private static void WriteNested<T>(WireWriter writer, int field, T value, Action<WireWriter, T> write)
    {
        int mark = writer.Begin(field);
        write(writer, value);
        writer.End(mark);
    }
}

/// <summary>It was done, durably; and how the ledger stands.</summary>
/// <param name="UsedBytes">The sum of its debits.</param>
/// <param name="QuotaBytes">Most that it may be.</param>
/// <param name="ExpiresUnixMilliseconds">When the quota ends; <see cref="long.MaxValue"/> for never.</param>
public sealed record LedgerAnswer(long Operation, long UsedBytes, long QuotaBytes, long ExpiresUnixMilliseconds) : PastAnswer(Operation)
{
    public const byte Number = 61;

    public override byte Kind => Number;

    internal static LedgerAnswer Read(ref WireReader reader)
    {
        long operation = 0, used = 0, quota = 0, expires = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: used = ByteCount.Read(ref reader); break;
                case 3: quota = ByteCount.Read(ref reader); break;
                case 4: expires = ByteCount.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new LedgerAnswer(operation, used, quota, expires);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Number(2, (ulong)UsedBytes);
        writer.Number(3, (ulong)QuotaBytes);
        writer.Number(4, (ulong)ExpiresUnixMilliseconds);
    }
}
