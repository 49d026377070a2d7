using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Tests.Scenarios;

public sealed class ScenarioTextTests
{
    public static TheoryData<string> Carried => [.. ScenarioLibrary.Names];

    [Theory]
    [MemberData(nameof(Carried))]
    public void Every_scenario_that_the_program_carries_is_read_and_written_back_as_the_same(string name)
    {
        Scenario scenario = ScenarioLibrary.Find(name)!;
        Assert.NotEmpty(scenario.About);
        Assert.Equal(scenario, ScenarioReader.Read(name, ScenarioWriter.Write(scenario, "a comment\nof two lines")));
    }

    [Fact]
    public void A_line_is_a_time_a_verb_an_amount_and_words()
    {
        ScenarioStep step = ScenarioReader.Read("one", "# nothing\n+1.5s crash 10% over=2m meanwhile # why").Steps[0];
        Assert.Equal(TimeSpan.FromSeconds(1.5), step.After);
        Assert.Equal(("crash", "10%", "2m", ""), (step.Verb, step.Amount, step["over"], step["meanwhile"]));
        Assert.Null(step["fresh"]);
        Assert.Equal("+1500ms crash 10% over=2m meanwhile", ScenarioWriter.Line(step));
    }

    [Theory]
    [InlineData("explode 3", "line 1: explode is neither")]
    [InlineData("\ncrash", "line 2: crash is written")]
    [InlineData("wait 3", "line 1: wait is written")]
    [InlineData("crash 3 fresh", "line 1: crash knows no fresh")]
    [InlineData("crash 101%", "line 1: crash is written")]
    [InlineData("crash 1 over=2", "line 1: a length of time")]
    [InlineData("+2000h wait", "line 1: a length of time")]
    [InlineData("+1s", "line 1: nothing is said")]
    [InlineData("stall 3", "line 1: stall needs for=")]
    [InlineData("insert 3 size=-1", "line 1: a size is")]
    [InlineData("nodes 0", "line 1: nodes must be")]
    [InlineData("nodes", "line 1: nodes takes one word")]
    [InlineData("seed -1", "line 1: seed must be")]
    [InlineData("check meanHops < 3", "line 1: a check is")]
    [InlineData("check a / b / c = 3", "line 1: a check is")]
    [InlineData("paper meanHops", "line 1: a paper's figure is")]
    [InlineData("full 0", "line 1: full must be")]
    [InlineData("draws 0", "line 1: draws must be")]
    [InlineData("vary past replicas 3", "line 1: what is varied is")]
    [InlineData("vary past replicas 3 99", "past.replicas must be")]
    [InlineData("join all paced=101%", "line 1: a pace is")]
    [InlineData("lie 2", "line 1: lie needs kind=")]
    [InlineData("lie 2 kind=badly", "line 1: no node lies about badly")]
    [InlineData("disk interrupted-write-torn=2", "the tearing of interrupted writes")]
    [InlineData("join all paced=5", "line 1: a pace is")]
    [InlineData("lookup n", "line 1: lookup is written")]
    [InlineData("preset other", "the preset must be")]
    [InlineData("topology ball 3ms", "a topology is")]
    [InlineData("overlay", null)]
    [InlineData("overlay leaf-set-size", "line 1: an option is key=value")]
    [InlineData("overlay leaf-set-size=15", "the leaf set size must be even")]
    [InlineData("overlay leaf-set-size=x", "overlay leaf-set-size must be of type")]
    [InlineData("overlay leafs=3", "overlay has no option leafs; it has digit-bits")]
    [InlineData("world message-loss=2", "message loss must be")]
    [InlineData("past enabled=maybe", "past enabled is yes or no")]
    public void What_the_format_does_not_know_is_refused_with_its_line(string text, string? problem)
    {
        if (problem is null) ScenarioReader.Read("bad", text);
        else Assert.StartsWith(problem, Assert.Throws<ScenarioFormatException>(() => ScenarioReader.Read("bad", text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_reach_nodes_and_world()
    {
        Scenario scenario = ScenarioReader.Read("options", "preset papers\noverlay leaf-set-size=32 heartbeat-period=5s\npast replicas=5\nworld message-loss=0.05 link-failed-after=never\nscribe enabled=no");
        Assert.Equal(32, ScenarioOptions.RingOf(scenario).Overlay.LeafSetSize);
        Assert.Equal(TimeSpan.FromSeconds(5), ScenarioOptions.RingOf(scenario).Overlay.HeartbeatPeriod);
        Assert.Equal(5, ScenarioOptions.RingOf(scenario).Past!.Replicas);
        Assert.Null(ScenarioOptions.RingOf(scenario).Scribe);
        Assert.Equal(0.05, ScenarioOptions.WorldOf(scenario).MessageLoss);
        Assert.Null(ScenarioOptions.WorldOf(scenario).LinkFailedAfter);
    }
}
