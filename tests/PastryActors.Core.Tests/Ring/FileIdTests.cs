using FsCheck;
using FsCheck.Fluent;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Tests.Ring;

/// <summary>FileIds: 160 bits, of which the first 128 say where the replicas live (SOSP 2001, section 2).</summary>
public sealed class FileIdTests
{
    private static readonly Arbitrary<FileId> Ids = (
        from key in Arbitrary.Ids.Generator
        from tail in Gen.OneOf(ArbMap.Default.GeneratorFor<uint>(), Gen.Elements(0u, uint.MaxValue))
        select new FileId(key, tail)).ToArbitrary();

    [Fact]
    public void The_key_is_the_first_128_bits()
    {
        byte[] bytes = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];
        FileId id = FileId.FromBytes(bytes);
        Assert.Equal(RingId.FromBytes(bytes), id.Key);
        Assert.Equal(0x11121314u, id.Tail);
        Assert.Equal("0102030405060708090a0b0c0d0e0f1011121314", id.ToString());
    }

    [Fact]
    public void What_is_written_as_text_or_bytes_is_read_back() => Arbitrary.Hold(Prop.ForAll(Ids, id =>
    {
        byte[] bytes = new byte[FileId.SizeBytes];
        id.WriteTo(bytes);
        return FileId.FromBytes(bytes) == id && FileId.TryParse(id.ToString().ToUpperInvariant(), out FileId parsed) && parsed == id;
    }));

    [Fact]
    public void Ids_order_by_key_and_then_by_tail() => Arbitrary.Hold(Prop.ForAll(Ids, Ids, (a, b) =>
        Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString())) == Math.Sign(a.CompareTo(b)) && a < b == (b > a) && a <= b == (b >= a)));

    [Fact]
    public void Of_one_key_the_tail_decides()
    {
        Assert.True(new FileId(new RingId(5), 1) < new FileId(new RingId(5), 2));
        Assert.True(new FileId(new RingId(5), 9) < new FileId(new RingId(6), 0));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0102030405060708090a0b0c0d0e0f10")]
    [InlineData("0102030405060708090a0b0c0d0e0f101112131")]
    [InlineData("0102030405060708090a0b0c0d0e0f10111213140")]
    [InlineData("0102030405060708090a0b0c0d0e0f101112131x")]
    [InlineData("x102030405060708090a0b0c0d0e0f1011121314")]
    [InlineData("0102030405060708090a0b0c0d0e0f10 1121314")]
    [InlineData("0102030405060708090a0b0c0d0e0f101112131\0")]
    [InlineData("0102030405060708090a0b0c0d0e0f1\011121314")]
    public void Anything_but_40_hexadecimal_digits_is_no_fileId(string? text)
    {
        Assert.False(FileId.TryParse(text, out FileId id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void Too_few_bytes_are_an_error_of_the_caller() => Assert.Throws<ArgumentOutOfRangeException>(() => FileId.FromBytes(new byte[19]));
}
