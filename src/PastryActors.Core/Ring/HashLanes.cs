using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PastryActors.Core.Collections;

namespace PastryActors.Core.Ring;

/// <summary>
/// SHA-256 of many small contents, eight at a time: one a lane of a 256-bit register (FIPS 180-4, 6.2). A call of the framework costs several times what the
/// hash of a hundred bytes does; here eight share what one costs. Large contents, and those of a machine without such registers, go
/// to the framework. Nothing that is hashed here is secret.
/// </summary>
public static class HashLanes
{
    private const int Lanes = 8;
    private const int BlockBytes = 64;
    private const int BlockWords = BlockBytes / sizeof(uint);
    private const int Rounds = 64;

    /// <summary>What follows a content in its last block at least: a one bit, and its length in bits.</summary>
    private const int PaddingBytes = 1 + sizeof(ulong);

    /// <summary>Contents up to here go into lanes, in bytes: of larger ones the framework makes more a second.</summary>
    private const int ContentBytesMax = (BlocksMax * BlockBytes) - PaddingBytes;

    private const int BlocksMax = 8;

    /// <summary>Fewer than this are no gain: eight lanes cost as much as two or three calls.</summary>
    private const int ContentsMin = 4;

    private static ReadOnlySpan<uint> Start => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>The SHA-256 of each of the contents, in their order.</summary>
    public static Hash256[] OfEach(ReadOnlySpan<Blob> contents)
    {
        var hashes = new Hash256[contents.Length];
        Span<int> group = stackalloc int[Lanes];
        // The words of all lanes side by side, block by block.
        Span<uint> words = stackalloc uint[BlocksMax * BlockWords * Lanes];
        int count = 0;
        for (int i = 0; i < contents.Length; i++)
        {
            if (!Vector256.IsHardwareAccelerated || contents[i].Length > ContentBytesMax)
            {
                hashes[i] = Hash256.Of(contents[i].Span);
                continue;
            }

            group[count++] = i;
            if (count < Lanes) continue;
            HashGroup(contents, group, words, hashes);
            count = 0;
        }

        if (count >= ContentsMin) HashGroup(contents, group[..count], words, hashes);
        else foreach (int i in group[..count]) hashes[i] = Hash256.Of(contents[i].Span);
        return hashes;
    }

    private static void HashGroup(ReadOnlySpan<Blob> contents, ReadOnlySpan<int> group, Span<uint> words, Span<Hash256> hashes)
    {
        Span<uint> blocks = stackalloc uint[Lanes];
        blocks.Clear();
        int most = 0;
        for (int lane = 0; lane < group.Length; lane++)
        {
            int count = Fill(contents[group[lane]].Span, words[lane..]);
            blocks[lane] = (uint)count;
            most = Math.Max(most, count);
        }

        Span<Vector256<uint>> state = stackalloc Vector256<uint>[Start.Length];
        for (int i = 0; i < state.Length; i++) state[i] = Vector256.Create(Start[i]);
        Vector256<uint> blocksOf = Vector256.Create<uint>(blocks);
        for (int block = 0; block < most; block++) Compress(state, words[(block * BlockWords * Lanes)..], Vector256.GreaterThan(blocksOf, Vector256.Create((uint)block)));
        ReadOnlySpan<uint> ends = MemoryMarshal.Cast<Vector256<uint>, uint>(state);
        for (int lane = 0; lane < group.Length; lane++) hashes[group[lane]] = new Hash256(Quarters(ends[lane..]), Quarters(ends[((4 * Lanes) + lane)..]));
    }

    /// <summary>Writes the words of one content and its padding, every eighth; answers how many blocks they are.</summary>
    private static int Fill(ReadOnlySpan<byte> content, Span<uint> words)
    {
        int blocks = (content.Length + PaddingBytes + BlockBytes - 1) / BlockBytes;
        int last = (blocks * BlockWords) - 1;
        int whole = content.Length / sizeof(uint);
        for (int i = 0; i < whole; i++) words[i * Lanes] = BinaryPrimitives.ReadUInt32BigEndian(content[(i * sizeof(uint))..]);
        Span<byte> rest = stackalloc byte[sizeof(uint)];
        rest.Clear();
        content[(whole * sizeof(uint))..].CopyTo(rest);
        rest[content.Length % sizeof(uint)] = 0x80;
        words[whole * Lanes] = BinaryPrimitives.ReadUInt32BigEndian(rest);
        for (int i = whole + 1; i < last; i++) words[i * Lanes] = 0;
        words[last * Lanes] = (uint)content.Length * 8;
        return blocks;
    }

    /// <summary>Takes one block of every lane in; lanes that have ended stay as they are.</summary>
    private static void Compress(Span<Vector256<uint>> state, ReadOnlySpan<uint> words, Vector256<uint> isOpen)
    {
        Span<Vector256<uint>> schedule = stackalloc Vector256<uint>[Rounds];
        for (int i = 0; i < BlockWords; i++) schedule[i] = Vector256.Create(words[(i * Lanes)..]);
        for (int i = BlockWords; i < Rounds; i++)
        {
            (Vector256<uint> early, Vector256<uint> late) = (schedule[i - 15], schedule[i - 2]);
            Vector256<uint> fromEarly = Rotate(early, 7) ^ Rotate(early, 18) ^ (early >>> 3);
            Vector256<uint> fromLate = Rotate(late, 17) ^ Rotate(late, 19) ^ (late >>> 10);
            schedule[i] = schedule[i - 16] + fromEarly + schedule[i - 7] + fromLate;
        }

        (Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) = (state[0], state[1], state[2], state[3]);
        (Vector256<uint> e, Vector256<uint> f, Vector256<uint> g, Vector256<uint> h) = (state[4], state[5], state[6], state[7]);
        for (int i = 0; i < Rounds; i++)
        {
            Vector256<uint> first = h + (Rotate(e, 6) ^ Rotate(e, 11) ^ Rotate(e, 25)) + Vector256.ConditionalSelect(e, f, g) + Vector256.Create(RoundConstants[i]) + schedule[i];
            Vector256<uint> second = (Rotate(a, 2) ^ Rotate(a, 13) ^ Rotate(a, 22)) + Vector256.ConditionalSelect(a ^ b, c, b);
            (h, g, f, e) = (g, f, e, d + first);
            (d, c, b, a) = (c, b, a, first + second);
        }

        ReadOnlySpan<Vector256<uint>> ended = [a, b, c, d, e, f, g, h];
        for (int i = 0; i < state.Length; i++) state[i] += ended[i] & isOpen;
    }

    // With a constant number of bits, where it is inlined, one instruction or three.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate(Vector256<uint> value, [ConstantExpected] byte bits) => Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(value, bits) : (value >>> bits) | (value << (32 - bits));

    /// <summary>Four words, every eighth.</summary>
    private static UInt128 Quarters(ReadOnlySpan<uint> words) => new(((ulong)words[0] << 32) | words[Lanes], ((ulong)words[2 * Lanes] << 32) | words[3 * Lanes]);
}
