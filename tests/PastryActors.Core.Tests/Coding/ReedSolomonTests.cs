using FsCheck;
using FsCheck.Fluent;
using PastryActors.Core.Coding;
using PastryActors.Core.Driving;

namespace PastryActors.Core.Tests.Coding;

/// <summary>What the code promises: any as many rows of a stripe as it has of content give back every row of it.</summary>
public sealed class ReedSolomonTests
{
    [Fact]
    public void Any_ten_of_fourteen_give_back_every_row() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(Gen.Choose(1, int.MaxValue).ToArbitrary(), Gen.Choose(0, 300).ToArbitrary(), (seed, length) => Holds(new StripeCode(10, 4), 10, length, new RandomSource((ulong)seed))));

    [Fact]
    public void Any_code_and_any_last_stripe_of_it_does_the_same() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Gen.Choose(1, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new RandomSource((ulong)seed);
            var code = new StripeCode(2 + random.Next(StripeCode.DataMax - 1), 1 + random.Next(StripeCode.ParityMax));
            Holds(code, 1 + random.Next(code.Data), 1 + random.Next(70), random);
        }));

    /// <summary>Not drawn: all 1,001 sets of ten rows.</summary>
    [Fact]
    public void All_sets_of_ten_of_fourteen_do()
    {
        var code = new StripeCode(10, 4);
        Dictionary<int, ReadOnlyMemory<byte>> rows = Stripe(code, 10, 16, new RandomSource(1));
        int sets = 0;
        for (int set = 0; set < 1 << 14; set++)
        {
            if (System.Numerics.BitOperations.PopCount((uint)set) != 10) continue;
            sets++;
            var known = rows.Where(r => (set >> r.Key & 1) == 1).ToDictionary();
            foreach ((int row, ReadOnlyMemory<byte> bytes) in rows) Assert.True(bytes.Span.SequenceEqual(ReedSolomon.Rebuild(code, 10, known, row, bytes.Length)));
        }

        Assert.Equal(1001, sets);
    }

    [Fact]
    public void A_row_that_is_shorter_comes_back_as_long_as_it_was()
    {
        var code = new StripeCode(3, 2);
        ReadOnlyMemory<byte>[] data = [Bytes(100, 1), Bytes(100, 2), Bytes(7, 3)];
        var builder = new ParityBuilder(code);
        foreach (ReadOnlyMemory<byte> row in data) builder.Add(row.Span);
        byte[][] parity = builder.Finish();
        Assert.All(parity, p => Assert.Equal(100, p.Length));
        var known = new Dictionary<int, ReadOnlyMemory<byte>> { [0] = data[0], [3] = parity[0], [4] = parity[1] };
        Assert.Equal(data[1].ToArray(), ReedSolomon.Rebuild(code, 3, known, 1, 100));
        Assert.Equal(data[2].ToArray(), ReedSolomon.Rebuild(code, 3, known, 2, 7));
    }

    [Fact]
    public void Too_few_rows_are_refused() =>
        Assert.Throws<ArgumentException>(() => ReedSolomon.Rebuild(new StripeCode(2, 1), 2, new Dictionary<int, ReadOnlyMemory<byte>> { [0] = Bytes(3, 1) }, 1, 3));

    [Fact]
    public void A_builder_begins_anew_with_every_stripe_and_takes_no_more_than_one()
    {
        var builder = new ParityBuilder(new StripeCode(2, 1));
        Assert.Throws<InvalidOperationException>(builder.Finish);
        builder.Add([1, 2]);
        Assert.False(builder.IsFull);
        builder.Add([3, 4]);
        Assert.True(builder.IsFull);
        Assert.Throws<InvalidOperationException>(() => builder.Add([5]));
        byte[] first = builder.Finish()[0];
        Assert.Equal((0, 1), (builder.Count, builder.Stripe));
        builder.Add([1, 2]);
        builder.Add([3, 4]);
        byte[] second = builder.Finish()[0];
        Assert.Equal(first, second);
        Assert.NotSame(first, second);
    }

    [Theory]
    [InlineData("10+4", true)]
    [InlineData("2+1", true)]
    [InlineData("32+16", true)]
    [InlineData("1+1", false)]
    [InlineData("33+1", false)]
    [InlineData("10+17", false)]
    [InlineData("10+0", false)]
    [InlineData("10", false)]
    [InlineData("-10+4", false)]
    [InlineData("10 + 4", false)]
    [InlineData("10+4+1", false)]
    [InlineData("", false)]
    public void A_code_is_written_with_a_plus(string text, bool good)
    {
        Assert.Equal(good, StripeCode.TryParse(text) is not null);
        if (good) Assert.Equal(text, StripeCode.TryParse(text).ToString());
    }

    private static void Holds(StripeCode code, int dataCount, int length, RandomSource random)
    {
        Dictionary<int, ReadOnlyMemory<byte>> rows = Stripe(code, dataCount, length, random);
        Dictionary<int, ReadOnlyMemory<byte>> known = new(rows);
        while (known.Count > dataCount) known.Remove(known.Keys.ElementAt(random.Next(known.Count)));
        foreach ((int row, ReadOnlyMemory<byte> bytes) in rows) Assert.Equal(bytes.ToArray(), ReedSolomon.Rebuild(code, dataCount, known, row, bytes.Length));
    }

    private static Dictionary<int, ReadOnlyMemory<byte>> Stripe(StripeCode code, int dataCount, int length, RandomSource random)
    {
        Dictionary<int, ReadOnlyMemory<byte>> rows = [];
        var builder = new ParityBuilder(code);
        for (int row = 0; row < dataCount; row++)
        {
            // Only the last may be shorter.
            rows[row] = Bytes(row > 0 && row == dataCount - 1 ? random.Next(length + 1) : length, random.NextUInt64());
            builder.Add(rows[row].Span);
        }

        byte[][] parity = builder.Finish();
        for (int i = 0; i < parity.Length; i++) rows[code.Data + i] = parity[i];
        return rows;
    }

    private static byte[] Bytes(int length, ulong seed)
    {
        var random = new RandomSource(seed);
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte)random.NextUInt64();
        return bytes;
    }
}
