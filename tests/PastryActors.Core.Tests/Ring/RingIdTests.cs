using PastryActors.Core.Ring;

namespace PastryActors.Core.Tests.Ring;

/// <summary>The arithmetic of the ring (Middleware 2001, section 2), on ids that a reader can follow.</summary>
public sealed class RingIdTests
{
    private static readonly RingId Sample = Id("0123456789abcdeffedcba9876543210");

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 7, 1)]
    [InlineData(1, 127, 0)]
    [InlineData(2, 3, 1)]
    [InlineData(2, 63, 0)]
    [InlineData(3, 2, 2)]
    [InlineData(4, 0, 0)]
    [InlineData(4, 15, 15)]
    [InlineData(4, 16, 15)]
    [InlineData(4, 31, 0)]
    [InlineData(5, 1, 4)]
    [InlineData(6, 1, 18)]
    [InlineData(7, 1, 72)]
    [InlineData(8, 0, 1)]
    [InlineData(8, 7, 0xef)]
    [InlineData(8, 15, 0x10)]
    public void A_digit_is_read_from_the_most_significant_end(int bits, int index, int digit) => Assert.Equal(digit, Sample.Digit(index, bits));

    [Theory]
    [InlineData(3, 42, 0b110)]
    [InlineData(5, 25, 0b01100)]
    [InlineData(6, 21, 0b110000)]
    [InlineData(7, 18, 0b1100000)]
    public void A_last_digit_that_128_bits_do_not_fill_is_filled_up_with_zeros(int bits, int index, int digit) =>
        Assert.Equal(digit, new RingId(3).Digit(index, bits));

    [Fact]
    public void Digits_put_together_are_the_id_for_every_b()
    {
        for (int bits = 1; bits <= 8; bits++)
        {
            UInt128 rebuilt = 0;
            int whole = RingId.SizeBits / bits;
            for (int i = 0; i < whole; i++) rebuilt = (rebuilt << bits) | (UInt128)Sample.Digit(i, bits);
            Assert.Equal(Sample.Value >> (RingId.SizeBits - (whole * bits)), rebuilt);
        }
    }

    [Theory]
    [InlineData("0123456789abcdeffedcba9876543210", 1, 128)]
    [InlineData("0123456789abcdeffedcba9876543210", 4, 32)]
    [InlineData("0123456789abcdeffedcba9876543210", 3, 42)]
    [InlineData("0123456789abcdeffedcba9876543211", 4, 31)]
    [InlineData("0123456789abcdeffedcba9876543211", 1, 127)]
    [InlineData("0123456789abcdef7edcba9876543210", 4, 16)]
    [InlineData("0123556789abcdeffedcba9876543210", 4, 4)]
    [InlineData("0123556789abcdeffedcba9876543210", 8, 2)]
    [InlineData("8123456789abcdeffedcba9876543210", 1, 0)]
    public void The_shared_prefix_counts_whole_digits(string other, int bits, int length)
    {
        Assert.Equal(length, Sample.SharedPrefixLength(Id(other), bits));
        Assert.Equal(length, Id(other).SharedPrefixLength(Sample, bits));
    }

    [Fact]
    public void Walking_clockwise_wraps_at_the_top()
    {
        Assert.Equal((UInt128)3, new RingId(UInt128.MaxValue).ClockwiseTo(new RingId(2)));
        Assert.Equal(UInt128.MaxValue - 2, new RingId(2).ClockwiseTo(new RingId(UInt128.MaxValue)));
        Assert.Equal(new RingId(2), new RingId(UInt128.MaxValue).Plus(3));
    }

    [Fact]
    public void The_distance_is_the_shorter_way_round()
    {
        Assert.Equal((UInt128)3, new RingId(2).DistanceTo(new RingId(UInt128.MaxValue)));
        Assert.Equal(UInt128.One << 127, new RingId(0).DistanceTo(new RingId(UInt128.One << 127)));
        Assert.Equal(UInt128.Zero, Sample.DistanceTo(Sample));
    }

    [Fact]
    public void Of_two_equally_far_the_smaller_id_is_the_closer()
    {
        RingId key = new(100);
        Assert.True(key.IsCloser(new RingId(90), new RingId(110)));
        Assert.False(key.IsCloser(new RingId(110), new RingId(90)));
    }

    [Fact]
    public void The_tie_is_broken_by_value_also_where_the_smaller_id_lies_clockwise()
    {
        RingId key = new(0);
        Assert.True(key.IsCloser(new RingId(10), new RingId(UInt128.MaxValue - 9)));
        Assert.False(key.IsCloser(new RingId(UInt128.MaxValue - 9), new RingId(10)));
    }

    [Theory]
    [InlineData(10, 20, 10, true)]
    [InlineData(10, 20, 20, true)]
    [InlineData(10, 20, 15, true)]
    [InlineData(10, 20, 9, false)]
    [InlineData(10, 20, 21, false)]
    [InlineData(20, 10, 15, false)]
    [InlineData(20, 10, 25, true)]
    [InlineData(20, 10, 5, true)]
    [InlineData(20, 10, 10, true)]
    [InlineData(10, 10, 10, true)]
    [InlineData(10, 10, 11, false)]
    public void An_arc_includes_both_ends_and_may_wrap(int from, int to, int id, bool between) =>
        Assert.Equal(between, new RingId((UInt128)id).IsBetween(new RingId((UInt128)from), new RingId((UInt128)to)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdef")]
    [InlineData("0123456789abcdeffedcba98765432100")]
    [InlineData("0123456789abcdeffedcba987654321g")]
    [InlineData(" 123456789abcdeffedcba9876543210")]
    [InlineData("+123456789abcdeffedcba9876543210")]
    [InlineData("0x23456789abcdeffedcba9876543210")]
    [InlineData("0123456789abcdeffedcba987654321\0")]
    public void Anything_but_32_hexadecimal_digits_is_no_id(string? text)
    {
        Assert.False(RingId.TryParse(text, out RingId id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void Digits_of_either_case_are_read_and_lower_case_is_written()
    {
        Assert.True(RingId.TryParse("0123456789ABCDEFFEDCBA9876543210", out RingId id));
        Assert.Equal(Sample, id);
        Assert.Equal("0123456789abcdeffedcba9876543210", id.ToString());
    }

    [Fact]
    public void Bytes_are_big_endian_and_longer_input_is_truncated()
    {
        byte[] bytes = [0x80, .. new byte[14], 0x01, 0xff, 0xff];
        RingId id = RingId.FromBytes(bytes);
        Assert.Equal((UInt128.One << 127) + 1, id.Value);
        byte[] written = new byte[RingId.SizeBytes];
        id.WriteTo(written);
        Assert.Equal(bytes[..16], written);
    }

    private static RingId Id(string text) => RingId.TryParse(text, out RingId id) ? id : throw new FormatException(text);
}
