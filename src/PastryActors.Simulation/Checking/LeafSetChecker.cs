using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Node;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>After quiescence every live node is active and its leaf set is exactly its nearest live neighbours on either side (Middleware 2001, section 2.3).</summary>
/// <param name="leafSetSize">The paper's L.</param>
public sealed class LeafSetChecker(int leafSetSize) : IChecker
{
    /// <inheritdoc/>
    public string Name => "leafSets";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        string? problem = FirstProblem(world, leafSetSize);
        return new CheckResult(Name, problem is null, problem ?? string.Create(CultureInfo.InvariantCulture, $"{world.Live.Count} leaf sets are exact"));
    }

    /// <summary>The first live node whose leaf set is not what it should be, in words; null if all are right.</summary>
    public static string? FirstProblem(SimWorld world, int leafSetSize) => new LeafSetWatch(world, leafSetSize).FirstProblem();
}

/// <summary>
/// Looks again and again whether all leaf sets are right. It begins where it found something wrong the last time: while a ring of a
/// million nodes grows together, most looks are at one node.
/// </summary>
/// <param name="world">The world whose live nodes are one ring.</param>
/// <param name="leafSetSize">The paper's L.</param>
internal sealed class LeafSetWatch(SimWorld world, int leafSetSize)
{
    private SimNode[] _live = [];
    private RingId[] _ids = [];
    private long _membership = -1;
    private int _at;

    /// <summary>A live node whose leaf set is not what it should be, in words; null if all are right at this moment.</summary>
    public string? FirstProblem()
    {
        Refresh();
        if (_live.Length == 0) return "no node is up";
        int side = Math.Min(leafSetSize / 2, _live.Length - 1);
        for (int looked = 0; looked < _live.Length; looked++)
        {
            if (ProblemAt(_at, side) is { } problem) return problem;
            _at = (_at + 1) % _live.Length;
        }

        return null;
    }

    private void Refresh()
    {
        if (_membership == world.Membership) return;
        _membership = world.Membership;
        _live = [.. world.Live];
        _ids = [.. _live.Select(static n => n.Id)];
        Array.Sort(_ids, _live);
        _at = 0;
    }

    private string? ProblemAt(int at, int side)
    {
        PastryNode? core = SimRing.CoreOf(_live[at]);
        if (core is not { IsActive: true }) return $"{_live[at]} is not active";
        return Knows(core, _ids, at, side) ? null : $"{_live[at]} knows other neighbours than its {side} nearest on either side";
    }

    /// <summary>In a ring that the leaf set spans the sides meet, and only their union says anything.</summary>
    private static bool Knows(PastryNode core, RingId[] ids, int at, int side) => ids.Length - 1 <= 2 * side
        ? core.Leafs.Members().Select(static m => m.Id).Append(ids[at]).Order().SequenceEqual(ids)
        : IsSide(core.Leafs.Right, ids, at, side, 1) && IsSide(core.Leafs.Left, ids, at, side, -1);

    private static bool IsSide(IReadOnlyList<NodeHandle> known, RingId[] ids, int at, int size, int step)
    {
        if (known.Count != size) return false;
        for (int i = 0; i < size; i++)
        {
            int should = (((at + ((i + 1) * step)) % ids.Length) + ids.Length) % ids.Length;
            if (known[i].Id != ids[should]) return false;
        }

        return true;
    }
}
