using System.Text;
using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>
/// What a certificate must be before its signature is worth checking. Each rule answers the reason for which it refuses, or null.
/// Pure, cheap, and safe on anything that a stranger or a disk can hand in.
/// </summary>
public static class CertificateRules
{
    /// <summary>Longest file name, in bytes of UTF-8.</summary>
    public const int NameBytesMax = 1024;

    /// <summary>Longest public key that is parsed: three times the size of a P-256 key.</summary>
    public const int KeyBytesMax = 256;

    /// <summary>Longest salt.</summary>
    public const int SaltBytesMax = 64;

    /// <summary>Longest media type, in bytes of UTF-8.</summary>
    public const int ContentTypeBytesMax = 256;

    /// <summary>Size of an ECDSA P-256 signature (r, s).</summary>
    public const int SignatureSizeBytes = 64;

    /// <summary>Whether the object is a file of its own, and not a part of one.</summary>
    public static bool IsFile(this ObjectCertificate certificate) => certificate.Kind is ObjectKind.File or ObjectKind.FileTree or ObjectKind.CodedTree;

    /// <summary>Whether it is an entry of an owner's ledger: a certificate alone, that no content belongs to.</summary>
    public static bool IsLedgerEntry(this ObjectCertificate certificate) => certificate.IsDebit || certificate.Kind == ObjectKind.Grant;

    /// <summary>Whether it is an object's: nobody inserts or looks up an entry of a ledger as if it were one.</summary>
    public static string? CheckIsObject(ObjectCertificate certificate) => certificate.IsLedgerEntry() ? "an entry of a ledger is no object" : null;

    /// <summary>On how many nodes it is kept: the paper's k, but for an entry of a ledger.</summary>
    public static int CopiesOf(ObjectCertificate certificate) => certificate.IsLedgerEntry() ? Ledger.Copies : certificate.Replicas;

    /// <summary>The id under which the object, or the entry of a ledger, of this certificate lies.</summary>
    public static FileId ObjectOf(ObjectCertificate certificate)
    {
        if (certificate.IsDebit) return Ledger.DebitOf(certificate.Owner, ObjectOf(certificate with { IsDebit = false }));
        return certificate.IsFile() || certificate.Kind == ObjectKind.Grant
            ? certificate.File
            : FileIds.OfPart(certificate.File, certificate.Owner.Span, certificate.ContentHash, PlaceOf(certificate));
    }

    /// <summary>Whether the certificate says nothing impossible.</summary>
    /// <param name="contentBytesMax">The ring's chunk size.</param>
    /// <param name="replicasMax">The largest k that the leaf sets carry: L/2.</param>
    public static string? Check(ObjectCertificate certificate, int contentBytesMax, int replicasMax)
    {
        if (certificate.Kind is < ObjectKind.File or > ObjectKind.CodedTree or ObjectKind.Debit) return $"object kind {(int)certificate.Kind} is not known";
        if (certificate.ContentLength < 0 || certificate.ContentLength > contentBytesMax) return $"content of {certificate.ContentLength} bytes exceeds the chunk size of {contentBytesMax}";
        if (certificate.Replicas < 1 || certificate.Replicas > replicasMax) return $"k = {certificate.Replicas} is not within 1 to {replicasMax} (half the leaf set)";
        if (certificate.CreatedUnixMilliseconds < 0 || certificate.ModifiedUnixMilliseconds < 0) return "the creation time, or that of the last change, lies before 1970";
        if (certificate.Mode is < 0 or > ObjectCertificate.ModeMax) return $"a mode of {certificate.Mode} has more than the nine permission bits";
        if (certificate is { IsDebit: true, Kind: ObjectKind.Grant }) return "a grant is no debit";
        return CheckKey(certificate.Owner) ?? CheckSignature(certificate.Signature) ?? CheckText(certificate) ?? CheckSizes(certificate) ?? CheckFileId(certificate);
    }

    /// <summary>Whether the certificate says nothing impossible, and is about this very object.</summary>
    public static string? Check(ObjectCertificate certificate, FileId expected, int contentBytesMax, int replicasMax) =>
        Check(certificate, contentBytesMax, replicasMax)
        ?? (ObjectOf(certificate) == expected ? null : $"the certificate is about {ObjectOf(certificate)}, not {expected}");

    /// <summary>Whether the bytes are those that the certificate speaks of.</summary>
    public static string? CheckContent(ObjectCertificate certificate, ContentRef? content)
    {
        if (certificate.IsLedgerEntry()) return content is null or { Length: 0 } ? null : "no content belongs to an entry of a ledger";
        if (content is null && certificate.ContentLength == 0) return certificate.ContentHash == EmptyHash ? null : "an empty content does not have this hash";
        if (content is null) return "the content is missing";
        if (content.Length != certificate.ContentLength) return $"the content has {content.Length} bytes, its certificate says {certificate.ContentLength}";
        return content.Hash == certificate.ContentHash ? null : "the content's hash is not its certificate's";
    }

    /// <summary>Whether the reclaim certificate says nothing impossible.</summary>
    public static string? Check(ReclaimCertificate certificate) => CheckKey(certificate.Owner) ?? CheckSignature(certificate.Signature);

    /// <summary>Whether the reclaim is about the file of the object, and by its owner.</summary>
    public static string? CheckReclaim(ReclaimCertificate reclaim, ObjectCertificate certificate)
    {
        if (reclaim.File != certificate.File) return $"the reclaim certificate is about file {reclaim.File}, the object belongs to {certificate.File}";
        return reclaim.Owner == certificate.Owner ? null : "the reclaim certificate is not by the object's owner";
    }

    /// <summary>Whether the tombstone stands for this very object; the signature of its reclaim is still to be verified.</summary>
    public static string? Check(Tombstone tombstone, FileId expected, int contentBytesMax, int replicasMax) =>
        Check(tombstone.Certificate, expected, contentBytesMax, replicasMax) ?? Check(tombstone.Reclaim) ?? CheckReclaim(tombstone.Reclaim, tombstone.Certificate);

    /// <summary>Whether the receipt is the one that <paramref name="holder"/> owes for the object; its signature is still to be verified.</summary>
    public static string? Check(StoreReceipt receipt, FileId expected, Hash256 contentHash, RingId holder)
    {
        string? malformed = CheckKey(receipt.Holder) ?? CheckSignature(receipt.Signature);
        if (malformed is not null) return malformed;
        if (receipt.Object != expected || receipt.ContentHash != contentHash) return "the receipt is about another object";
        return receipt.HolderId == holder ? null : "the receipt is not by the node that was asked";
    }

    /// <summary>Whether the receipt is the one that <paramref name="holder"/> owes for the reclaimed object; its signature is still to be verified.</summary>
    public static string? Check(ReclaimReceipt receipt, FileId expected, RingId holder)
    {
        string? malformed = CheckKey(receipt.Holder) ?? CheckSignature(receipt.Signature);
        if (malformed is not null) return malformed;
        if (receipt.Object != expected) return "the reclaim receipt is about another object";
        return receipt.HolderId == holder ? null : "the reclaim receipt is not by the node that was asked";
    }

    /// <summary>Which of its ids a part has, and which row of its file it is. Of a salt that no part may have, which is refused, the usual place.</summary>
    public static PartPlace PlaceOf(ObjectCertificate certificate) => certificate.IsFile() ? default : PartPlace.TryRead(certificate.Salt) ?? default;

    private static bool HasPlace(ObjectCertificate certificate) => certificate.Salt.IsEmpty || (certificate.Kind == ObjectKind.Chunk && PartPlace.TryRead(certificate.Salt) is not null);

    private static readonly Hash256 EmptyHash = Hash256.Of([]);

    private static string? CheckKey(Blob key) => key.Length is >= 1 and <= KeyBytesMax ? null : $"a public key of {key.Length} bytes is not within 1 to {KeyBytesMax}";

    private static string? CheckSignature(BatchSignature signature)
    {
        if (signature.Value.Length != SignatureSizeBytes) return $"a signature of {signature.Value.Length} bytes, not {SignatureSizeBytes}";
        if (signature.Path.Count > MerkleBatch.PathLengthMax) return $"a signature's path of {signature.Path.Count} hashes exceeds {MerkleBatch.PathLengthMax}";
        return signature.LeafIndex >> signature.Path.Count == 0 ? null : "a signature's leaf lies outside its batch";
    }

    private static string? CheckText(ObjectCertificate certificate)
    {
        if (certificate.Kind == ObjectKind.Grant) return Ledger.CheckGrant(certificate);
        int nameBytes = Encoding.UTF8.GetByteCount(certificate.Name);
        if (certificate.IsFile() && nameBytes is < 1 or > NameBytesMax) return $"a name of {nameBytes} bytes is not within 1 to {NameBytesMax}";
        if (!certificate.IsFile() && (nameBytes != 0 || !HasPlace(certificate))) return "a part of a file has no name, and no salt but a chunk the number of its attempt, or of attempt and row";
        if (!certificate.IsFile() && (certificate.ModifiedUnixMilliseconds != 0 || certificate.Mode != 0)) return "a part of a file has no time of change and no mode";
        if (certificate.Salt.Length > SaltBytesMax) return $"a salt of {certificate.Salt.Length} bytes exceeds {SaltBytesMax}";
        return Encoding.UTF8.GetByteCount(certificate.ContentType) <= ContentTypeBytesMax ? null : $"a media type exceeds {ContentTypeBytesMax} bytes";
    }

    private static string? CheckSizes(ObjectCertificate certificate) => certificate.Kind switch
    {
        ObjectKind.File or ObjectKind.Chunk when certificate.FileSize != certificate.ContentLength => "an object in one piece is as long as its content",
        ObjectKind.FileTree or ObjectKind.CodedTree or ObjectKind.TreeNode when certificate.FileSize < 1 => "a hash tree is over at least one byte",
        _ => null,
    };

    private static string? CheckFileId(ObjectCertificate certificate) =>
        !certificate.IsFile() || FileIds.OfFile(certificate.Name, certificate.Owner.Span, certificate.Salt.Span) == certificate.File
            ? null
            : "the fileId is not the hash of name, owner and salt";
}
