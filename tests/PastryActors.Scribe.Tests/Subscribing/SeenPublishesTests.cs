using PastryActors.Core.Driving;
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
        Assert.True(Mark(A, 1, 2000));
        Assert.True(Mark(A, 1, 2000 - 1023));
        Assert.False(Mark(A, 1, 2000 - 1024));
        Assert.True(Mark(A, 1, 1 << 20));
        Assert.False(Mark(A, 1, 2000));
        Assert.True(Mark(A, 1, (1 << 20) - 1023));
        Assert.False(Mark(A, 1, (1 << 20) - 1024));
        Assert.True(Mark(A, 1, 1UL << 62));
        Assert.False(Mark(A, 1, 1 << 20));
        Assert.False(Mark(A, 1, 0));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1022)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    public void A_jump_leaves_what_was_skipped_and_forgets_what_falls_out(int jump)
    {
        for (ulong number = 5000; number < 5100; number++) Assert.True(Mark(A, 1, number));
        ulong highest = 5099 + (ulong)jump;
        Assert.True(Mark(A, 1, highest));
        for (ulong number = highest - 1100; number <= highest; number++)
        {
            bool isGiven = highest - number >= 1024 || number is >= 5000 and < 5100 || number == highest;
            Assert.NotEqual(isGiven, Mark(A, 1, number));
            Assert.False(Mark(A, 1, number));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_says_what_a_set_of_all_numbers_says(ulong seed)
    {
        var random = new RandomSource(seed);
        var given = new HashSet<ulong>();
        ulong highest = 0;
        for (int step = 0; step < 50_000; step++)
        {
            // Phases of order, of a little disorder, and of jumps about as far as the window goes.
            ulong number = (step / 2000 % 3, random.Next(20)) switch
            {
                (0, _) or (1, > 8) => highest + 1,
                (1, _) or (2, > 0) => highest - Math.Min(highest, (ulong)random.Next(1030)),
                _ => highest + (ulong)random.Next(1030),
            };
            bool isFresh = number > highest || (highest - number < 1024 && !given.Contains(number));
            Assert.Equal(isFresh || step == 0, Mark(A, 1, number));
            given.Add(number);
            highest = Math.Max(highest, number);
        }
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
