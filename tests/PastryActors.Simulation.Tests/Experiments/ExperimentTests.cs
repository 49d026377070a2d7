using PastryActors.Simulation.Experiments;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Tests.Experiments;

public sealed class ExperimentTests
{
    private static readonly Scenario Small = ScenarioReader.Read("small", """
        about A few nodes.
        nodes 6
        full 6
        join all
        whole
        lookup 10
        check lostLookups = 0
        check maxHops / lookups <= 0.01
        check noSuchFigure >= 1
        paper meanHops 0.8
        """);

    [Fact]
    public void A_result_is_kept_whole_and_read_back()
    {
        ExperimentRecord record = ExperimentRecord.Of(ScenarioRun.Run(Small));
        Assert.True(record.IsFull);
        Assert.False(record.Ok);
        Assert.Equal("pastry sim small --nodes 6 --seed 1", record.Command);
        Assert.Equal([true, false, false], record.Bounds.Select(static b => b.Ok));
        Assert.Empty(record.Broken);
        ExperimentRecord back = ExperimentRecord.Read(record.Write());
        Assert.Equal(record.Write(), back.Write());
        Assert.Equal(record.Figures, back.Figures);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"name\":1}")]
    public void What_is_no_result_is_refused(string text) => Assert.Throws<InvalidDataException>(() => ExperimentRecord.Read(text));

    [Fact]
    public void The_page_shows_measured_paper_bound_and_meaning_and_what_is_missing()
    {
        string page = ExperimentPage.Write([ExperimentRecord.Of(ScenarioRun.Run(Small))]);
        Assert.Contains("| meanHops | 0.", page, StringComparison.Ordinal);
        Assert.Contains("| 0.8 |  |  |", page, StringComparison.Ordinal);
        Assert.Contains("| lostLookups | 0 |  | = 0 | holds |", page, StringComparison.Ordinal);
        Assert.Contains("| maxHops / lookups | 0.1 |  | <= 0.01 | **does not hold** |", page, StringComparison.Ordinal);
        Assert.Contains("| noSuchFigure | not measured |  | >= 1 | **does not hold** |", page, StringComparison.Ordinal);
        Assert.Contains("- `lostLookups`: ", page, StringComparison.Ordinal);
        Assert.Contains("hops-100000", page, StringComparison.Ordinal);
        Assert.DoesNotContain("delayRatio", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_mean_experiments_or_all_sizes_of_a_scenario()
    {
        (IReadOnlyList<Experiment> found, IReadOnlyList<string> unknown) = Experiment.Named("hops, stretch-1000,none");
        Assert.Equal(["hops-1000", "hops-10000", "hops-100000", "stretch-1000"], found.Select(static e => e.Name));
        Assert.Equal(["none"], unknown);
        Assert.Equal(Experiment.All, Experiment.Named("all").Found);
    }
}
