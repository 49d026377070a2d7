using Google.Protobuf;
using PastryActors.Core.Driving;
using PastryActors.Past.Certificates;
using static PastryActors.Tests.Wire.SchemaValues;
using Schema = PastryActors.Wire.Schema;

namespace PastryActors.Past.Tests.Messages;

/// <summary>Certificates, receipts and tombstones as Google's classes.</summary>
internal static class StatementTranslation
{
    public static Schema::ObjectCertificate Translate(ObjectCertificate certificate) => new()
    {
        Kind = (Schema::ObjectKind)certificate.Kind,
        FileId = Bytes(certificate.File),
        Name = certificate.Name,
        Owner = Bytes(certificate.Owner),
        ContentHash = Bytes(certificate.ContentHash),
        ContentLength = (uint)certificate.ContentLength,
        FileSize = (ulong)certificate.FileSize,
        Replicas = (uint)certificate.Replicas,
        Salt = Bytes(certificate.Salt),
        CreatedUnixMilliseconds = (ulong)certificate.CreatedUnixMilliseconds,
        ContentType = certificate.ContentType,
        ModifiedUnixMilliseconds = (ulong)certificate.ModifiedUnixMilliseconds,
        Mode = (uint)certificate.Mode,
        Debit = certificate.IsDebit,
        Signature = Translate(certificate.Signature),
    };

    public static Schema::ReclaimCertificate Translate(ReclaimCertificate certificate) => new()
    {
        FileId = Bytes(certificate.File),
        Owner = Bytes(certificate.Owner),
        CreatedUnixMilliseconds = (ulong)certificate.CreatedUnixMilliseconds,
        Signature = Translate(certificate.Signature),
    };

    public static Schema::StoreReceipt Translate(StoreReceipt receipt) => new()
    {
        Object = Bytes(receipt.Object),
        ContentHash = Bytes(receipt.ContentHash),
        Holder = Bytes(receipt.Holder),
        Diverted = receipt.Diverted,
        DivertedTo = receipt.DivertedTo is { } holder ? Bytes(holder) : ByteString.Empty,
        Signature = Translate(receipt.Signature),
    };

    public static Schema::ReclaimReceipt Translate(ReclaimReceipt receipt) => new()
    {
        Object = Bytes(receipt.Object),
        Holder = Bytes(receipt.Holder),
        Signature = Translate(receipt.Signature),
    };

    public static Schema::Tombstone Translate(Tombstone tombstone) => new()
    {
        Certificate = Translate(tombstone.Certificate),
        Reclaim = Translate(tombstone.Reclaim),
    };

    public static Schema::HolderPointer Translate(HolderPointer pointer) => new()
    {
        Certificate = Translate(pointer.Certificate),
        Holder = NodeOf(pointer.Holder),
    };

    private static Schema::BatchSignature Translate(BatchSignature signature) => new()
    {
        Value = Bytes(signature.Value),
        LeafIndex = signature.LeafIndex,
        Path = { signature.Path.Select(Bytes) },
    };
}
