using System.Buffers.Binary;
using System.Text;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Files.Format;

/// <summary>The pure rules by which names become ids and certificates become digests: the only place of the shell that knows them.</summary>
internal static class FileRules
{
    /// <summary>The fileId: the first 160 bits of the SHA-256 of name, owner and salt, each preceded by its length.</summary>
    public static FileId FileIdOf(string name, Blob owner, Blob salt)
    {
        var writer = new WireWriter(256);
        writer.Text(1, name);
        writer.Bytes(2, owner.Span);
        writer.Bytes(3, salt.Span);
        return FirstBits(Hash256.Of(writer.Written.Span));
    }

    /// <summary>The id of a part: scoped by its file, so that a resumed insert finds its chunks and a reclaim touches no other file's.</summary>
    public static FileId PartIdOf(FileId file, Hash256 contentHash)
    {
        Span<byte> bytes = stackalloc byte[4 + FileId.SizeBytes + Hash256.SizeBytes];
        "part"u8.CopyTo(bytes);
        file.WriteTo(bytes[4..]);
        contentHash.WriteTo(bytes[(4 + FileId.SizeBytes)..]);
        return FirstBits(Hash256.Of(bytes));
    }

    /// <summary>The id of the object that a certificate speaks of.</summary>
    public static FileId ObjectIdOf(ObjectCertificate certificate) =>
        certificate.Kind is ObjectKind.File or ObjectKind.FileTree ? certificate.File : PartIdOf(certificate.File, certificate.ContentHash);

    /// <summary>
    /// The salt of an insert that names none: the same content put again is the same file, and each further attempt (file diversion,
    /// SOSP 2001, section 3.4) moves it to other nodes.
    /// </summary>
    /// <param name="declaredLength">As announced before the content came; -1 if it was not.</param>
    public static Blob SaltOf(Hash256 firstChunk, long declaredLength, int attempt)
    {
        Span<byte> bytes = stackalloc byte[4 + Hash256.SizeBytes + 8 + 4];
        "salt"u8.CopyTo(bytes);
        firstChunk.WriteTo(bytes[4..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes[36..], declaredLength);
        BinaryPrimitives.WriteInt32BigEndian(bytes[44..], attempt);
        byte[] salt = new byte[Hash256.SizeBytes];
        Hash256.Of(bytes).WriteTo(salt);
        return salt.AsMemory(0, 8).ToArray();
    }

    /// <summary>What the owner signs of an object certificate.</summary>
    public static Hash256 DigestOf(ObjectCertificate c)
    {
        var writer = new WireWriter(512);
        writer.Text(15, "object certificate");
        writer.Number(1, (ulong)c.Kind);
        writer.Id(2, c.File);
        writer.Text(3, c.Name);
        writer.Bytes(4, c.Owner.Span);
        writer.Hash(5, c.ContentHash);
        writer.Number(6, (ulong)c.ContentLength);
        writer.Number(7, (ulong)c.FileSize);
        writer.Number(8, (ulong)c.Replicas);
        writer.Bytes(9, c.Salt.Span);
        writer.Number(10, (ulong)c.CreatedUnixMilliseconds);
        writer.Text(11, c.ContentType);
        return Hash256.Of(writer.Written.Span);
    }

    /// <summary>What the owner signs of a reclaim certificate.</summary>
    public static Hash256 DigestOf(ReclaimCertificate c)
    {
        var writer = new WireWriter(256);
        writer.Text(15, "reclaim certificate");
        writer.Id(1, c.File);
        writer.Bytes(2, c.Owner.Span);
        writer.Number(3, (ulong)c.CreatedUnixMilliseconds);
        return Hash256.Of(writer.Written.Span);
    }

    /// <summary>Whether a file may bear this name: 1 to 1024 bytes of UTF-8 without control characters.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= 1024 && !name.Any(char.IsControl);

    private static FileId FirstBits(Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        hash.WriteTo(bytes);
        return FileId.FromBytes(bytes);
    }
}
