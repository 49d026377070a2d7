using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// When this node last wrote to its left neighbour and heard from its right one: all that failure detection by structure must know
/// (DSN 2004, section 4.1). A new neighbour starts as one never written to, and never heard from.
/// </summary>
internal sealed class NeighbourClock(LeafSet leafs)
{
    private RingId _left;
    private RingId _right;
    private Instant _sentLeft;
    private Instant _heardRight;

    public void Sent(RingId to, Instant now)
    {
        if (leafs.Left.Count > 0 && leafs.Left[0].Id == to) (_left, _sentLeft) = (to, now);
    }

    public void Heard(RingId from, Instant now)
    {
        if (leafs.Right.Count > 0 && leafs.Right[0].Id == from) (_right, _heardRight) = (from, now);
    }

    /// <summary>When something was last sent to the left neighbour, or null.</summary>
    public Instant? LastSent(RingId left) => _sentLeft != default && _left == left ? _sentLeft : null;

    /// <summary>When something last came from the right neighbour, or null.</summary>
    public Instant? LastHeard(RingId right) => _heardRight != default && _right == right ? _heardRight : null;
}
