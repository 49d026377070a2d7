using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Tests.Scenarios;

/// <summary>The scenarios that every build runs, and what a run answers.</summary>
public sealed class ScenarioRunTests
{
    [Theory]
    [InlineData("smoke", 1)]
    [InlineData("smoke", 2)]
    public void A_small_scenario_with_faults_breaks_no_check(string name, ulong seed)
    {
        ScenarioResult result = ScenarioRun.Run(ScenarioLibrary.Find(name)! with { Seed = seed });
        Assert.True(result.Ok, $"{name} with seed {seed}: {result.FirstFailure}");
        Assert.Contains(result.Figures, f => f is { Key: "lookups", Value: 500 });
        Assert.Contains(result.Series, s => s.Live == 14);
        Assert.Contains(result.Series, s => s.ReplicasLeast is >= 1 and < 3);
    }

    [Theory]
    [InlineData("liars", 1)]
    [InlineData("liars", 2)]
    [InlineData("anycast", 7)]
    [InlineData("anycast", 8)]
    [InlineData("prefixes", 5)]
    [InlineData("prefixes", 6)]
    [InlineData("disks", 1)]
    [InlineData("disks", 2)]
    [InlineData("half-ring", 300205)]
    [InlineData("one-sided", 101537)]
    [InlineData("circling", 5001444)]
    [InlineData("all-restart", 8000486)]
    [InlineData("first-back", 10000060)]
    [InlineData("far-publisher", 9000939)]
    [InlineData("missed-debit", 6)]
    [InlineData("first-use-in-a-cut", 20000991)]
    [InlineData("promised-and-cut", 1010)]
    [InlineData("promised-and-cut", 1011)]
    [InlineData("long-cut", 6)]
    [InlineData("long-cut", 9)]
    [InlineData("forwarders", 6)]
    [InlineData("unsent-end", 12)]
    [InlineData("unsent-end", 14)]
    [InlineData("splitstream-small", 3)]
    [InlineData("splitstream-small", 9)]
    [InlineData("splitstream-tiny", 2)]
    [InlineData("saturated", 1)]
    public void Lies_bad_disks_and_what_broke_a_promise_once_break_none(string name, ulong seed)
    {
        ScenarioResult result = ScenarioRun.Run(ScenarioLibrary.Find(name)! with { Seed = seed });
        Assert.True(result.Ok, $"{name} with seed {seed}: {result.FirstFailure}");
    }

    [Fact]
    public void Subscriptions_to_prefixes_are_what_the_scenario_of_that_name_is_about()
    {
        ScenarioResult result = ScenarioRun.Run(ScenarioLibrary.Find("prefixes")! with { Seed = 9 });
        Assert.True(result.Ok, $"{result.FirstFailure}");
        Assert.Contains(result.Checks, static c => c is { Name: "prefixes", Detail: "15 subscriptions to prefixes" });
    }

    [Theory]
    [InlineData(201113)]
    [InlineData(1)]
    public void A_root_that_stands_still_takes_nothing_acknowledged_with_it(ulong seed)
    {
        ScenarioResult result = ScenarioRun.Run(ScenarioLibrary.Find("stalled-root")! with { Seed = seed });
        Assert.True(result.Ok, $"stalled-root with seed {seed}: {result.FirstFailure}");
    }

    [Fact]
    public void What_varies_is_run_with_each_value_and_bounded_as_a_trend()
    {
        ScenarioResult result = ScenarioRun.Run(ScenarioReader.Read(
            "varied", "nodes 8\nvary overlay leaf-set-size 8 16\njoin all\nwhole\nlookup 50\ncheck 16.meanHops / 8.meanHops <= 1.5\ncheck 8.lookups = 50\ncheck 16.lookups = 51"));
        Assert.Equal(["16.lookups"], result.Checks.Where(static c => !c.Ok).Select(static c => c.Name));
        Assert.Contains(result.Checks, static c => c.Name == "8.leafSets");
        Assert.Equal(50, new Dictionary<string, double>(result.Figures)["16.lookups"]);
        Assert.NotNull(result.Scenario.Vary);
    }

    [Fact]
    public void What_is_drawn_several_times_has_means_and_each_draw_is_checked()
    {
        const string text = "nodes 8\nseed 5\njoin all\nwhole\nlookup 50\n";
        double[] hops = [.. Enumerable.Range(5, 3).Select(seed => MeanHops(ScenarioRun.Run(ScenarioReader.Read("one", text) with { Seed = (ulong)seed })))];
        ScenarioResult result = ScenarioRun.Run(ScenarioReader.Read("drawn", $"draws 3\n{text}check meanHops.most <= 0\ncheck lookups = 50"));

        Assert.Equal(hops.Average(), MeanHops(result), precision: 12);
        var figures = new Dictionary<string, double>(result.Figures);
        Assert.Equal((hops.Min(), hops.Max()), (figures["meanHops.least"], figures["meanHops.most"]));
        Assert.Equal(["meanHops.most"], result.Checks.Where(static c => !c.Ok).Select(static c => c.Name));
        Assert.Contains(result.Checks, static c => c.Name == "seed 7: leafSets");
        Assert.Equal((3, 5UL), (result.Scenario.Draws, result.Scenario.Seed));

        static double MeanHops(ScenarioResult result) => new Dictionary<string, double>(result.Figures)["meanHops"];
    }

    [Fact]
    public void Runs_beside_each_other_are_the_same_runs()
    {
        Scenario scenario = ScenarioReader.Read("both", "nodes 8\ndraws 2\nvary overlay leaf-set-size 8 16\njoin all\nwhole\nlookup 50\n");
        ScenarioResult one = ScenarioRun.Run(scenario);
        ScenarioResult beside = ScenarioRun.Run(scenario, parallel: 4);
        Assert.Equal(one.TraceValue, beside.TraceValue);
        Assert.Equal(one.Checks, beside.Checks);
        Assert.Equal(one.Figures.Where(static f => f.Key.Contains("Hops", StringComparison.Ordinal)), beside.Figures.Where(static f => f.Key.Contains("Hops", StringComparison.Ordinal)));
        Assert.Contains(one.Checks, static c => c.Name == "16.seed 2: leafSets");
    }

    [Fact]
    public void A_run_that_is_told_to_stop_stops_all()
    {
        Scenario scenario = ScenarioReader.Read("both", "nodes 8\ndraws 3\njoin all\nwhole");
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => ScenarioRun.Run(scenario, _ => stop.Cancel(), parallel: 2, stop: stop.Token));
    }

    [Fact]
    public void The_same_scenario_and_seed_are_the_same_run()
    {
        Scenario scenario = ScenarioReader.Read("twice", "nodes 8\njoin all\nwhole\ninsert 5 over=1s\ncrash 1\nlookup 20 over=2s");
        ulong once = ScenarioRun.Run(scenario).TraceValue;
        Assert.Equal(once, ScenarioRun.Run(scenario).TraceValue);
        Assert.NotEqual(once, ScenarioRun.Run(scenario with { Seed = 2 }).TraceValue);
    }

    [Fact]
    public void A_bound_that_is_not_kept_fails_the_run_and_says_by_how_much()
    {
        ScenarioResult result = ScenarioRun.Run(ScenarioReader.Read("bound", "nodes 4\njoin all\nwhole\nlookup 10\ncheck meanHops >= 3\ncheck noSuchFigure = 0"));
        Assert.False(result.Ok);
        Assert.Equal(["meanHops", "noSuchFigure"], result.Checks.Where(c => !c.Ok).Select(c => c.Name));
    }
}
