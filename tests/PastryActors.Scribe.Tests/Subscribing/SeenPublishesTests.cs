using PastryActors.Core.Ring;
using PastryActors.Scribe.Subscribing;

namespace PastryActors.Scribe.Tests.Subscribing;

public sealed class SeenPublishesTests
{
    private static readonly RingId A = new(1);
    private readonly SeenPublishes _seen = new(2);
    private ulong _sequence;

    [Fact]
    public void No_publish_is_given_twice_in_whatever_order_they_come()
    {
        foreach (ulong number in (ulong[])[5, 7, 6, 100, 20]) Assert.True(Mark(A, 1, number));
        foreach (ulong number in (ulong[])[5, 6, 7, 20, 100]) Assert.False(Mark(A, 1, number));
        Assert.True(Mark(A, 1, 8));
    }

    [Fact]
    public void What_lies_further_back_than_a_publisher_may_have_open_counts_as_given()
    {
        Assert.True(Mark(A, 1, 1000));
        Assert.True(Mark(A, 1, 1000 - 127));
        Assert.False(Mark(A, 1, 1000 - 128));
        Assert.True(Mark(A, 1, 1 << 20));
        Assert.False(Mark(A, 1, 1000));
        Assert.True(Mark(A, 1, (1 << 20) - 127));
    }

    [Fact]
    public void A_publisher_that_started_again_counts_anew_and_its_past_is_over()
    {
        Assert.True(Mark(A, 1, 5));
        Assert.True(Mark(A, 2, 5));
        Assert.False(Mark(A, 1, 6));
        Assert.False(Mark(A, 2, 5));
    }

    [Fact]
    public void Who_published_longest_ago_is_forgotten_first()
    {
        Assert.True(Mark(A, 1, 1));
        Assert.True(Mark(new RingId(2), 1, 1));
        Assert.True(Mark(A, 1, 2));
        Assert.True(Mark(new RingId(3), 1, 1));
        Assert.False(Mark(A, 1, 1));
        Assert.False(Mark(new RingId(3), 1, 1));
        Assert.True(Mark(new RingId(2), 1, 1));
    }

    private bool Mark(RingId publisher, uint incarnation, ulong number) => _seen.TryMark(publisher, incarnation, number, ++_sequence);
}
