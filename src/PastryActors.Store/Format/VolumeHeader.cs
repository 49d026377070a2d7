using System.Buffers.Binary;

namespace PastryActors.Store.Format;

/// <summary>
/// The first 32 bytes of a volume. They say to people and tools what the file is; the store itself goes by the file's name, so that
/// rot in the first page costs the records in it and no more.
/// </summary>
internal static class VolumeHeader
{
    /// <summary>Size in bytes; the first record begins here.</summary>
    public const int SizeBytes = 32;

    private const int CrcOffset = SizeBytes - sizeof(uint);
    private const uint Version = 1;

    private static ReadOnlySpan<byte> Magic => "PASTVOL\n"u8;

    public static void Write(Span<byte> destination, VolumeName name)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], name.Marker);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], name.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[CrcOffset..], Crc32C.Of(destination[..CrcOffset]));
    }

    /// <summary>Whether the bytes are the header of the volume of that name.</summary>
    public static bool Matches(ReadOnlySpan<byte> source, VolumeName name)
    {
        Span<byte> expected = stackalloc byte[SizeBytes];
        Write(expected, name);
        return source.SequenceEqual(expected);
    }
}
