using PastryActors.Core.Ring;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// What is true of a ring for one who sees all of it at once: who is the root of a key, which nodes belong into whose leaf set. Its
/// answers come from a sorted list and share no code with the overlay that they judge.
/// </summary>
public sealed class RingTruth
{
    private readonly RingId[] _ids;

    /// <summary>The truth about a ring of these nodes.</summary>
    public RingTruth(IEnumerable<RingId> ids)
    {
        _ids = [.. ids.Distinct()];
        Array.Sort(_ids);
    }

    /// <summary>The truth about the nodes of a world that are up, or about those of them that <paramref name="where"/> admits.</summary>
    public static RingTruth Of(SimWorld world, Func<SimNode, bool>? where = null) =>
        new(world.Nodes.Where(n => n.IsUp && (where is null || where(n))).Select(n => n.Id));

    /// <summary>All ids, ascending.</summary>
    public IReadOnlyList<RingId> Ids => _ids;

    /// <summary>The root of a key: the id numerically closest to it; of two at the same distance the smaller. The ring must not be empty.</summary>
    public RingId Root(RingId key) => Closest(key, 1)[0];

    /// <summary>The <paramref name="count"/> ids closest to a key (all, if there are fewer), closest first.</summary>
    public IReadOnlyList<RingId> Closest(RingId key, int count)
    {
        var closest = new List<RingId>(Math.Min(count, _ids.Length));
        int right = FirstAtOrAfter(key);
        int left = right - 1;
        while (closest.Count < count && closest.Count < _ids.Length)
        {
            RingId clockwise = At(right);
            RingId counter = At(left);
            bool takeRight = IsCloser(key, clockwise, counter);
            closest.Add(takeRight ? clockwise : counter);
            if (takeRight) right++;
            else left--;
        }

        return closest;
    }

    /// <summary>The clockwise (right) side of a node's leaf set: its <paramref name="count"/> successors, nearest first, without itself.</summary>
    public IReadOnlyList<RingId> Right(RingId id, int count) => Side(id, count, 1);

    /// <summary>The counter-clockwise (left) side of a node's leaf set: its <paramref name="count"/> predecessors, nearest first, without itself.</summary>
    public IReadOnlyList<RingId> Left(RingId id, int count) => Side(id, count, -1);

    /// <summary>The members of the leaf set that a node of the ring should have, ascending.</summary>
    /// <param name="id">The node; must be in the ring.</param>
    /// <param name="size">The paper's L.</param>
    public IReadOnlyList<RingId> LeafSet(RingId id, int size) =>
        [.. Left(id, size / 2).Concat(Right(id, size / 2)).Distinct().Order()];

    private List<RingId> Side(RingId id, int count, int step)
    {
        int at = Array.BinarySearch(_ids, id);
        if (at < 0) throw new ArgumentException($"{id} is not in the ring", nameof(id));
        var side = new List<RingId>(count);
        for (int i = 1; i <= count && i < _ids.Length; i++) side.Add(At(at + (i * step)));
        return side;
    }

    private int FirstAtOrAfter(RingId key)
    {
        int at = Array.BinarySearch(_ids, key);
        return at >= 0 ? at : ~at;
    }

    private RingId At(int index) => _ids[((index % _ids.Length) + _ids.Length) % _ids.Length];

    private static bool IsCloser(RingId key, RingId a, RingId b)
    {
        UInt128 toA = UInt128.Min(unchecked(a.Value - key.Value), unchecked(key.Value - a.Value));
        UInt128 toB = UInt128.Min(unchecked(b.Value - key.Value), unchecked(key.Value - b.Value));
        return toA != toB ? toA < toB : a.Value <= b.Value;
    }
}
