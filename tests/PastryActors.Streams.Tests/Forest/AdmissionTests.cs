using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Forest;

namespace PastryActors.Streams.Tests.Forest;

/// <summary>Whom a full node turns away (SOSP 2003, section 3.3), on keys of a few digits that a reader can compare by eye.</summary>
public sealed class AdmissionTests
{
    private static readonly RingId Own = Id(0x8421);
    private static readonly RingId Foreign = Id(0x3421);

    [Fact]
    public void A_newcomer_to_a_stripe_that_is_not_the_nodes_own_is_turned_away() =>
        Assert.Null(TurnedAway(new Applicant(Foreign, false, Id(0x3420), true), OfOwn(0x1000), OfForeign(0x2000)));

    [Fact]
    public void A_child_of_a_foreign_stripe_goes_before_any_of_the_nodes_own() =>
        Assert.Equal(1, TurnedAway(Newcomer(0x1000), OfOwn(0x2000), OfForeign(0x3420), OfOwn(0x8420)));

    [Fact]
    public void Else_the_child_goes_that_shares_least_with_the_stripe() =>
        Assert.Equal(1, TurnedAway(Newcomer(0x8490), OfOwn(0x8400), OfOwn(0x8100), OfOwn(0x8420)));

    [Fact]
    public void A_newcomer_that_shares_no_more_than_the_least_is_turned_away_itself()
    {
        Assert.Null(TurnedAway(Newcomer(0x8200), OfOwn(0x8400), OfOwn(0x8100)));
        Assert.Null(TurnedAway(Newcomer(0x1000), OfOwn(0x2000), OfOwn(0x8100)));
    }

    [Fact]
    public void One_that_forwards_nothing_counts_as_one_that_shares_nothing() =>
        Assert.Equal(0, TurnedAway(Newcomer(0x8100), OfOwn(0x8420) with { CanForward = false }, OfOwn(0x8400)));

    [Fact]
    public void Of_several_own_stripes_the_one_with_most_children_gives()
    {
        Applicant other = new(Id(0x9421), true, Id(0x9420), true);
        Assert.Equal(1, TurnedAway(Newcomer(0x1000), other, other with { Child = Id(0x1001) }));
        // No stripe loses its only child to another.
        Assert.Null(TurnedAway(Newcomer(0x8420), other));
    }

    private static int? TurnedAway(Applicant newcomer, params Applicant[] children) => Admission.TurnedAway(children, newcomer, new RandomSource(1));

    private static Applicant Newcomer(int child) => new(Own, true, Id(child), true);

    private static Applicant OfOwn(int child) => Newcomer(child);

    private static Applicant OfForeign(int child) => new(Foreign, false, Id(child), true);

    private static RingId Id(int digits) => new((UInt128)(uint)digits << 112);
}
