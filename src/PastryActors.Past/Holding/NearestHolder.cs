using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Pastry.Tables;

namespace PastryActors.Past.Holding;

/// <summary>
/// Leads lookups to a holder near by (Middleware 2001, section 2.5: "locating the nearest among k nodes"). In: a lookup that goes on
/// from here, and its next hop by the overlay's rule. Out: the hop to take instead. A node that knows the k closest sends it to
/// the nearest of them, once; one that does not, but can tell from the density of ids that a node near by does, sends it there first.
/// </summary>
internal sealed class NearestHolder(PastContext context)
{
    /// <summary>
    /// How many times farther than the next hop a node that knows the k closest may be to be asked in its place. The next hop of a
    /// node that is no such one would take another, about four times as long as itself (2^(b/2), Castro et al. 2002).
    /// </summary>
    private const int DetourMax = 2;

    /// <summary>Chooses where a lookup goes on, and answers the request to send there.</summary>
    /// <param name="asker">Has not got it, or would not ask.</param>
    /// <param name="next">The next hop by the overlay's rule; this node itself at the root, whose word is the last.</param>
    public LookupRequest Choose(LookupRequest lookup, NodeHandle asker, ref NodeHandle next)
    {
        if (lookup.Chosen || next.Id == context.Host.Self.Id) return lookup;
        RingId key = lookup.Object.Key;
        int replicas = context.Options.Replicas;
        if (!context.Knows(key, replicas))
        {
            next = TowardsTheSet(key, replicas, asker, next);
            return lookup;
        }

        if (Nearest(context.Host.Leafs.ReplicaSet(key, replicas), asker, TimeSpan.MaxValue) is not { } holder) return lookup;
        next = holder;

        // From a holder that lacks the object the way leads to the root, or two could send it to each other for ever.
        return lookup with { Chosen = true };
    }

    private NodeHandle TowardsTheSet(RingId key, int replicas, NodeHandle asker, NodeHandle next)
    {
        LeafSetView leafs = context.Host.Leafs;
        TimeSpan toNext = context.Host.RoundTrip(next) ?? TimeSpan.MaxValue;
        UInt128 away = next.Id.DistanceTo(key);

        // In halves of a spacing: as far as the k closest lie from the key, and as far as a node may be to have them all in its leaf set.
        UInt128 holders = Reach(leafs, replicas), knowing = Reach(leafs, leafs.Capacity - (2 * replicas));
        if (away <= holders) return NearestWithin(holders, toNext) ?? next;
        bool tolerant = away > knowing && toNext < TimeSpan.MaxValue / DetourMax;
        return NearestWithin(knowing, tolerant ? toNext * DetourMax : toNext) ?? next;

        NodeHandle? NearestWithin(UInt128 reach, TimeSpan below) =>
            Nearest(context.Host.NextHops(key).Where(n => n.Id.DistanceTo(key) <= reach), asker, below);
    }

    private static UInt128 Reach(LeafSetView leafs, int halfSpacings)
    {
        UInt128 half = leafs.MeanSpacing / 2;
        if (halfSpacings <= 0) return 0;
        return half > UInt128.MaxValue / (UInt128)halfSpacings ? UInt128.MaxValue : half * (UInt128)halfSpacings;
    }

    /// <summary>Of those whose distance was measured the nearest that is nearer than that.</summary>
    private NodeHandle? Nearest(IEnumerable<NodeHandle> nodes, NodeHandle asker, TimeSpan below)
    {
        NodeHandle? nearest = null;
        foreach (NodeHandle node in nodes)
        {
            if (node.Id == context.Host.Self.Id || node.Id == asker.Id || context.Host.RoundTrip(node) is not { } roundTrip || roundTrip >= below) continue;
            (nearest, below) = (node, roundTrip);
        }

        return nearest;
    }
}
