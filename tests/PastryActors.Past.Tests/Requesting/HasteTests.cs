using PastryActors.Past.Requesting;

namespace PastryActors.Past.Tests.Requesting;

public sealed class HasteTests
{
    private static readonly PastOptions Options = new() { OvertakeShareMax = 0.1, OvertakeDelayMin = TimeSpan.FromMilliseconds(20) };

    private readonly Haste _haste = new(Options);

    [Fact]
    public void Nobody_is_overtaken_while_too_little_is_known()
    {
        Take(15, 100);
        Assert.Null(_haste.Delay);
        Take(1, 100);
        Assert.Equal(TimeSpan.FromMilliseconds(300), _haste.Delay);
    }

    [Fact]
    public void A_tenth_of_slow_answers_moves_the_delay_no_further()
    {
        for (int i = 0; i < 10; i++)
        {
            Take(9, 100);
            Take(1, 5_000);
        }

        Assert.Equal(TimeSpan.FromMilliseconds(300), _haste.Delay);
    }

    [Fact]
    public void The_delay_follows_a_ring_that_becomes_slower_or_faster()
    {
        Take(100, 100);
        Take(64, 1_000);
        Assert.Equal(TimeSpan.FromSeconds(3), _haste.Delay);
        Take(64, 1);
        Assert.Equal(Options.OvertakeDelayMin, _haste.Delay);
    }

    [Fact]
    public void No_more_is_asked_than_was_earned()
    {
        int asked = 0;
        for (int i = 0; i < 1_000; i++)
        {
            _haste.Began();
            if (_haste.TryOvertake()) asked++;
        }

        Assert.InRange(asked, 100, 110);
    }

    [Fact]
    public void A_share_of_nothing_overtakes_nobody()
    {
        var never = new Haste(Options with { OvertakeShareMax = 0 });
        for (int i = 0; i < 100; i++) never.Took(TimeSpan.FromMilliseconds(1));
        Assert.Null(never.Delay);
    }

    private void Take(int count, int milliseconds)
    {
        for (int i = 0; i < count; i++) _haste.Took(TimeSpan.FromMilliseconds(milliseconds));
    }
}
