using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PastryActors.Store.Format;

/// <summary>
/// CRC32C (Castagnoli; RFC 3720, appendix B.4) by the processor's own instruction. It finds every burst up to 32 bits and misses one
/// random damage in 2^32; it is no defence against a forger, which the store does not need: certificates are checked elsewhere.
/// </summary>
internal static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of what <paramref name="before"/> is the checksum of (0 for nothing) and <paramref name="data"/> behind it.</summary>
    public static uint Append(uint before, ReadOnlySpan<byte> data)
    {
        uint crc = ~before;
        if (BitConverter.IsLittleEndian)
        {
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
            foreach (ulong word in words) crc = BitOperations.Crc32C(crc, word);
            data = data[(words.Length * sizeof(ulong))..];
        }

        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (byte value in data) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
