using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Past.Certificates;

/// <summary>
/// Certificates, receipts and tombstones in the wire format (docs/protocol-past.md), as they travel and as they lie on disk, and
/// the digests that their signatures cover. Readers throw nothing but <see cref="WireFormatException"/>.
/// </summary>
public static class CertificateCodec
{
    private static readonly WireCodec NoMessages = new([]);

    // A tag before the fields: a signature over one kind of statement can never pass for another.
    private static ReadOnlySpan<byte> ObjectTag => "PAST object certificate 1\n"u8;

    private static ReadOnlySpan<byte> ReclaimTag => "PAST reclaim certificate 1\n"u8;

    private static ReadOnlySpan<byte> ReclaimReceiptTag => "PAST reclaim receipt 1\n"u8;

    private static ReadOnlySpan<byte> ReceiptTag => "PAST store receipt 1\n"u8;

    /// <summary>What the owner signs: SHA-256 over all fields but the signature.</summary>
    public static Hash256 DigestOf(ObjectCertificate certificate)
    {
        var writer = new WireWriter(512);
        ObjectTag.CopyTo(writer.Reserve(ObjectTag.Length));
        WriteStatement(writer, certificate);
        return Hash256.Of(writer.Written.Span);
    }

    /// <summary>What the owner signs to reclaim.</summary>
    public static Hash256 DigestOf(ReclaimCertificate certificate)
    {
        var writer = new WireWriter(256);
        ReclaimTag.CopyTo(writer.Reserve(ReclaimTag.Length));
        WriteStatement(writer, certificate);
        return Hash256.Of(writer.Written.Span);
    }

    /// <summary>What a holder signs.</summary>
    public static Hash256 DigestOf(StoreReceipt receipt)
    {
        var writer = new WireWriter(256);
        ReceiptTag.CopyTo(writer.Reserve(ReceiptTag.Length));
        WriteStatement(writer, receipt);
        return Hash256.Of(writer.Written.Span);
    }

    /// <summary>What a node that released an object signs.</summary>
    public static Hash256 DigestOf(ReclaimReceipt receipt)
    {
        var writer = new WireWriter(256);
        ReclaimReceiptTag.CopyTo(writer.Reserve(ReclaimReceiptTag.Length));
        WriteStatement(writer, receipt);
        return Hash256.Of(writer.Written.Span);
    }

    /// <summary>The claim to be verified before a certificate is believed.</summary>
    public static SignatureClaim ClaimOf(ObjectCertificate certificate) => new(certificate.Owner, DigestOf(certificate), certificate.Signature);

    /// <inheritdoc cref="ClaimOf(ObjectCertificate)"/>
    public static SignatureClaim ClaimOf(ReclaimCertificate certificate) => new(certificate.Owner, DigestOf(certificate), certificate.Signature);

    /// <summary>The claim to be verified before a receipt is believed; that the holder is the node asked is for the caller to compare.</summary>
    public static SignatureClaim ClaimOf(StoreReceipt receipt) => new(receipt.Holder, DigestOf(receipt), receipt.Signature);

    /// <inheritdoc cref="ClaimOf(StoreReceipt)"/>
    public static SignatureClaim ClaimOf(ReclaimReceipt receipt) => new(receipt.Holder, DigestOf(receipt), receipt.Signature);

    /// <summary>The bytes of a certificate, as kept beside the content.</summary>
    public static byte[] Encode(ObjectCertificate certificate)
    {
        var writer = new WireWriter(512);
        Write(writer, certificate);
        return writer.Written.ToArray();
    }

    /// <summary>The bytes of a tombstone, as kept in the object's place.</summary>
    public static byte[] Encode(Tombstone tombstone)
    {
        var writer = new WireWriter(1024);
        Write(writer, tombstone);
        return writer.Written.ToArray();
    }

    /// <summary>Reads what <see cref="Encode(ObjectCertificate)"/> wrote; null, with a reason, for anything else.</summary>
    public static ObjectCertificate? TryDecodeCertificate(ReadOnlySpan<byte> bytes, out string refusal)
    {
        try
        {
            refusal = "";
            return ReadObjectCertificate(new WireReader(bytes, NoMessages));
        }
        catch (WireFormatException malformed)
        {
            refusal = malformed.Message;
            return null;
        }
    }

    /// <summary>Reads what <see cref="Encode(Tombstone)"/> wrote; null, with a reason, for anything else.</summary>
    public static Tombstone? TryDecodeTombstone(ReadOnlySpan<byte> bytes, out string refusal)
    {
        try
        {
            refusal = "";
            return ReadTombstone(new WireReader(bytes, NoMessages));
        }
        catch (WireFormatException malformed)
        {
            refusal = malformed.Message;
            return null;
        }
    }

    /// <summary>The bytes of a pointer, as kept in the object's place.</summary>
    public static byte[] Encode(HolderPointer pointer)
    {
        var writer = new WireWriter(768);
        int mark = writer.Begin(1);
        Write(writer, pointer.Certificate);
        writer.End(mark);
        writer.Node(2, pointer.Holder);
        return writer.Written.ToArray();
    }

    /// <summary>Reads what <see cref="Encode(HolderPointer)"/> wrote; null, with a reason, for anything else.</summary>
    public static HolderPointer? TryDecodePointer(ReadOnlySpan<byte> bytes, out string refusal)
    {
        try
        {
            refusal = "";
            return ReadPointer(new WireReader(bytes, NoMessages));
        }
        catch (WireFormatException malformed)
        {
            refusal = malformed.Message;
            return null;
        }
    }

    internal static void Write(WireWriter writer, ObjectCertificate certificate)
    {
        WriteStatement(writer, certificate);
        writer.Signature(15, certificate.Signature);
        writer.Flag(16, certificate.IsDebit);
    }

    internal static void Write(WireWriter writer, ReclaimCertificate certificate)
    {
        WriteStatement(writer, certificate);
        writer.Signature(15, certificate.Signature);
    }

    internal static void Write(WireWriter writer, StoreReceipt receipt)
    {
        WriteStatement(writer, receipt);
        writer.Signature(15, receipt.Signature);
    }

    internal static void Write(WireWriter writer, ReclaimReceipt receipt)
    {
        WriteStatement(writer, receipt);
        writer.Signature(15, receipt.Signature);
    }

    internal static void Write(WireWriter writer, Tombstone tombstone)
    {
        int mark = writer.Begin(1);
        Write(writer, tombstone.Certificate);
        writer.End(mark);
        mark = writer.Begin(2);
        Write(writer, tombstone.Reclaim);
        writer.End(mark);
    }

    internal static ObjectCertificate ReadObjectCertificate(WireReader reader)
    {
        var kind = default(ObjectKind);
        FileId? file = null;
        string name = "", contentType = "";
        Blob owner = default, salt = default;
        Hash256? hash = null;
        int length = 0, replicas = 0, mode = 0;
        long fileSize = 0, created = 0, modified = 0;
        bool debit = false;
        BatchSignature? signature = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: kind = (ObjectKind)Math.Min(reader.Int(), byte.MaxValue); break;
                case 2: file = reader.FileId(); break;
                case 3: name = reader.Text(); break;
                case 4: owner = reader.Blob(); break;
                case 5: hash = reader.Hash(); break;
                case 6: length = reader.Int(); break;
                case 7: fileSize = Long(ref reader); break;
                case 8: replicas = reader.Int(); break;
                case 9: salt = reader.Blob(); break;
                case 10: created = Long(ref reader); break;
                case 11: contentType = reader.Text(); break;
                case 13: modified = Long(ref reader); break;
                case 14: mode = reader.Int(); break;
                case 15: signature = reader.Signature(); break;
                case 16: debit = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new ObjectCertificate(
            kind, Needed(file, "a fileId"), name, owner, Needed(hash, "a content hash"), length, fileSize, replicas, salt, created, contentType, Needed(signature))
        {
            ModifiedUnixMilliseconds = modified,
            Mode = mode,
            IsDebit = debit,
        };
    }

    internal static ReclaimCertificate ReadReclaimCertificate(WireReader reader)
    {
        FileId? file = null;
        Blob owner = default;
        long created = 0;
        BatchSignature? signature = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: file = reader.FileId(); break;
                case 2: owner = reader.Blob(); break;
                case 3: created = Long(ref reader); break;
                case 15: signature = reader.Signature(); break;
                default: reader.Skip(); break;
            }
        }

        return new ReclaimCertificate(Needed(file, "a fileId"), owner, created, Needed(signature));
    }

    internal static StoreReceipt ReadReceipt(WireReader reader)
    {
        FileId? file = null;
        Hash256? hash = null;
        Blob holder = default;
        RingId? divertedTo = null;
        BatchSignature? signature = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: file = reader.FileId(); break;
                case 2: hash = reader.Hash(); break;
                case 3: holder = reader.Blob(); break;
                case 5: divertedTo = reader.Id(); break;
                case 15: signature = reader.Signature(); break;
                default: reader.Skip(); break;
            }
        }

        return new StoreReceipt(Needed(file, "a fileId"), Needed(hash, "a content hash"), holder, divertedTo, Needed(signature));
    }

    internal static ReclaimReceipt ReadReclaimReceipt(WireReader reader)
    {
        FileId? file = null;
        Blob holder = default;
        BatchSignature? signature = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: file = reader.FileId(); break;
                case 2: holder = reader.Blob(); break;
                case 15: signature = reader.Signature(); break;
                default: reader.Skip(); break;
            }
        }

        return new ReclaimReceipt(Needed(file, "a fileId"), holder, Needed(signature));
    }

    internal static Tombstone ReadTombstone(WireReader reader)
    {
        ObjectCertificate? certificate = null;
        ReclaimCertificate? reclaim = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: certificate = ReadObjectCertificate(reader.Nested()); break;
                case 2: reclaim = ReadReclaimCertificate(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return certificate is null || reclaim is null
            ? throw new WireFormatException("a tombstone without its certificates")
            : new Tombstone(certificate, reclaim);
    }

    private static HolderPointer ReadPointer(WireReader reader)
    {
        ObjectCertificate? certificate = null;
        NodeHandle? holder = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: certificate = ReadObjectCertificate(reader.Nested()); break;
                case 2: holder = reader.Node(); break;
                default: reader.Skip(); break;
            }
        }

        return certificate is null || holder is null
            ? throw new WireFormatException("a pointer without a certificate or a holder")
            : new HolderPointer(certificate, holder);
    }

    private static void WriteStatement(WireWriter writer, ObjectCertificate certificate)
    {
        writer.Number(1, (ulong)certificate.Kind);
        writer.Id(2, certificate.File);
        writer.Text(3, certificate.Name);
        writer.Bytes(4, certificate.Owner.Span);
        writer.Hash(5, certificate.ContentHash);
        writer.Number(6, (ulong)certificate.ContentLength);
        writer.Number(7, (ulong)certificate.FileSize);
        writer.Number(8, (ulong)certificate.Replicas);
        writer.Bytes(9, certificate.Salt.Span);
        writer.Number(10, (ulong)certificate.CreatedUnixMilliseconds);
        writer.Text(11, certificate.ContentType);
        writer.Number(13, (ulong)certificate.ModifiedUnixMilliseconds);
        writer.Number(14, (ulong)certificate.Mode);
    }

    private static void WriteStatement(WireWriter writer, ReclaimCertificate certificate)
    {
        writer.Id(1, certificate.File);
        writer.Bytes(2, certificate.Owner.Span);
        writer.Number(3, (ulong)certificate.CreatedUnixMilliseconds);
    }

    private static void WriteStatement(WireWriter writer, StoreReceipt receipt)
    {
        writer.Id(1, receipt.Object);
        writer.Hash(2, receipt.ContentHash);
        writer.Bytes(3, receipt.Holder.Span);
        writer.Flag(4, receipt.Diverted);
        if (receipt.DivertedTo is { } holder) writer.Id(5, holder);
    }

    private static void WriteStatement(WireWriter writer, ReclaimReceipt receipt)
    {
        writer.Id(1, receipt.Object);
        writer.Bytes(2, receipt.Holder.Span);
    }

    private static long Long(ref WireReader reader)
    {
        ulong value = reader.Number();
        return value <= long.MaxValue ? (long)value : throw new WireFormatException("a number out of range");
    }

    private static T Needed<T>(T? value, string what)
        where T : struct => value ?? throw new WireFormatException($"a certificate or receipt without {what}");

    private static BatchSignature Needed(BatchSignature? value) => value ?? throw new WireFormatException("a certificate or receipt without a signature");
}
