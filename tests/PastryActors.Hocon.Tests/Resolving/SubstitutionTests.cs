using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests.Resolving;

public sealed class SubstitutionTests
{
    [Theory]
    [InlineData("a = 1, b = ${a}", "{a:1,b:1}")]
    [InlineData("b = ${a.x}, a { x = [1] }", "{b:[1],a:{x:[1]}}")]
    [InlineData("a = x, b = \"<\"${a}\"> \"${a} y", "{a:x,b:<x> x y}")]
    [InlineData("b = ${?no}, c = 1", "{c:1}")]
    [InlineData("b = ${?no}${?no}, c = 1", "{c:1}")]
    [InlineData("b = x${?no}y", "{b:xy}")]
    [InlineData("b = 1, b = ${?no}", "{b:1}")]
    [InlineData("b = [${?no}, 1]", "{b:[1]}")]
    [InlineData("b = ${?no} [1]", "{b:[1]}")]
    [InlineData("\"a.b\" = 1, c = ${\"a.b\"}", "{a.b:1,c:1}")]
    [InlineData("a = ${ b }, b = 2", "{a:2,b:2}")]
    public void A_reference_takes_the_value_at_its_path_wherever_that_is_set(string text, string expected) => Assert.Equal(expected, Show.Parsed(text));

    [Theory]
    [InlineData("base { x = 1, y = 1 }, a = ${base} { y = 2 }", "{base:{x:1,y:1},a:{x:1,y:2}}")]
    [InlineData("base { x = 1 }, a = ${base}, a { y = 2 }", "{base:{x:1},a:{x:1,y:2}}")]
    [InlineData("base { x = 1 }, a { x = 0 }, a = ${base}", "{base:{x:1},a:{x:1}}")]
    [InlineData("b1 { x = 1 }, b2 { y = 2 }, a = ${b1} ${b2}", "{b1:{x:1},b2:{y:2},a:{x:1,y:2}}")]
    [InlineData("base { x = 1 }, a = ${base} { y = ${a.x} }", "{base:{x:1},a:{x:1,y:1}}")]
    [InlineData("base { x = { p = 1 } }, a = ${base}, a.x.q = 2, c = ${a.x.p}${a.x.q}", "{base:{x:{p:1}},a:{x:{p:1,q:2}},c:12}")]
    public void Objects_are_inherited_through_references(string text, string expected) => Assert.Equal(expected, Show.Parsed(text));

    [Theory]
    [InlineData("path = \"a\", path = ${path}\":b\", path = ${path}\":c\"", "{path:a:b:c}")]
    [InlineData("path = [a], path = ${path} [b]", "{path:[a,b]}")]
    [InlineData("path = ${?path} [b]", "{path:[b]}")]
    [InlineData("a { x = 1 }, a = ${a} { y = 2 }", "{a:{x:1,y:2}}")]
    [InlineData("bar { foo = 42, baz = ${bar.foo} }", "{bar:{foo:42,baz:42}}")]
    [InlineData("bar { foo = 42, baz = ${bar.foo} }, bar { foo = 43 }", "{bar:{foo:43,baz:43}}")]
    [InlineData("bar { a = ${foo.d}, b = 1 }, bar.b = 3, foo { c = ${bar.b}, d = 2 }, foo.d = 4", "{bar:{a:4,b:3},foo:{c:3,d:4}}")]
    [InlineData("a = { b = 5 }, a = ${a.b}", "{a:5}")]
    [InlineData("a = ${?a}foo", "{a:foo}")]
    [InlineData("a = ${?b}, b = ${?a}", "{}")]
    public void A_reference_to_its_own_key_sees_what_the_key_held_before(string text, string expected) => Assert.Equal(expected, Show.Parsed(text));

    [Theory]
    [InlineData("a = ${a}")]
    [InlineData("a = ${b}, b = ${c}, c = ${a}")]
    [InlineData("a { b = ${a} }")]
    [InlineData("a += ${a.no}")]
    [InlineData("b = 1, a = ${b.c}")]
    [InlineData("a { b = 1 }, a = 2, c = ${a.b}")]
    public void A_required_reference_to_nothing_is_refused(string text) => Assert.Contains("which is set nowhere", Show.Refused(text).Message);

    [Fact]
    public void All_references_to_nothing_are_reported_together_with_their_keys()
    {
        HoconException e = Show.Refused("a.b = ${x}\nc = [ ${y} ]");
        Assert.Equal(["a.b", "c.0"], e.Problems.Select(problem => problem.Key));
        Assert.Equal("t.conf:1:7", e.Problems[0].Origin.ToString());
    }

    [Theory]
    [InlineData("a = 1, b = ${a} { x = 1 }")]
    [InlineData("a = 1, b = ${a} [2]")]
    [InlineData("a = { x = 1 }, b = ${a} y")]
    [InlineData("a = ${")]
    [InlineData("a = ${}")]
    [InlineData("a = ${b")]
    [InlineData("a = ${? b} ${b:c}")]
    public void References_that_do_not_fit_are_refused(string text) => Show.Refused(text);

    [Fact]
    public void The_environment_is_asked_last()
    {
        HoconReadOptions options = new Files().WithVariable("HOME", "/h").WithVariable("a.b", "dotted").Options;
        HoconDocument document = HoconDocument.Parse("a = ${HOME}, b = ${?NO}, c = ${?a.b}, HOST = x, d = ${HOST}", options: options);
        Assert.Equal("{a:/h,c:dotted,HOST:x,d:x}", Show.Of(document.Root));
        Assert.Equal("the environment's HOME", document.Root.Find("a")!.Origin.ToString());
    }
}
