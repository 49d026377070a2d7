using PastryActors.Node.Benches;

namespace PastryActors.Node.Tests.Benches;

/// <summary>Content that is made as it is read.</summary>
public sealed class BenchContentTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData((64 << 10) + 1)]
    [InlineData(200_000)]
    public void It_is_as_long_as_it_says_and_the_same_in_pieces_of_any_size(int length)
    {
        byte[] whole = Read(new BenchContent(3, length), 1 << 20);
        Assert.Equal(length, whole.Length);
        Assert.Equal(whole, Read(new BenchContent(3, length), 777));
        var again = new BenchContent(3, length);
        Read(again, 5000);
        again.Position = 0;
        Assert.Equal(whole, Read(again, 1 << 20));
    }

    [Fact]
    public void No_two_blocks_of_a_bench_are_equal()
    {
        byte[] first = Read(new BenchContent(1, 128 << 10), 1 << 20);
        byte[] second = Read(new BenchContent(2, 128 << 10), 1 << 20);
        Assert.NotEqual(first[..(64 << 10)], second[..(64 << 10)]);
        Assert.NotEqual(first[..(64 << 10)], first[(64 << 10)..]);
    }

    private static byte[] Read(Stream content, int piece)
    {
        var all = new MemoryStream();
        content.CopyTo(all, piece);
        return all.ToArray();
    }
}
