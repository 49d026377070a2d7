using PastryActors.Hocon.Units;

namespace PastryActors.Hocon.Tests.Units;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("5s", 5_000)]
    [InlineData("200 ms", 200)]
    [InlineData("2 minutes", 120_000)]
    [InlineData("1.5 h", 5_400_000)]
    [InlineData(" 1d ", 86_400_000)]
    [InlineData("-1 second", -1_000)]
    [InlineData("2000us", 2)]
    [InlineData("3000000 nanos", 3)]
    [InlineData("250", 250)]
    public void Durations_have_the_units_of_the_language(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("5 parsecs")]
    [InlineData("5S")]
    [InlineData("1e3s")]
    [InlineData("5 s s")]
    [InlineData("99999999999999d")]
    [InlineData("99999999999999999999999999999999999999d")]
    [InlineData("1,000s")]
    public void Other_texts_are_no_durations(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData("30", false)]
    [InlineData("0", true)]
    [InlineData("30s", true)]
    public void A_unit_can_be_demanded(string text, bool expected) => Assert.Equal(expected, Durations.TryParse(text, out _, bareIsMilliseconds: false));

    [Theory]
    [InlineData("10 GiB", 10L << 30)]
    [InlineData("64k", 64 << 10)]
    [InlineData("64K", 64 << 10)]
    [InlineData("64Ki", 64 << 10)]
    [InlineData("1 MB", 1_000_000)]
    [InlineData("1 MiB", 1 << 20)]
    [InlineData("1m", 1 << 20)]
    [InlineData("2 megabytes", 2_000_000)]
    [InlineData("2 mebibyte", 2 << 20)]
    [InlineData("1 kB", 1000)]
    [InlineData("512", 512)]
    [InlineData("512 bytes", 512)]
    [InlineData("0.5 KiB", 512)]
    [InlineData("7 EiB", 7L << 60)]
    [InlineData("1 TB", 1_000_000_000_000)]
    public void Sizes_have_the_units_of_the_language(string text, long bytes)
    {
        Assert.True(Sizes.TryParse(text, out long size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("KiB")]
    [InlineData("1 KB")]
    [InlineData("1 kiB")]
    [InlineData("1 mb")]
    [InlineData("9 EiB")]
    [InlineData("ten")]
    public void Other_texts_are_no_sizes(string text) => Assert.False(Sizes.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "100ns")]
    [InlineData(5_000_000, "500ms")]
    [InlineData(900_000_000, "90s")]
    [InlineData(12_000_000_000, "20m")]
    public void A_written_duration_is_read_as_itself(long ticks, string expected)
    {
        string text = Durations.Format(TimeSpan.FromTicks(ticks));
        Assert.Equal(expected, text);
        Assert.True(Durations.TryParse(text, out TimeSpan read));
        Assert.Equal(ticks, read.Ticks);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1000, "1000 B")]
    [InlineData(1536L << 20, "1536 MiB")]
    [InlineData(10L << 30, "10 GiB")]
    public void A_written_size_is_read_as_itself(long bytes, string expected)
    {
        string text = Sizes.Format(bytes);
        Assert.Equal(expected, text);
        Assert.True(Sizes.TryParse(text, out long read));
        Assert.Equal(bytes, read);
    }
}
