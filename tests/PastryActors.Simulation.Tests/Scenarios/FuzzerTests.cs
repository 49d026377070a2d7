using System.Globalization;
using PastryActors.Core.Collections;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Fuzzing;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Tests.Scenarios;

/// <summary>Random lives of small rings. PASTRY_SEEDS sets how many, PASTRY_SEED the first; a failure names its seed.</summary>
public sealed class FuzzerTests
{
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("PASTRY_SEEDS") ?? "8", CultureInfo.InvariantCulture);

    private static readonly ulong First = ulong.Parse(Environment.GetEnvironmentVariable("PASTRY_SEED") ?? "2", CultureInfo.InvariantCulture);

    [Fact]
    public void What_is_drawn_breaks_no_check()
    {
        for (ulong seed = First; seed < First + (ulong)Seeds; seed++)
        {
            ScenarioResult result = ScenarioRun.Run(Fuzzer.Draw(seed));
            Assert.True(result.Ok, $"seed {seed}: {result.FirstFailure}");
        }
    }

    [Fact]
    public void What_is_drawn_follows_from_the_seed_and_can_be_written_to_a_file()
    {
        Scenario drawn = Fuzzer.Draw(7);
        Assert.Equal(drawn, Fuzzer.Draw(7));
        Assert.NotEqual(drawn, Fuzzer.Draw(8));
        Assert.Equal(drawn, ScenarioReader.Read(drawn.Name, ScenarioWriter.Write(drawn)));
    }

    [Theory]
    [InlineData("file 13: 2 of 3 right holders, 2 in all", "file 4: 1 of 3 right holders, 1 in all", true)]
    [InlineData("node 5 (0123456789abcdef0123456789abcdef@sim-5#1) is not active", "node 15 (0123456789abcdef0123456789abcdef@sim-15#2) is not active", true)]
    [InlineData("node 5 (0123456789abcdef0123456789abcdef@sim-5#1) is not active", "no node is up", false)]
    public void Two_failures_are_the_same_if_they_differ_in_numbers_alone(string one, string other, bool same)
    {
        Assert.Equal(same, new CheckResult("converges", false, one).Signature == new CheckResult("converges", false, other).Signature);
        Assert.NotEqual(new CheckResult("files", false, one).Signature, new CheckResult("converges", false, one).Signature);
    }

    [Fact]
    public void Shrinking_leaves_only_the_steps_that_break_the_check()
    {
        Scenario long10 = new() { Nodes = 32, Steps = Enumerable.Range(0, 10).Select(i => new ScenarioStep(TimeSpan.Zero, "crash", $"{i}", default)).ToValueList() };
        Scenario shrunk = Shrinker.Shrink(long10, s => s.Nodes >= 8 && s.Steps.Any(x => x.Amount == "3") && s.Steps.Any(x => x.Amount == "8"), () => true);
        Assert.Equal(["3", "8"], shrunk.Steps.Select(s => s.Amount));
        Assert.Equal(8, shrunk.Nodes);
    }
}
