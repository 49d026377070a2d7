using PastryActors.Core.Collections;
using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Tests.Schema;

public sealed class OptionsReaderTests
{
    private static readonly OptionSection<Oven> Schema = new OptionSection<Oven>("An oven.")
        .Key("degrees", OptionTypes.Double(20, 300), o => o.Degrees, (o, v) => o with { Degrees = v }, "Heat.")
        .Key("cakes", OptionTypes.Long(0, 10), o => o.Cakes, (o, v) => o with { Cakes = v }, "How many.")
        .Key("time", OptionTypes.DurationOrInfinite(TimeSpan.Zero, TimeSpan.FromHours(2)), o => o.Time, (o, v) => o with { Time = v }, "How long.")
        .Key("names", OptionTypes.TextList(2), o => o.Names, (o, v) => o with { Names = v }, "For whom.")
        .Section(
            "door",
            new OptionSection<Door>("Its door.").Key("open", OptionTypes.Flag, d => d.Open, (d, v) => d with { Open = v }, "Whether heat escapes."),
            o => o.Door,
            (o, v) => o with { Door = v })
        .Rule("degrees", o => !o.Door.Open || o.Degrees <= 100, "at most 100 with an open door");

    [Fact]
    public void Values_replace_defaults()
    {
        Oven oven = Read("oven { degrees = 21.5, time = infinite, names = [a, \"b c\"], door.open = yes }");
        Assert.Equal(new Oven { Degrees = 21.5, Time = Timeout.InfiniteTimeSpan, Names = ["a", "b c"], Door = new Door { Open = true } }, oven);
    }

    [Fact]
    public void All_problems_are_reported_at_once_with_place_key_and_hint()
    {
        HoconException e = Refused("oven {\n degres = 1\n cakes = 11\n time = 5 parsecs\n names = [a,b,c]\n door { ajar = true }\n}");
        Assert.Equal(
            [
                "t:2:11: oven.degres: found an unknown key, expected a known key; did you mean oven.degrees?",
                "t:3:10: oven.cakes: found '11', expected a whole number, 0 to 10",
                "t:4:9: oven.time: found '5 parsecs', expected a duration with its unit (ns, us, ms, s, m, h or d), 0s to 2h, or infinite",
                "t:5:10: oven.names: found a list, expected a list of texts, at most 2",
                "t:6:16: oven.door.ajar: found an unknown key, expected a known key",
            ],
            e.Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void A_broken_rule_is_reported_at_its_key_or_where_that_is_a_default_at_the_section()
    {
        Assert.Equal("t:2:12: oven.degrees: found '200', expected at most 100 with an open door", Refused("oven {\n degrees = 200, door.open = on }").Message);
        Assert.Equal("t:1:6: oven.degrees: found its default, expected at most 100 with an open door", Refused("oven { door.open = on }").Message);
    }

    [Fact]
    public void A_rule_is_not_checked_over_values_of_which_one_was_refused() =>
        Assert.Single(Refused("oven { degrees = warm, door.open = on }").Problems);

    [Fact]
    public void A_key_of_another_section_is_found() =>
        Assert.Contains("did you mean oven.door.open?", Refused("oven { open = on }").Message);

    [Fact]
    public void A_key_like_none_gets_no_hint() => Assert.DoesNotContain("did you mean", Refused("oven { chimney-sweep = on }").Message);

    [Fact]
    public void Problems_end_at_fifty() =>
        Assert.Equal(50, Refused("oven { " + string.Join(",", Enumerable.Range(0, 200).Select(i => $"k{i} = 1")) + " }").Problems.Count);

    [Fact]
    public void What_the_writer_writes_the_reader_reads()
    {
        string text = SchemaWriter.Write("oven", Schema, "Heading.");
        Assert.Equal(new Oven(), Read(text));
        Assert.StartsWith("# Heading.\n\n# An oven.\noven {\n  # Heat.\n  # Value: a number, 20 to 300.\n  degrees = 180\n\n  # How many.\n", text);
    }

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    public void Distance_counts_edits(string a, string b, int expected) => Assert.Equal(expected, NearestKey.Distance(a, b));

    private static Oven Read(string text) => OptionsReader.Read(HoconDocument.Parse(text, "t"), "oven", Schema);

    private static HoconException Refused(string text) => Assert.Throws<HoconException>(() => Read(text));

    private sealed record Oven
    {
        public double Degrees { get; init; } = 180;
        public long Cakes { get; init; } = 1;
        public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(45);
        public ValueList<string> Names { get; init; } = [];
        public Door Door { get; init; } = new();
    }

    private sealed record Door
    {
        public bool Open { get; init; }
    }
}
