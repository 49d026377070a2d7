using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests.Resolving;

/// <summary>Texts made to cost: each must end with a refusal, and soon.</summary>
public sealed class BoundsTests
{
    [Fact]
    public void Doubling_texts_end_at_the_bound() => Refused(Lines(60, i => $"a{i} = ${{a{i + 1}}}${{a{i + 1}}}") + "a60 = x", "characters");

    [Fact]
    public void Many_texts_made_of_a_long_one_end_at_the_bound() =>
        Refused("a = " + new string('x', 500_000) + "\n" + Lines(10_000, i => $"b{i} = ${{a}}y"), "characters");

    [Fact]
    public void Doubling_objects_end_at_the_bound() => Refused(Lines(40, i => $"a{i} {{ l = ${{a{i + 1}}}, r = ${{a{i + 1}}} }}") + "a40 = x", "values");

    [Fact]
    public void Doubling_lists_end_at_the_bound() => Refused(Lines(40, i => $"a{i} = ${{a{i + 1}}} ${{a{i + 1}}}") + "a40 = [x]", "steps", "values");

    [Fact]
    public void Long_chains_end_at_the_bound() => Refused(Lines(5000, i => $"a{i} = ${{a{i + 1}}}") + "a5000 = x", "deeper than 512");

    [Fact]
    public void Nesting_through_references_ends_at_the_bound() => Refused(Lines(200, i => $"a{i} {{ x = ${{a{i + 1}}} }}") + "a200 = x", "deeper than");

    [Fact]
    public void Many_references_to_a_key_set_many_times_end_at_the_bound() =>
        Refused(Lines(20_000, _ => "a=${?x}") + Lines(20_000, i => $"c{i}=${{?a}}"), "steps");

    [Theory]
    [InlineData("a = ", "[")]
    [InlineData("a = ", "{a=")]
    [InlineData("a = {", "a{")]
    [InlineData("", "a.")]
    [InlineData("a = ${", "a.")]
    public void Deep_texts_end_at_the_bound(string start, string piece) =>
        Assert.Contains("at most 64", Show.Refused(start + string.Concat(Enumerable.Repeat(piece, 100_000)) + "x").Message);

    [Fact]
    public void The_deepest_allowed_text_is_read_on_a_small_stack()
    {
        string text = string.Concat(Enumerable.Repeat("a{", 60)) + "b=${?c}" + new string('}', 60);
        Exception? failed = null;
        var thread = new Thread(() => failed = Record.Exception(() => Show.Parsed(text)), maxStackSize: 256 << 10);
        thread.Start();
        thread.Join();
        Assert.Null(failed);
    }

    [Fact]
    public void A_chain_of_the_longest_allowed_length_is_resolved_on_a_small_stack()
    {
        string text = Lines(200, i => $"p.q.r.a{i} = ${{p.q.r.a{i + 1}}}") + "p.q.r.a200 = x";
        Exception? failed = null;
        var thread = new Thread(() => failed = Record.Exception(() => Show.Parsed(text)), maxStackSize: 512 << 10);
        thread.Start();
        thread.Join();
        Assert.True(failed is null or PastryActors.Hocon.Reading.HoconException, failed?.ToString());
    }

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));

    private static void Refused(string text, params string[] reasons)
    {
        string message = Show.Refused(text).Message;
        Assert.True(reasons.Any(reason => message.Contains(reason)), message[..Math.Min(message.Length, 300)]);
    }
}
