using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// What the members of a joining node's leaf set do not know of each other. Two nodes that join at the same moment are both met by a
/// third that asked them before it knew either; only the third can tell. In: answers to probes. Out: whom to tell.
/// </summary>
internal sealed class JoinNews(int halfSize)
{
    private Dictionary<RingId, ValueList<NodeHandle>>? _answers;

    /// <summary>A member answered with its leaf set.</summary>
    public void Answered(RingId member, ValueList<NodeHandle> leafs) => (_answers ??= [])[member] = leafs;

    /// <summary>Those of <paramref name="members"/> that, by their answers, lack one of the others in their leaf sets. Forgets the answers.</summary>
    public List<NodeHandle> Uninformed(IReadOnlyList<NodeHandle> members)
    {
        List<NodeHandle> uninformed = [];
        if (_answers is null) return uninformed;
        foreach (NodeHandle member in members)
        {
            if (_answers.TryGetValue(member.Id, out ValueList<NodeHandle> known) && members.Any(other => Lacks(member.Id, known, other.Id))) uninformed.Add(member);
        }

        _answers = null;
        return uninformed;
    }

    /// <summary>Whether a node would belong to a member's leaf set, but is not among those that the member named.</summary>
    private bool Lacks(RingId member, ValueList<NodeHandle> known, RingId other)
    {
        if (other == member) return false;
        foreach (NodeHandle node in known)
        {
            if (node.Id == other) return false;
        }

        int clockwise = 0;
        int counter = 0;
        foreach (NodeHandle node in known)
        {
            if (member.ClockwiseTo(node.Id) < member.ClockwiseTo(other)) clockwise++;
            if (node.Id.ClockwiseTo(member) < other.ClockwiseTo(member)) counter++;
        }

        return clockwise < halfSize || counter < halfSize;
    }
}
