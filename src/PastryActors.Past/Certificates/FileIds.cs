using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PastryActors.Core.Coding;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>
/// How the ids of objects come from what they name, so that nobody chooses where an object lies, or takes an id that is another
/// owner's (SOSP 2001, section 2.2: fileId is the hash of name, owner's key and salt). Pure functions.
/// </summary>
public static class FileIds
{
    /// <summary>Size of a derived salt in bytes.</summary>
    public const int SaltSizeBytes = 16;

    /// <summary>The last attempt of a chunk: the paper's three after the first.</summary>
    public const int PartAttemptMax = 3;

    // A file's preimage begins with the length of its name, which is never zero: the two kinds of id cannot collide.
    private static ReadOnlySpan<byte> PartTag => "\0\0\0\0part"u8;

    private static ReadOnlySpan<byte> SaltTag => "\0\0\0\0salt"u8;

    /// <summary>The fileId: the first 160 bits of SHA-256 over name, owner's key and salt, each behind its length (32 bits, big-endian).</summary>
    public static FileId OfFile(string name, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> salt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendPrefixed(hash, Encoding.UTF8.GetBytes(name));
        AppendPrefixed(hash, owner);
        AppendPrefixed(hash, salt);
        return Finish(hash);
    }

    /// <summary>
    /// The id of a part (a chunk, a tree node) of a file. The owner is in it, or a stranger could occupy the id with a certificate
    /// of his own for the same bytes; the file is in it, so that reclaiming one file never takes another's chunk.
    /// </summary>
    public static FileId OfPart(FileId file, ReadOnlySpan<byte> owner, Hash256 contentHash, PartPlace place = default)
    {
        Span<byte> ids = stackalloc byte[FileId.SizeBytes + Hash256.SizeBytes];
        file.WriteTo(ids);
        contentHash.WriteTo(ids[FileId.SizeBytes..]);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(PartTag);
        hash.AppendData(ids);
        AppendPrefixed(hash, owner);
        hash.AppendData(place.ToSalt().Span);
        return Finish(hash);
    }

    /// <summary>
    /// A salt that depends on what is inserted alone, so that an interrupted insert taken up again finds its own file.
    /// <paramref name="attempt"/> counts up with every diversion to other nodes (SOSP 2001, section 3.4: at most 3). The same content coded, or coded otherwise, is another file.
    /// </summary>
    public static byte[] DeriveSalt(Hash256 firstChunkHash, long declaredLength, int attempt, StripeCode code = default)
    {
        Span<byte> preimage = stackalloc byte[8 + Hash256.SizeBytes + 14];
        SaltTag.CopyTo(preimage);
        firstChunkHash.WriteTo(preimage[8..]);
        BinaryPrimitives.WriteInt64BigEndian(preimage[40..], declaredLength);
        BinaryPrimitives.WriteInt32BigEndian(preimage[48..], attempt);
        (preimage[52], preimage[53]) = ((byte)code.Data, (byte)code.Parity);
        return SHA256.HashData(code.IsNone ? preimage[..52] : preimage)[..SaltSizeBytes];
    }

    private static void AppendPrefixed(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    private static FileId Finish(IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        hash.GetHashAndReset(bytes);
        return FileId.FromBytes(bytes);
    }
}
