using PastryActors.Core.Driving;

namespace PastryActors.Core.Tests.Driving;

/// <summary>Moments of monotonic time.</summary>
public sealed class InstantTests
{
    private static readonly Instant Moment = new(1_000_000);

    [Fact]
    public void A_time_span_added_and_taken_away_again_changes_nothing()
    {
        TimeSpan span = TimeSpan.FromMilliseconds(3);
        Assert.Equal(new Instant(1_030_000), Moment + span);
        Assert.Equal(Moment, Moment + span - span);
        Assert.Equal(span, Moment + span - Moment);
        Assert.Equal(-span, Moment - (Moment + span));
    }

    [Fact]
    public void Moments_order_by_time()
    {
        Instant later = Moment + TimeSpan.FromTicks(1);
        Assert.True(Moment < later && later > Moment && Moment <= later && later >= Moment && Moment.CompareTo(later) < 0);
        Assert.False(Moment > later || later < Moment || Moment >= later || later <= Moment);
        Assert.True(later < Instant.Never);
    }
}
