using PastryActors.Simulation.Experiments;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Tests.Scenarios;

/// <summary>What a run counts, held against what can be told without it.</summary>
public sealed class FigureTests
{
    [Fact]
    public void Lookups_and_their_acknowledgements_are_no_control_messages()
    {
        const string Ring = "nodes 40\npreset papers\noverlay leaf-set-size=8\njoin all over=1m\nwhole\n";
        IReadOnlyDictionary<string, double> quiet = Figures(Ring + "+10m measure\n+10m wait");
        IReadOnlyDictionary<string, double> busy = Figures(Ring + "+10m measure\nlookup 20000 over=10m");
        Assert.InRange(busy["controlMessagesPerNodeSecond"], quiet["controlMessagesPerNodeSecond"] * 0.7, quiet["controlMessagesPerNodeSecond"] * 1.05);
        Assert.InRange(busy["messages"] - quiet["messages"], 1.8 * 20_000 * busy["meanHops"], 2.1 * 20_000 * busy["meanHops"]);
    }

    [Fact]
    public void What_joins_cost_is_what_a_ring_sends_beyond_its_habit()
    {
        IReadOnlyDictionary<string, double> figures = Figures("nodes 60\npreset papers\njoin all paced=10%\nwhole\n+40m measure\n+40m phase name=quiet\njoin 10 paced=2%\nwhole\n+1m phase name=joining");
        // At least: ask for the row and the leaf set, and probe each of a leaf set of 16.
        Assert.InRange(figures["callsPerJoin"], 16, 400);
        Assert.Equal(3 * 16 * Math.Log(70, 16), figures["paperCallsPerJoin"], 6);
        Assert.False(figures.ContainsKey("callsPerFailedNode"));
    }

    [Fact]
    public void Every_figure_that_a_scenario_bounds_or_quotes_has_a_meaning()
    {
        foreach (string name in ScenarioLibrary.Names)
        {
            Scenario scenario = ScenarioLibrary.Find(name)!;
            foreach (string figure in scenario.Bounds.Select(static b => b.Figure).Concat(scenario.Papers.Select(static p => p.Figure)).SelectMany(static f => f.Split('/')))
                Assert.True(FigureMeanings.Of(figure) is not null, $"{name}: nobody says what {figure} is");
        }
    }

    [Fact]
    public void A_paced_ring_grows_to_its_size_with_few_joining_at_once()
    {
        int most = 0;
        ScenarioResult result = ScenarioRun.Run(
            ScenarioReader.Read("paced", "nodes 200\npreset papers\njoin 20 over=1m\nwhole\njoin all paced=10%\nwhole"),
            progress => most = Math.Max(most, progress.Live > 20 ? (100 * (progress.Live - progress.Members)) / progress.Live : 0));
        Assert.True(result.Ok, $"{result.FirstFailure}");
        Assert.Contains(result.Checks, static c => c is { Name: "leafSets", Detail: "200 leaf sets are exact" });
        Assert.InRange(most, 1, 10);
    }

    [Theory]
    [InlineData("plane 100ms")]
    [InlineData("transit-stub")]
    public void Most_lookups_end_at_the_nearest_of_their_holders(string topology)
    {
        IReadOnlyDictionary<string, double> figures = Figures(
            $"nodes 100\npreset papers\ntopology {topology}\noverlay leaf-set-size=16\npast replicas=3 cache-policy=none\njoin all paced=10%\nwhole\n+40m insert 40\nsettle within=60m\nread 1000 over=1m");
        Assert.InRange(figures["nearestShare"], 0.76, 1);
        Assert.InRange(figures["twoNearestShare"], 0.92, 1);
    }

    [Fact]
    public void An_amount_may_be_so_many_for_each_node() => Assert.Equal(30, Figures("nodes 12\njoin all\nwhole\nlookup 2.5n")["lookups"]);

    private static Dictionary<string, double> Figures(string text)
    {
        ScenarioResult result = ScenarioRun.Run(ScenarioReader.Read("figures", text));
        Assert.True(result.Ok, $"{result.FirstFailure}");
        return new(result.Figures);
    }
}
