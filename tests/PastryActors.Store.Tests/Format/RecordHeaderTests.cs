using PastryActors.Store.Format;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Format;

public sealed class RecordHeaderTests
{
    private const ulong Marker = 0x1122334455667788;

    private static readonly RecordHeader Header = new()
    {
        Kind = RecordKind.Tombstone,
        Sequence = 0x0102030405060708,
        Tag = ulong.MaxValue,
        Object = Probe.Id(77),
        MetaLength = 12,
        ContentLength = 1 << 20,
        MetaCrc = 0xAABBCCDD,
        ContentCrc = 0x01020304,
        GroupStart = uint.MaxValue,
    };

    [Fact]
    public void What_was_written_is_read()
    {
        Assert.True(RecordHeader.TryRead(Written(), Marker, out RecordHeader read));
        Assert.Equal(Header, read);
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        for (int bit = 0; bit < RecordHeader.SizeBytes * 8; bit++)
        {
            byte[] bytes = Written();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RecordHeader.TryRead(bytes, Marker, out _), $"bit {bit}");
        }
    }

    [Fact]
    public void A_record_of_another_volume_is_none_here() => Assert.False(RecordHeader.TryRead(Written(), Marker + 1, out _));

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        byte[] bytes = Written();
        Assert.Equal("8877665544332211", Convert.ToHexString(bytes.AsSpan(0, 8)));
        Assert.Equal("0807060504030201", Convert.ToHexString(bytes.AsSpan(8, 8)));
        Assert.Equal((3, 1), (bytes[24], bytes[25]));
        Assert.Equal(Header.Object.ToString(), Convert.ToHexStringLower(bytes.AsSpan(28, 20)));
        Assert.Equal("0C000000" + "00001000" + "DDCCBBAA" + "04030201" + "FFFFFFFF", Convert.ToHexString(bytes.AsSpan(48, 20)));
    }

    [Theory]
    [InlineData(0, 0, 72)]
    [InlineData(1, 0, 80)]
    [InlineData(3, 5, 80)]
    [InlineData(3, 6, 88)]
    public void Records_are_padded_to_eight_bytes(int meta, int content, long length) => Assert.Equal(length, RecordHeader.RecordLengthOf(meta, content));

    [Fact]
    public void Volume_names_read_back_and_sort_by_number()
    {
        var name = new VolumeName(0x2A, 0x9F3AC0DE12345678);
        Assert.Equal("0000002a-9f3ac0de12345678.volume", name.ToString());
        Assert.True(VolumeName.TryParse(name.ToString(), out VolumeName read));
        Assert.Equal(name, read);
        Assert.False(VolumeName.TryParse("lock", out _));
        Assert.False(VolumeName.TryParse("00000000-9f3ac0de12345678.volume", out _));
        Assert.False(VolumeName.TryParse("0000002x-9f3ac0de12345678.volume", out _));
    }

    private static byte[] Written()
    {
        byte[] bytes = new byte[RecordHeader.SizeBytes];
        Header.WriteTo(bytes, Marker);
        return bytes;
    }
}
