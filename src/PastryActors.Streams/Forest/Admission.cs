using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Forest;

/// <summary>One who is, or wants to be, a child.</summary>
/// <param name="Stripe">The key of the stripe.</param>
/// <param name="IsOwn">Whether the stripe belongs to the node that serves it: it shares the first digit, or is its root.</param>
internal readonly record struct Applicant(RingId Stripe, bool IsOwn, RingId Child, bool CanForward);

/// <summary>
/// Whom a node that serves as many as it offers turns away when one more comes (SOSP 2003, section 3.3): a child of a stripe that does not
/// belong to it; if there is none, the child of its own stripe whose id shares the least with the stripe's key. The paper takes the prospective
/// child if it is among several that are equally fit, and one at random otherwise.
/// </summary>
internal static class Admission
{
    /// <summary>The place of the one turned away among the children; null if it is the newcomer itself.</summary>
    public static int? TurnedAway(IReadOnlyList<Applicant> children, Applicant newcomer, RandomSource random)
    {
        if (!newcomer.IsOwn) return null;
        List<int> foreign = [.. Enumerable.Range(0, children.Count).Where(i => !children[i].IsOwn)];
        if (foreign.Count > 0) return foreign[random.Next(foreign.Count)];
        return OfOwn(children, newcomer, random);
    }

    /// <summary>
    /// With several own stripes (a root of more than one in a small ring, or several channels) the one with most children gives: no stripe
    /// loses its only child to another.
    /// </summary>
    private static int? OfOwn(IReadOnlyList<Applicant> children, Applicant newcomer, RandomSource random)
    {
        RingId stripe = Fullest(children, newcomer);
        int[] ofStripe = [.. Enumerable.Range(0, children.Count).Where(i => children[i].Stripe == stripe)];
        if (ofStripe.Length == 0) return null;
        int least = ofStripe.Min(i => Fitness(children[i]));
        if (newcomer.Stripe == stripe && Fitness(newcomer) <= least) return null;
        int[] worst = [.. ofStripe.Where(i => Fitness(children[i]) == least)];
        return worst[random.Next(worst.Length)];
    }

    /// <summary>The stripe with most children, the newcomer counted; of equal ones the newcomer's.</summary>
    private static RingId Fullest(IReadOnlyList<Applicant> children, Applicant newcomer)
    {
        var counts = new SortedDictionary<RingId, int> { [newcomer.Stripe] = 1 };
        foreach (Applicant child in children) counts[child.Stripe] = counts.GetValueOrDefault(child.Stripe) + 1;
        int most = counts.Values.Max();
        return counts[newcomer.Stripe] == most ? newcomer.Stripe : counts.First(c => c.Value == most).Key;
    }

    /// <summary>Digits that a child shares with the stripe. One that forwards nothing is of no use above others, whatever its id.</summary>
    private static int Fitness(Applicant one) => one.CanForward ? one.Child.SharedPrefixLength(one.Stripe, ChannelName.DigitBits) : 0;
}
