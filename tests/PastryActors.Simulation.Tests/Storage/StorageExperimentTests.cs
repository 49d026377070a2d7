using PastryActors.Core.Driving;
using PastryActors.Simulation.Scenarios;
using PastryActors.Simulation.Storage;

namespace PastryActors.Simulation.Tests.Storage;

/// <summary>The paper's storage and caching experiments (SOSP 2001, section 5) at a hundredth of their size: the directions must be the paper's.</summary>
public sealed class StorageExperimentTests
{
    [Fact]
    public void Diversion_fills_a_ring_that_without_it_turns_away_what_would_have_found_room()
    {
        ScenarioResult with = Run("storage all", "");
        ScenarioResult without = Run("storage all attempts=1", "primary-share-max=1 diverted-share-max=0");
        Assert.InRange(Figure(without, "fail"), 20, 100);
        Assert.InRange(Figure(with, "fail"), 0, 1);
        Assert.InRange(Figure(with, "utilization"), Figure(without, "utilization") + 10, 100);
        Assert.InRange(Figure(with, "replicaDiversion"), 2, 25);
        Assert.Equal((0, 0), (Figure(without, "replicaDiversion"), Figure(without, "fileDiversion")));
        Assert.Equal(0, Figure(with, "storedBeyond"), 0.001);
    }

    [Fact]
    public void Caches_answer_and_shorten_and_GreedyDual_Size_answers_more_than_LRU()
    {
        ScenarioResult none = Run("cache 12000", "cache-policy=none"), lru = Run("cache 12000", Cached("lru")), greedy = Run("cache 12000", Cached("greedy-dual-size"));
        Assert.Equal(0, Figure(none, "hitRate"));
        Assert.InRange(Figure(lru, "hitRate"), 0.05, 1);
        Assert.InRange(Figure(greedy, "hitRate"), Figure(lru, "hitRate"), 1);
        Assert.InRange(Figure(greedy, "lookupHops"), 0, Figure(none, "lookupHops") - 0.05);
        Assert.Equal((0, 0, 0), (Figure(none, "lookupsFailed"), Figure(lru, "lookupsFailed"), Figure(greedy, "lookupsFailed")));
    }

    [Fact]
    public void Files_are_as_large_as_the_proxy_saw_them()
    {
        var trace = new FileTrace(new RandomSource(1));
        List<int> sizes = [.. Enumerable.Range(0, 400_000).Select(_ => trace.Next())];
        sizes.Sort();
        Assert.InRange(sizes[sizes.Count / 2], 1312 * 0.97, 1312 * 1.03);
        Assert.InRange(sizes.Average(), 10_517 * 0.85, 10_517 * 1.15);
        Assert.InRange(sizes[^1], 10_000_000, 138_000_000);
    }

    [Theory]
    [InlineData("d1", 2, 51)]
    [InlineData("d2", 4, 49)]
    [InlineData("d3", 6, 48)]
    [InlineData("d4", 1, 53)]
    public void Capacities_are_those_of_the_papers_table(string name, int least, int most)
    {
        CapacityDraw draw = CapacityDraw.Named(name)!;
        List<double> drawn = [.. Enumerable.Range(0, 2250).Select(i => draw.Of(1, i) / 1e6)];
        Assert.All(drawn, c => Assert.InRange(c, least, most));
        Assert.InRange(drawn.Sum(), 59_000, 62_000);
        Assert.Equal(draw.Of(1, 7), draw.Of(1, 7));
    }

    private static string Cached(string policy) => $"cache-policy={policy} cache-bytes-max=2000000 cache-copy-bytes-max=2000000 cache-lease=24h";

    private static ScenarioResult Run(string step, string past)
    {
        string text = $"""
            nodes 24
            preset papers
            topology constant 1ms
            capacities d1
            overlay leaf-set-size=16
            past replicas=5 chunk-size-bytes=200000000 admission-bytes-max=400000000 sync-period=24h cache-policy=none
            {(past.Length > 0 ? "past " + past : "")}
            join 4
            whole
            join all over=20s
            whole within=10m
            {step}
            """;
        ScenarioResult result = ScenarioRun.Run(ScenarioReader.Read("storage", text));
        Assert.Null(result.FirstFailure);
        return result;
    }

    private static double Figure(ScenarioResult result, string name) => result.Figures.Single(f => f.Key == name).Value;
}
