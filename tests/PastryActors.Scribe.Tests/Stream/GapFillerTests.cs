using PastryActors.Core.Driving;
using PastryActors.Scribe.Stream;

namespace PastryActors.Scribe.Tests.Stream;

public sealed class GapFillerTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private readonly GapFiller _gap = new();

    [Fact]
    public void Parent_and_root_are_asked_in_turns()
    {
        _gap.Begin(5, At(0));
        Assert.Equal([GapStep.AskParent, GapStep.AskRoot, GapStep.AskParent], Enumerable.Range(0, 3).Select(i => _gap.Step(5, At(i), Timeout)));
    }

    [Fact]
    public void A_parent_that_has_nothing_leaves_the_turn_to_the_root()
    {
        _gap.Begin(5, At(0));
        _gap.Step(5, At(0), Timeout);
        _gap.TurnToRoot();
        Assert.Equal(GapStep.AskRoot, _gap.Step(5, At(1), Timeout));
    }

    [Fact]
    public void A_hole_that_stands_too_long_is_given_up()
    {
        _gap.Begin(5, At(0));
        Assert.Equal(GapStep.GiveUp, _gap.Step(5, At(10), Timeout));
    }

    [Fact]
    public void Progress_starts_the_time_anew()
    {
        _gap.Begin(5, At(0));
        Assert.Equal(GapStep.AskParent, _gap.Step(6, At(10), Timeout));
        Assert.Equal(GapStep.AskRoot, _gap.Step(6, At(19), Timeout));
        Assert.Equal(GapStep.GiveUp, _gap.Step(6, At(20), Timeout));
    }

    [Fact]
    public void Every_watch_has_a_number_of_its_own()
    {
        _gap.Begin(5, At(0));
        long first = _gap.Watch;
        _gap.End();
        _gap.Begin(9, At(1));
        Assert.NotEqual(first, _gap.Watch);
    }

    private static Instant At(int seconds) => new(TimeSpan.FromSeconds(seconds).Ticks);
}
