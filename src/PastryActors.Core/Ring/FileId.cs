using System.Buffers.Binary;
using System.Globalization;

namespace PastryActors.Core.Ring;

/// <summary>
/// The 160-bit name of an immutable object. Replicas live on the k nodes closest to its 128 most significant bits
/// (Rowstron and Druschel, SOSP 2001, section 2).
/// </summary>
public readonly record struct FileId(RingId Key, uint Tail) : IComparable<FileId>
{
    /// <summary>Size of a fileId on the wire and on disk, in bytes.</summary>
    public const int SizeBytes = 20;

    /// <summary>Reads a fileId from 20 big-endian bytes; longer input is truncated to its most significant bytes, as hashes are.</summary>
    public static FileId FromBytes(ReadOnlySpan<byte> bytes) =>
        new(RingId.FromBytes(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[RingId.SizeBytes..]));

    /// <summary>Writes the 20 big-endian bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        Key.WriteTo(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[RingId.SizeBytes..], Tail);
    }

    /// <summary>Parses exactly 40 hexadecimal digits, of either case.</summary>
    public static bool TryParse(string? text, out FileId id)
    {
        id = default;
        if (text is not { Length: 40 } || !text.All(char.IsAsciiHexDigit) || !RingId.TryParse(text[..32], out RingId key)) return false;
        id = new FileId(key, uint.Parse(text.AsSpan(32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(FileId other) => Key == other.Key ? Tail.CompareTo(other.Tail) : Key.CompareTo(other.Key);

    public static bool operator <(FileId a, FileId b) => a.CompareTo(b) < 0;
    public static bool operator >(FileId a, FileId b) => a.CompareTo(b) > 0;
    public static bool operator <=(FileId a, FileId b) => a.CompareTo(b) <= 0;
    public static bool operator >=(FileId a, FileId b) => a.CompareTo(b) >= 0;

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Key}{Tail:x8}");
}
