using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// The leaf set that this node had before it started, as far as it is not back: when all nodes of a ring start again at once, the first
/// few must not take themselves for the whole of it. Takes the leaf set as it changes; gives who is still awaited.
/// </summary>
internal sealed class FormerNeighbours(ValueList<NodeHandle> remembered, RingId self)
{
    private readonly List<NodeHandle> _awaited = [.. remembered.Where(n => n.Id != self && n.Id != default)];
    private Instant _until = Instant.Never;

    /// <summary>The time begins after which whoever is not back is given up.</summary>
    public void Start(Instant now, TimeSpan patience) => _until = now + patience;

    /// <summary>Whoever is a member again is back; so is, under another id, a process that lost its disk.</summary>
    public void NewLeafs(LeafSet leafs)
    {
        if (_awaited.Count == 0) return;
        foreach (NodeHandle member in leafs.Members()) _awaited.RemoveAll(n => n.Id == member.Id || n.Address == member.Address);
    }

    /// <summary>Who is not back, and not given up.</summary>
    public IReadOnlyList<NodeHandle> Awaited(Instant now)
    {
        if (now >= _until) _awaited.Clear();
        return _awaited;
    }
}
