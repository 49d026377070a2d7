using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>
/// Where the entries of an owner's ledger lie, and what they say. All ids of one ledger share their first 96 bits, those of the hash of
/// the owner's key, so that the same nodes keep all of it and only they; what is left tells entries apart: grants by the time of their
/// issue, debits by the first 63 bits of the object's id. An entry is a certificate without content: an object's own for a debit (its
/// owner signed size and k, so no other order is needed), the broker's for a grant. Pure functions.
/// </summary>
public static class Ledger
{
    /// <summary>Nodes that keep a ledger, whatever the k of its objects: all must see every debit, or a quota could be spent twice.</summary>
    public const int Copies = 3;

    private const int PrefixSizeBytes = 12;
    private const int ExpirySizeBytes = 8;
    private const ulong DebitBit = 1UL << 63;

    /// <summary>What tells the ledgers of owners apart.</summary>
    public static UInt128 PrefixOf(RingId key) => key.Value >> 32;

    /// <summary>The key of an owner's ledger on the ring.</summary>
    public static RingId KeyOf(Blob owner) => KeyOf(Hash256.Of(owner.Span));

    /// <inheritdoc cref="KeyOf(Blob)"/>
    public static RingId KeyOf(Hash256 owner) => new(owner.High >> 32 << 32);

    /// <summary>The id of an object's debit.</summary>
    public static FileId DebitOf(Blob owner, FileId id) => DebitOf(Hash256.Of(owner.Span), id);

    /// <inheritdoc cref="DebitOf(Blob, FileId)"/>
    public static FileId DebitOf(Hash256 owner, FileId id) => Entry(owner, (ulong)(id.Key.Value >> 64) | DebitBit);

    /// <summary>The id of a grant.</summary>
    public static FileId GrantOf(Hash256 owner, long issuedUnixMilliseconds) => Entry(owner, (ulong)issuedUnixMilliseconds & ~DebitBit);

    /// <summary>What an object takes of its owner's quota: size times k (SOSP 2001, section 2.2), in bytes.</summary>
    public static long AmountOf(ObjectCertificate certificate) => (long)certificate.ContentLength * certificate.Replicas;

    /// <summary>A grant that is still to be signed.</summary>
    /// <param name="broker">The broker's public key, which signs it.</param>
    /// <param name="owner">SHA-256 of the owner's public key.</param>
    /// <param name="quotaBytes">Most bytes, times k, that the owner's objects may take. A later grant replaces an earlier.</param>
    /// <param name="expiresUnixMilliseconds">When it ends; null for never.</param>
    public static ObjectCertificate Grant(Blob broker, Hash256 owner, long quotaBytes, long issuedUnixMilliseconds, long? expiresUnixMilliseconds) => new(
        ObjectKind.Grant, GrantOf(owner, issuedUnixMilliseconds), "", broker, owner, 0, quotaBytes, Copies, ExpiryOf(expiresUnixMilliseconds), issuedUnixMilliseconds, "",
        new BatchSignature(default, 0, default));

    /// <summary>When a grant ends, as Unix time in milliseconds; <see cref="long.MaxValue"/> for never.</summary>
    public static long ExpiryOf(ObjectCertificate grant) => grant.Salt.Length == ExpirySizeBytes ? BinaryPrimitives.ReadInt64BigEndian(grant.Salt.Span) : long.MaxValue;

    /// <summary>Whether a grant says nothing impossible.</summary>
    internal static string? CheckGrant(ObjectCertificate grant)
    {
        if (grant.Name.Length > 0 || grant.ContentType.Length > 0 || grant.ContentLength != 0 || grant.FileSize < 0) return "a grant has no name, no content, and a quota that is not negative";
        if (grant.Replicas != Copies || grant.Salt.Length is not (0 or ExpirySizeBytes)) return $"a grant has k = {Copies}, and an expiry of 8 bytes or none";
        return grant.File == GrantOf(grant.ContentHash, grant.CreatedUnixMilliseconds) ? null : "a grant's id is not that of its owner and time";
    }

    private static Blob ExpiryOf(long? unixMilliseconds)
    {
        if (unixMilliseconds is null) return default;
        byte[] bytes = new byte[ExpirySizeBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, unixMilliseconds.Value);
        return bytes;
    }

    private static FileId Entry(Hash256 owner, ulong number)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        owner.WriteTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[PrefixSizeBytes..], number);
        return FileId.FromBytes(bytes);
    }
}
