using System.Text.RegularExpressions;
using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Settings;
using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests.Settings;

/// <summary>What docs/configuration.md shows is what happens.</summary>
public sealed class DocumentationTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));

    [Fact]
    public void The_example_file_is_valid()
    {
        string example = Text[Text.IndexOf("      pastry {", StringComparison.Ordinal)..];
        example = example[..(example.IndexOf("\n      }", StringComparison.Ordinal) + 8)];
        NodeSettings settings = PastrySchema.Read(HoconDocument.Parse(example, options: new Files().WithVariable("PASTRY_TOKEN", "t").Options));
        Assert.Equal(2L << 40, settings.Past.CapacityBytes);
        Assert.Equal("t", settings.Node.Http.Token);
    }

    [Theory]
    [InlineData("pastry {\n\n\n\n\n\n  past { capcity = 1 }}")]
    [InlineData("pastry {\n\n\n\n\n\n\n\n  overlay { heartbeat-period = 30 } }")]
    public void The_example_refusals_are_the_reader_s(string text)
    {
        string message = Assert.Throws<HoconException>(() => PastrySchema.Read(HoconDocument.Parse(text, "own.conf"))).Message;
        Assert.Contains(message, Text);
    }

    [Fact]
    public void The_bounds_are_the_reader_s()
    {
        HoconLimits limits = new();
        Assert.Matches(Row("one file", $"{limits.FileBytesMax >> 20} MiB"), Text);
        Assert.Matches(Row("characters of all joined texts", $"{limits.JoinedCharsMax >> 20} Mi"), Text);
        Assert.Matches(Row("files of a document.*", $"{limits.FilesMax}"), Text);
        Assert.Matches(Row("levels of nesting.*", $"{limits.DepthMax}"), Text);
        Assert.Matches(Row("values of the resolved document", $"{limits.ValuesMax:N0}"), Text);
        Assert.Matches(Row("references that lead.*", $"{limits.ReferenceDepthMax} levels.*"), Text);
        Assert.Matches(Row("steps of resolving", $"{limits.StepsMax:N0}"), Text);
    }

    private static Regex Row(string name, string value) => new($@"\| {name} \| {value} \|");
}
