using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests.Syntax;

public sealed class ParserTests
{
    [Theory]
    [InlineData("", "{}")]
    [InlineData(" \n\t\r\n", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("{ a = 1 }\n", "{a:1}")]
    [InlineData("a=1,b:2\nc 3", null)]
    [InlineData("a=1,b:2\nc=3", "{a:1,b:2,c:3}")]
    [InlineData("a = 1 # one\n// two\nb = 2//three", "{a:1,b:2}")]
    [InlineData("\uFEFFa = 1", "{a:1}")]
    [InlineData("a = http-//x", "{a:http-}")]
    [InlineData("a = /tmp/x.y-z_1", "{a:/tmp/x.y-z_1}")]
    public void Text_is_an_object_with_or_without_braces(string text, string? expected) => Check(text, expected);

    [Theory]
    [InlineData("a.b.c = 1, a.b.d = 2", "{a:{b:{c:1,d:2}}}")]
    [InlineData("a { b { c = 1 } }, a.b { d = 2 }", "{a:{b:{c:1,d:2}}}")]
    [InlineData("\"a.b\".c = 1", "{a.b:{c:1}}")]
    [InlineData("a.\"\" = 1", "{a:{:1}}")]
    [InlineData("two words = 1", "{two words:1}")]
    [InlineData("1.5 = x", "{1:{5:x}}")]
    [InlineData("include = 1", "{include:1}")]
    [InlineData("a..b = 1", null)]
    [InlineData(".a = 1", null)]
    [InlineData("a. = 1", null)]
    [InlineData("= 1", null)]
    [InlineData("a", null)]
    public void Keys_are_paths_of_names(string text, string? expected) => Check(text, expected);

    [Theory]
    [InlineData("a = 1, a = 2", "{a:2}")]
    [InlineData("a = { x = 1, y = 1 }, a = { y = 2, z = 2 }", "{a:{x:1,y:2,z:2}}")]
    [InlineData("a = { x = 1 }, a = 5, a = { y = 2 }", "{a:{y:2}}")]
    [InlineData("a = { x = { p = 1 } }, a.x = { q = 2 }", "{a:{x:{p:1,q:2}}}")]
    [InlineData("a = [1], a = [2]", "{a:[2]}")]
    [InlineData("a = 1, a = null", "{a:NULL}")]
    [InlineData("a = \"null\"", "{a:null}")]
    public void Later_values_win_and_objects_merge(string text, string expected) => Check(text, expected);

    [Theory]
    [InlineData("a = []", "{a:[]}")]
    [InlineData("a = [1, 2, 3,]", "{a:[1,2,3]}")]
    [InlineData("a = [1\n2\n\n3\n]", "{a:[1,2,3]}")]
    [InlineData("a = [[1], { b = 2 }]", "{a:[[1],{b:2}]}")]
    [InlineData("a = [1] [2]\n", "{a:[1,2]}")]
    [InlineData("a += 1, a += 2", "{a:[1,2]}")]
    [InlineData("a = [1], a += 2 3", "{a:[1,2 3]}")]
    [InlineData("a { b += 1 }, a { b += 2 }", "{a:{b:[1,2]}}")]
    [InlineData("a = 1, a += 2", null)]
    [InlineData("a = [1,,2]", null)]
    [InlineData("a = [,1]", null)]
    [InlineData("a = [1", null)]
    [InlineData("a = [1] x", null)]
    public void Lists_are_separated_by_commas_or_lines(string text, string? expected) => Check(text, expected);

    [Theory]
    [InlineData("a = one  two\t three  \nb = 1", "{a:one  two\t three,b:1}")]
    [InlineData("a = 10 GiB", "{a:10 GiB}")]
    [InlineData("a = \"x\" y \"z\"", "{a:x y z}")]
    [InlineData("a = { x = 1 } { y = 2 }", "{a:{x:1,y:2}}")]
    [InlineData("a = { x = 1 } y", null)]
    [InlineData("a = [1] { y = 2 }", null)]
    public void Values_side_by_side_are_joined(string text, string? expected) => Check(text, expected);

    [Theory]
    [InlineData("""a = "q\" \\ \/ \t \u00e9" """, "{a:q\" \\ / \t é}")]
    [InlineData("a = \"a#b//c{}\"", "{a:a#b//c{}}")]
    [InlineData("a = \"\"", "{a:}")]
    [InlineData("a = \"\"\"x\n\"y\" \\n\"\"\"\"", "{a:x\n\"y\" \\n\"}")]
    [InlineData("a = \"x", null)]
    [InlineData("a = \"x\ny\"", null)]
    [InlineData("a = \"\\x\"", null)]
    [InlineData("a = \"\\u12\"", null)]
    [InlineData("a = \"\\", null)]
    [InlineData("a = \"\"\"x\"\"", null)]
    public void Quoted_text_knows_escapes_and_triple_quotes_do_not(string text, string? expected) => Check(text, expected);

    [Theory]
    [InlineData("a = 1\nb = 127.0.0.1:80\n", "t.conf:2:14: found ':'")]
    [InlineData("a = 1\n  b ! 2", "t.conf:2:5: found '!'")]
    [InlineData("a {\n b = 1\n", "t.conf:3:1: found the end of the text, expected a closing brace")]
    [InlineData("a = \"\"\"\n\n\"\"\"\nb = ]", "t.conf:4:5: found ']', expected a value")]
    [InlineData("a = \"\\n\" \"\\n\"\nb = ]", "t.conf:2:5: found ']', expected a value")]
    [InlineData("a = 1 }", "t.conf:1:7: found '}'")]
    [InlineData("{ a = 1 } b = 2", "t.conf:1:11: found 'b'")]
    [InlineData("a = x\u001b[2J", "t.conf:1:6: found '\\u001b'")]
    [InlineData("a = \"x\u0007\"", "found '\"x\\u0007'")]
    public void An_error_names_place_and_finding(string text, string expected)
    {
        Assert.Contains(expected, Show.Refused(text).Message);
    }

    [Fact]
    public void Values_remember_where_they_were_written()
    {
        HoconDocument document = HoconDocument.Parse("a {\n  b = 1\n  c = [ 2,\n 3 ]\n}", "t.conf");
        Assert.Equal("t.conf:2:7", document.Root.Find("a", "b")!.Origin.ToString());
        var list = Assert.IsType<PastryActors.Hocon.Values.HoconArray>(document.Root.Find("a", "c"));
        Assert.Equal("t.conf:4:2", list.Items[1].Origin.ToString());
    }

    private static void Check(string text, string? expected)
    {
        if (expected is null) Show.Refused(text);
        else Assert.Equal(expected, Show.Parsed(text));
    }
}
