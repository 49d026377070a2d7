using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Driving;

/// <summary>Slow work that the core asks of a worker outside it; the result comes back as an event with the same id.</summary>
/// <param name="Id">Unique on this node while the work is open. The lowest 4 bits name the component that asked.</param>
public abstract record Work(long Id);

/// <summary>The outcome of a piece of <see cref="Work"/>.</summary>
public abstract record WorkResult(long Id);

/// <summary>How a piece of store work ended.</summary>
public enum StoreStatus : byte
{
    /// <summary>Done; if it was a write, durable.</summary>
    Done,

    /// <summary>There is no such object.</summary>
    NotFound,

    /// <summary>A write of an object that is there already; nothing was changed.</summary>
    Exists,

    /// <summary>A write that would exceed the capacity; nothing was changed.</summary>
    Full,

    /// <summary>The object's record does not match its checksum; it was quarantined and is no longer listed.</summary>
    Corrupt,

    /// <summary>The disk failed; the write may or may not have happened.</summary>
    Failed,
}

/// <summary>Write an object and answer when it is durable. <see cref="StoreStatus.Exists"/> if it is there already.</summary>
/// <param name="Tag">64 bits that the store keeps with the object in its index and gives back at start; the asker's meaning.</param>
/// <param name="Meta">Kept before the content, readable alone (a certificate).</param>
/// <param name="Content">The bytes; null for an object of meta alone.</param>
public sealed record StoreWrite(long Id, FileId Object, ulong Tag, Blob Meta, ContentRef? Content) : Work(Id);

/// <summary>Read an object, with or without its content.</summary>
public sealed record StoreRead(long Id, FileId Object, bool MetaOnly) : Work(Id);

/// <summary>Prove that an object's bytes are here: SHA-256 over the nonce and the bytes as they are read now, which nobody can answer who does not have them all.</summary>
/// <param name="Nonce">Chosen at random by whoever wants the proof.</param>
public sealed record StoreProve(long Id, FileId Object, Hash256 Nonce) : Work(Id);

/// <summary>The outcome of a <see cref="StoreProve"/>.</summary>
/// <param name="Meta">What is kept beside the content.</param>
/// <param name="ContentHash">SHA-256 of the bytes read.</param>
/// <param name="Proof">SHA-256 of the nonce and the bytes read.</param>
public sealed record StoreProven(long Id, FileId Object, StoreStatus Status, Blob Meta, Hash256 ContentHash, Hash256 Proof) : WorkResult(Id);

/// <summary>
/// Remove an object and answer when that is durable. With a non-empty <paramref name="Tombstone"/> an entry of meta alone takes its
/// place, so that the removal itself is remembered (also of an object that was never here).
/// </summary>
public sealed record StoreRemove(long Id, FileId Object, ulong TombstoneTag, Blob Tombstone) : Work(Id);

/// <summary>The outcome of a <see cref="StoreWrite"/> or <see cref="StoreRemove"/>.</summary>
public sealed record StoreChanged(long Id, FileId Object, StoreStatus Status) : WorkResult(Id);

/// <summary>The outcome of a <see cref="StoreRead"/>.</summary>
public sealed record StoreGot(long Id, FileId Object, StoreStatus Status, Blob Meta, ContentRef? Content) : WorkResult(Id)
{
    /// <summary>How long ago, at most, the whole object was last read or written and matched its checksums; null if the store does not know.</summary>
    public TimeSpan? VerifiedAgo { get; init; }
}

/// <summary>One object as the store lists it at start.</summary>
public readonly record struct StoreEntry(FileId Object, ulong Tag, int ContentLength);

/// <summary>Sign a digest with one of this process's keys.</summary>
/// <param name="Key">Which key.</param>
/// <param name="Digest">SHA-256 of what is signed.</param>
public sealed record Sign(long Id, SigningKey Key, Hash256 Digest) : Work(Id);

/// <summary>The keys that a node can sign with.</summary>
public enum SigningKey : byte
{
    /// <summary>The node's own: receipts.</summary>
    Node,

    /// <summary>The owner's that this node's applications insert for: certificates.</summary>
    Owner,
}

/// <summary>
/// A signature that may have been shared by a batch: the key signed the root of a hash tree, and the path leads from the digest to
/// that root (docs/protocol.md, signatures). An empty path means that the digest itself was signed.
/// </summary>
/// <param name="Value">64 bytes, ECDSA P-256, r then s.</param>
/// <param name="LeafIndex">Position of the digest among the batch's leaves.</param>
/// <param name="Path">Siblings from the leaf up.</param>
public sealed record BatchSignature(Blob Value, uint LeafIndex, ValueList<Hash256> Path);

/// <summary>The outcome of a <see cref="Sign"/>.</summary>
public sealed record Signed(long Id, BatchSignature Signature) : WorkResult(Id);

/// <summary>Check one or more signatures; the whole is good only if every one is.</summary>
/// <param name="NotAfterUnixMilliseconds">The wall-clock time after which what they stand for is over: only a worker has such a clock. By default never.</param>
public sealed record Verify(long Id, ValueList<SignatureClaim> Claims, long NotAfterUnixMilliseconds = long.MaxValue) : Work(Id);

/// <summary>The claim that the holder of <paramref name="PublicKey"/> signed <paramref name="Digest"/>.</summary>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER.</param>
public sealed record SignatureClaim(Blob PublicKey, Hash256 Digest, BatchSignature Signature);

/// <summary>The outcome of a <see cref="Verify"/>.</summary>
/// <param name="Expired">Whether the time after which it is over has passed; says nothing about the signatures.</param>
public sealed record Verified(long Id, bool Good, bool Expired = false) : WorkResult(Id);
