using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>What an object is.</summary>
public enum ObjectKind : byte
{
    /// <summary>A file in one piece: its content is the object's.</summary>
    File = 1,

    /// <summary>A file in chunks: the object's content is the top node of its hash tree.</summary>
    FileTree = 2,

    /// <summary>A chunk of a file's content.</summary>
    Chunk = 3,

    /// <summary>An inner node of a file's hash tree, below the top.</summary>
    TreeNode = 4,

    /// <summary>No object but a statement alone: the broker grants an owner a quota (<see cref="Ledger"/>).</summary>
    Grant = 5,

    /// <summary>Only in a catalog, never in a certificate: an object's certificate, kept as a debit to its owner's quota.</summary>
    Debit = 6,

    /// <summary>A file in coded chunks: as a file in chunks, but that the node of its hash tree names chunks of parity, too (<see cref="Core.Coding.StripeCode"/>).</summary>
    CodedTree = 7,
}

/// <summary>
/// The owner's signed statement about one object (the file certificate of SOSP 2001, section 2.2, and its kin for the parts of a
/// large file). A holder stores nothing that its certificate does not match, and whoever reads checks again.
/// </summary>
/// <param name="Kind">What the object is.</param>
/// <param name="File">The fileId: of the file itself, or of the file that a part belongs to.</param>
/// <param name="Name">The file's name, UTF-8, 1 to 1024 bytes; empty for parts.</param>
/// <param name="Owner">The owner's public key, SubjectPublicKeyInfo (DER).</param>
/// <param name="ContentHash">SHA-256 of the object's own bytes.</param>
/// <param name="ContentLength">Length of the object's own bytes; at most one chunk.</param>
/// <param name="FileSize">Length of the whole file in bytes; for parts that of the part's reach.</param>
/// <param name="Replicas">The paper's k.</param>
/// <param name="Salt">Makes the fileId; another salt moves the file to other nodes. For parts what <see cref="PartPlace"/> says: empty for most.</param>
/// <param name="CreatedUnixMilliseconds">The owner's clock when it signed; informative, no rule depends on it.</param>
/// <param name="ContentType">Media type of the file, or empty.</param>
/// <param name="Signature">The owner's, over the SHA-256 of all other fields as encoded on the wire.</param>
public sealed record ObjectCertificate(
    ObjectKind Kind,
    FileId File,
    string Name,
    Blob Owner,
    Hash256 ContentHash,
    int ContentLength,
    long FileSize,
    int Replicas,
    Blob Salt,
    long CreatedUnixMilliseconds,
    string ContentType,
    BatchSignature Signature)
{
    /// <summary>Largest <see cref="Mode"/>: the nine permission bits. Others (set-user-id and its like) are nobody's to hand out with a file.</summary>
    public const int ModeMax = 0x1FF;

    /// <summary>When the file's content was last changed, in Unix milliseconds; 0 where it is not said, and for parts. Informative, as the creation time is.</summary>
    public long ModifiedUnixMilliseconds { get; init; }

    /// <summary>The file's Unix permission bits; 0 where they are not said, and for parts.</summary>
    public int Mode { get; init; }

    /// <summary>Whether it is kept as a debit to its owner's quota, and not with its object. Not signed: the same statement serves for both.</summary>
    public bool IsDebit { get; init; }
}
