using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PastryActors.Core.Coding;

/// <summary>
/// Adds multiples of rows of field elements to others, many bytes at once: multiplication by a constant is linear over bits, an 8 x 8 matrix that GFNI applies to every byte of a register; without it two tables of sixteen
/// products, one for either half of a byte, which a shuffle looks up (Plank, Greenan, Miller, FAST 2013). All ways give the same bytes; what is left over at the end of a row goes byte by byte.
/// </summary>
internal static class RowArithmetic
{
    /// <summary>Adds <paramref name="factor"/> times each byte of <paramref name="source"/> to the byte of <paramref name="target"/> at its place, which is at least as long.</summary>
    public static void AddMultiple(byte factor, ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (target.Length < source.Length) throw new ArgumentException("the target is shorter than what is added to it", nameof(target));
        if (factor == 0) return;
        int done = Gfni.V256.IsSupported ? AddByMatrix(factor, source, target) : Avx2.IsSupported ? AddByWideTables(factor, source, target) : AddByTables(factor, source, target);
        AddByteByByte(factor, source[done..], target[done..]);
    }

    /// <summary>The plain way: what the others are held against, and the rest of a row.</summary>
    public static void AddByteByByte(byte factor, ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (int i = 0; i < source.Length; i++) target[i] ^= GaloisField.Multiply(factor, source[i]);
    }

    /// <summary>With GFNI, 32 bytes at once; answers how many it did.</summary>
    public static int AddByMatrix(byte factor, ReadOnlySpan<byte> source, Span<byte> target)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(target);
        Vector256<byte> matrix = Vector256.Create(MatrixOf(factor)).AsByte();
        int done = 0;
        for (; done <= source.Length - Vector256<byte>.Count; done += Vector256<byte>.Count)
        {
            Vector256<byte> product = Gfni.V256.GaloisFieldAffineTransform(Vector256.LoadUnsafe(ref Unsafe.Add(ref from, done)), matrix, 0);
            Add(product, ref Unsafe.Add(ref to, done));
        }

        return done;
    }

    /// <summary>With AVX2, 32 bytes at once; answers how many it did.</summary>
    public static int AddByWideTables(byte factor, ReadOnlySpan<byte> source, Span<byte> target)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(target);
        (Vector128<byte> low, Vector128<byte> high) = TablesOf(factor);
        Vector256<byte> lows = Vector256.Create(low, low), highs = Vector256.Create(high, high), half = Vector256.Create((byte)15);
        int done = 0;
        for (; done <= source.Length - Vector256<byte>.Count; done += Vector256<byte>.Count)
        {
            Vector256<byte> bytes = Vector256.LoadUnsafe(ref Unsafe.Add(ref from, done));
            Vector256<byte> product = Avx2.Shuffle(lows, bytes & half) ^ Avx2.Shuffle(highs, (bytes.AsUInt16() >> 4).AsByte() & half);
            Add(product, ref Unsafe.Add(ref to, done));
        }

        return done;
    }

    /// <summary>With whatever registers of 16 bytes there are (SSE, ARM, WebAssembly); answers how many bytes it did.</summary>
    public static int AddByTables(byte factor, ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (!Vector128.IsHardwareAccelerated) return 0;
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(target);
        (Vector128<byte> low, Vector128<byte> high) = TablesOf(factor);
        int done = 0;
        for (; done <= source.Length - Vector128<byte>.Count; done += Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, done));
            Vector128<byte> product = Vector128.Shuffle(low, bytes & Vector128.Create((byte)15)) ^ Vector128.Shuffle(high, bytes >> 4);
            ref byte at = ref Unsafe.Add(ref to, done);
            (Vector128.LoadUnsafe(ref at) ^ product).StoreUnsafe(ref at);
        }

        return done;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<byte> product, ref byte to) => (Vector256.LoadUnsafe(ref to) ^ product).StoreUnsafe(ref to);

    private static (Vector128<byte> Low, Vector128<byte> High) TablesOf(byte factor)
    {
        Span<byte> low = stackalloc byte[16], high = stackalloc byte[16];
        for (int i = 0; i < 16; i++) (low[i], high[i]) = (GaloisField.Multiply(factor, (byte)i), GaloisField.Multiply(factor, (byte)(i << 4)));
        return (Vector128.Create((ReadOnlySpan<byte>)low), Vector128.Create((ReadOnlySpan<byte>)high));
    }

    // Column j is the product with 2^j; row i, whose bits say which bits of a byte make bit i of the product, stands in byte 7 - i.
    private static ulong MatrixOf(byte factor)
    {
        ulong matrix = 0;
        for (int column = 0; column < 8; column++)
        {
            byte product = GaloisField.Multiply(factor, (byte)(1 << column));
            for (int row = 0; row < 8; row++) matrix |= (ulong)((product >> row) & 1) << ((8 * (7 - row)) + column);
        }

        return matrix;
    }
}
