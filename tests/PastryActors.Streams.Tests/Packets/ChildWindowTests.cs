using PastryActors.Core.Driving;
using PastryActors.Streams.Packets;

namespace PastryActors.Streams.Tests.Packets;

public sealed class ChildWindowTests
{
    private static readonly TimeSpan HeldMax = TimeSpan.FromSeconds(4);

    private readonly ChildWindow _window = new();
    private Instant _now = new(1);

    [Fact]
    public void A_child_is_held_back_when_the_window_is_full_and_goes_on_with_what_it_has()
    {
        Assert.True(Send(1));
        Assert.True(Send(2));
        Assert.False(Send(3));
        Assert.True(_window.IsHeld);
        _window.Reached(1, _now, HeldMax);
        Assert.True(Send(4));
        Assert.False(_window.IsHeld);
        Assert.False(Send(5));
    }

    [Fact]
    public void What_was_lost_with_a_link_counts_as_taken_when_something_later_is()
    {
        Send(1);
        Send(2);
        _window.Reached(2, _now, HeldMax);
        Assert.True(Send(3));
        Assert.True(Send(4));
    }

    [Fact]
    public void A_child_that_speaks_and_takes_nothing_for_long_begins_anew()
    {
        Send(1);
        Send(2);
        Send(3);
        _window.Reached(0, _now, HeldMax);
        Assert.False(Send(4));
        _now += TimeSpan.FromSeconds(5);
        _window.Reached(0, _now, HeldMax);
        Assert.True(Send(5));
    }

    [Fact]
    public void Another_stream_begins_with_an_empty_window()
    {
        Send(8);
        Send(9);
        Assert.True(Send(1));
        Assert.True(Send(2));
        Assert.False(Send(3));
    }

    private bool Send(ulong block) => _window.TryAdd(block, 100, 200, _now);
}
