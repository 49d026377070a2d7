using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PastryActors.Core.Coding;

namespace PastryActors.Core.Tests.Coding;

public sealed class RowArithmeticTests
{
    /// <summary>A way to add a multiple of a row that says how many bytes it did.</summary>
    private delegate int Way(byte factor, ReadOnlySpan<byte> source, Span<byte> target);

    [Fact]
    public void The_field_is_one()
    {
        for (int a = 0; a < 256; a++)
        {
            if (a > 0) Assert.Equal(1, GaloisField.Multiply((byte)a, GaloisField.Invert((byte)a)));
            for (int b = 0; b < 256; b++)
            {
                byte product = GaloisField.Multiply((byte)a, (byte)b);
                Assert.Equal(product, GaloisField.Multiply((byte)b, (byte)a));
                Assert.Equal(a == 0 || b == 0, product == 0);
                Assert.Equal(GaloisField.Multiply((byte)a, (byte)(b ^ 5)), (byte)(product ^ GaloisField.Multiply((byte)a, 5)));
                Assert.Equal(GaloisField.Multiply(product, 7), GaloisField.Multiply((byte)a, GaloisField.Multiply((byte)b, 7)));
            }
        }

        Assert.Throws<DivideByZeroException>(() => GaloisField.Invert(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(1000)]
    public void Every_way_gives_the_bytes_of_the_plain_one(int length)
    {
        byte[] source = Bytes(length, 3), before = Bytes(length + 3, 4);
        for (int factor = 0; factor < 256; factor++)
        {
            byte[] expected = [.. before];
            RowArithmetic.AddByteByByte((byte)factor, source, expected);
            foreach ((string name, Way way, int width) in Ways())
            {
                byte[] target = [.. before];
                int done = way((byte)factor, source, target);
                Assert.True(done == length / width * width, $"{name} did {done} of {length} bytes");
                Assert.True(expected.AsSpan(0, done).SequenceEqual(target.AsSpan(0, done)), name);
                Assert.True(before.AsSpan(done).SequenceEqual(target.AsSpan(done)), name);
            }

            byte[] chosen = [.. before];
            RowArithmetic.AddMultiple((byte)factor, source, chosen);
            Assert.Equal(expected, chosen);
        }
    }

    [Fact]
    public void Rows_of_a_million_bytes_are_multiplied_to_their_ends()
    {
        byte[] source = Bytes((1 << 20) - 3, 5), target = new byte[1 << 20], expected = new byte[1 << 20];
        RowArithmetic.AddByteByByte(0x8E, source, expected);
        RowArithmetic.AddMultiple(0x8E, source, target);
        Assert.True(expected.AsSpan().SequenceEqual(target));
    }

    [Fact]
    public void A_target_that_is_too_short_is_refused() => Assert.Throws<ArgumentException>(() => RowArithmetic.AddMultiple(1, new byte[3], new byte[2]));

    // Those that this machine has; the plain one is always held against the field itself.
    private static IEnumerable<(string Name, Way Way, int Width)> Ways()
    {
        if (Gfni.V256.IsSupported) yield return ("GFNI", RowArithmetic.AddByMatrix, 32);
        if (Avx2.IsSupported) yield return ("AVX2", RowArithmetic.AddByWideTables, 32);
        if (Vector128.IsHardwareAccelerated) yield return ("128 bits", RowArithmetic.AddByTables, 16);
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        for (int i = 0, value = seed; i < length; i++) bytes[i] = (byte)((value = (value * 1_103_515_245) + 12_345) >> 16);
        return bytes;
    }
}
