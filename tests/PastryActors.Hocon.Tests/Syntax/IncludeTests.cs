using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests.Syntax;

public sealed class IncludeTests
{
    [Theory]
    [InlineData("include \"sub/b.conf\"")]
    [InlineData("include file(\"sub/b.conf\")")]
    [InlineData("include required(file(\"sub/b.conf\"))")]
    [InlineData("include required( file( \"sub/b.conf\" ) )")]
    [InlineData("include required(\"sub/b.conf\") # and a comment")]
    public void Every_form_includes_relative_to_the_file_that_includes(string statement)
    {
        Files files = new Files().With("a.conf", statement + "\nlast = 1").With("sub/b.conf", "include \"c.conf\", b = 1").With("sub/c.conf", "c = 1");
        Assert.Equal("{c:1,b:1,last:1}", Show.Of(files.Load("a.conf").Root));
    }

    [Fact]
    public void What_stands_behind_an_include_wins_over_it_and_what_stands_before_loses()
    {
        Files files = new Files().With("a.conf", "x = 1, y = 1\ninclude \"b.conf\"\ny = 3").With("b.conf", "x = 2, y = 2");
        Assert.Equal("{x:2,y:3}", Show.Of(files.Load("a.conf").Root));
    }

    [Fact]
    public void References_in_an_included_file_are_tried_below_the_place_of_inclusion_first()
    {
        Files files = new Files().With("a.conf", "p { include \"b.conf\" }, y = far, z = root").With("b.conf", "y = near, x = ${y}, w = ${z}");
        Assert.Equal("{p:{y:near,x:near,w:root},y:far,z:root}", Show.Of(files.Load("a.conf").Root));
    }

    [Fact]
    public void A_missing_file_is_empty_unless_required()
    {
        Assert.Equal("{a:1}", Show.Of(new Files().With("a.conf", "include \"no.conf\"\na = 1").Load("a.conf").Root));
        var e = Assert.Throws<HoconException>(() => new Files().With("a.conf", "\ninclude required(\"no.conf\")").Load("a.conf"));
        Assert.Equal(2, e.Origin.Line);
        Assert.Contains("no.conf", e.Message);
        Assert.Throws<HoconException>(() => new Files().Load("a.conf"));
    }

    [Fact]
    public void Files_that_include_each_other_are_refused()
    {
        Files files = new Files().With("a.conf", "include \"b.conf\"").With("b.conf", "include \"a.conf\"");
        Assert.Contains("includes itself", Assert.Throws<HoconException>(() => files.Load("a.conf")).Message);
    }

    [Fact]
    public void Files_that_include_the_next_twice_end_at_the_bound()
    {
        var files = new Files();
        for (int i = 0; i < 40; i++) files.With($"{i}.conf", $"a {{ include \"{i + 1}.conf\" }}, b {{ include \"{i + 1}.conf\" }}");
        Assert.Contains("64 files", Assert.Throws<HoconException>(() => files.Load("0.conf")).Message);
    }

    [Theory]
    [InlineData("include url(\"http://x\")")]
    [InlineData("include file(\"x\"")]
    [InlineData("include file(\"x\"))")]
    [InlineData("include x")]
    [InlineData("include \"a\\u0000b\"")]
    [InlineData("include \"x\" y = 1")]
    public void Other_forms_are_refused(string text) => Show.Refused(text);

    [Fact]
    public void A_file_that_cannot_be_read_or_is_no_text_is_refused_with_its_name()
    {
        HoconReadOptions denied = new() { ReadFile = (_, _) => throw new UnauthorizedAccessException("denied") };
        Assert.Contains("denied", Assert.Throws<HoconException>(() => HoconDocument.Load("x.conf", denied)).Message);
        HoconReadOptions binary = new() { ReadFile = (_, _) => [(byte)'a', (byte)'\n', (byte)'b', 0xFF] };
        Assert.Equal(new HoconOrigin("x.conf", 2, 2), Assert.Throws<HoconException>(() => HoconDocument.Load("x.conf", binary)).Origin);
        HoconReadOptions huge = new() { ReadFile = (_, max) => new byte[max + 1] };
        Assert.Contains("1048576 bytes", Assert.Throws<HoconException>(() => HoconDocument.Load("x.conf", huge)).Message);
    }

    [Fact]
    public void Files_of_the_disk_are_read_and_folders_are_no_files()
    {
        string folder = Directory.CreateTempSubdirectory("hocon").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.conf"), "include \"b.conf\"");
            File.WriteAllText(Path.Combine(folder, "b.conf"), "b = 1");
            Assert.Equal("{b:1}", Show.Of(HoconDocument.Load(Path.Combine(folder, "a.conf")).Root));
            Assert.Throws<HoconException>(() => HoconDocument.Load(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
