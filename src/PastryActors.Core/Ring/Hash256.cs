using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PastryActors.Core.Ring;

/// <summary>A SHA-256 hash as a value.</summary>
public readonly record struct Hash256(UInt128 High, UInt128 Low)
{
    /// <summary>Size of a hash in bytes.</summary>
    public const int SizeBytes = 32;

    /// <summary>The SHA-256 of <paramref name="data"/>.</summary>
    public static Hash256 Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SizeBytes];
        SHA256.HashData(data, hash);
        return FromBytes(hash);
    }

    /// <summary>The hash of an inner node of a hash tree: of its domain, then of what stands below it.</summary>
    public static Hash256 OfPair(byte domain, Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * SizeBytes)];
        bytes[0] = domain;
        left.WriteTo(bytes[1..]);
        right.WriteTo(bytes[(1 + SizeBytes)..]);
        return Of(bytes);
    }

    /// <summary>Reads a hash from its 32 bytes.</summary>
    public static Hash256 FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    /// <summary>Writes the 32 bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, High);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], Low);
    }

    /// <summary>The first 128 bits, as a point on the ring.</summary>
    public RingId Truncated => new(High);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{High:x32}{Low:x32}";
}
