using PastryActors.Core.Driving;

namespace PastryActors.Engine.Tests;

public sealed class SupervisorTests
{
    private static readonly SupervisionOptions Options = new()
    {
        RestartsMax = 3,
        Window = TimeSpan.FromSeconds(10),
        BackOffMin = TimeSpan.FromMilliseconds(100),
        BackOffMax = TimeSpan.FromMilliseconds(350),
    };

    [Fact]
    public void The_wait_doubles_up_to_its_bound_and_then_the_supervisor_gives_up()
    {
        var supervisor = new Supervisor(Options);
        SupervisionDecision[] decisions = [.. Enumerable.Range(0, 4).Select(_ => supervisor.OnFailure(default))];
        Assert.Equal([100, 200, 350, 0], decisions.Select(d => d.BackOff.TotalMilliseconds));
        Assert.Equal([false, false, false, true], decisions.Select(d => d.GivesUp));
    }

    [Fact]
    public void Failures_older_than_the_window_are_forgotten()
    {
        var supervisor = new Supervisor(Options);
        Instant now = default;
        for (int i = 0; i < 20; i++)
        {
            now += TimeSpan.FromSeconds(4);
            Assert.False(supervisor.OnFailure(now).GivesUp);
        }
    }

    [Fact]
    public void Jitter_keeps_between_half_and_the_whole()
    {
        for (int failures = 1; failures < 100; failures++)
        {
            TimeSpan whole = BackOff.After(failures, Options.BackOffMin, Options.BackOffMax);
            Assert.InRange(BackOff.AfterWithJitter(failures, Options.BackOffMin, Options.BackOffMax), whole / 2, whole);
        }
    }
}
