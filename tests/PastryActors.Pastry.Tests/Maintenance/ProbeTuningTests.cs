using PastryActors.Core.Driving;
using PastryActors.Pastry.Maintenance;

namespace PastryActors.Pastry.Tests.Maintenance;

/// <summary>The self-tuned period of probing (MSPastry, DSN 2004, section 4.1).</summary>
public sealed class ProbeTuningTests
{
    private static readonly PastryOptions Options = new();
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(6);

    [Fact]
    public void A_node_looked_at_every_T_is_dead_for_half_of_it_while_failures_are_rare_and_surely_when_they_are_not()
    {
        Assert.Equal(0.005, ProbeTuning.StaleShare(100, 1e-4), 4);
        Assert.Equal(0.5 * 1e-9, ProbeTuning.StaleShare(1, 1e-9), 12);
        Assert.InRange(ProbeTuning.StaleShare(1e6, 1), 0.999, 1);
    }

    [Fact]
    public void A_dead_node_is_found_in_two_thirds_of_its_probes_whole_timeouts() => Assert.Equal(Shortest, Options.DetectionTime);

    [Theory]
    [InlineData(2_000, 2.3)]
    [InlineData(20_000, 1.0)]
    [InlineData(100_000, 24.0)]
    public void The_period_holds_the_raw_loss_at_its_target(double nodes, double meanSessionHours)
    {
        double rate = 1 / (meanSessionHours * 3600);
        TimeSpan period = ProbeTuning.Period(Options, nodes, rate);
        double hops = 15.0 / 16 * Math.Log(nodes, 16);
        double leaf = 1 - ProbeTuning.StaleShare((Options.HeartbeatPeriod + Shortest).TotalSeconds, rate);
        double table = 1 - ProbeTuning.StaleShare((period + Shortest).TotalSeconds, rate);
        Assert.Equal(ProbeTuning.RawLoss, 1 - (leaf * Math.Pow(table, hops - 1)), 3);
    }

    [Fact]
    public void The_period_keeps_to_its_bounds()
    {
        Assert.Equal(ProbeTuning.PeriodMax, ProbeTuning.Period(Options, 1e6, 1e-9));
        Assert.Equal(ProbeTuning.PeriodMax, ProbeTuning.Period(Options, 10, 1e-3));
        Assert.Equal(Shortest, ProbeTuning.Period(Options, 1e6, 1e-2));
    }

    [Fact]
    public void More_nodes_or_more_failures_mean_a_shorter_period()
    {
        TimeSpan calm = ProbeTuning.Period(Options, 2_000, 1e-4);
        Assert.True(ProbeTuning.Period(Options, 2_000, 2e-4) < calm);
        Assert.True(ProbeTuning.Period(Options, 200_000, 1e-4) < calm);
    }

    [Fact]
    public void While_fewer_failures_than_K_were_seen_one_is_supposed_to_happen_now()
    {
        FailureHistory history = new();
        history.Start(At(0));
        Assert.Equal(1 / (50.0 * 100), history.PerSecond(At(100), known: 50), 9);
        history.Failed(At(100));
        Assert.Equal(2 / (50.0 * 200), history.PerSecond(At(200), known: 50), 9);
        Assert.Equal(2.0, history.PerSecond(At(0), known: 0), 9);
    }

    [Fact]
    public void Of_many_failures_the_last_K_count()
    {
        FailureHistory history = new();
        history.Start(At(0));
        for (int i = 1; i <= 100; i++) history.Failed(At(1000 + i));
        Assert.Equal(FailureHistory.CountMax / (10.0 * FailureHistory.CountMax), history.PerSecond(At(1100), known: 10), 9);
    }

    private static Instant At(int seconds) => new Instant(TimeSpan.TicksPerDay) + TimeSpan.FromSeconds(seconds);
}
