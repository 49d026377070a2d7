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
    public CheckResult Conclude(SimWorld world) =>
        new(Name, FirstProblem(world, leafSetSize) is null, FirstProblem(world, leafSetSize) ?? string.Create(CultureInfo.InvariantCulture, $"{world.Nodes.Count(static n => n.IsUp)} leaf sets are exact"));

    /// <summary>The first live node whose leaf set is not what it should be, in words; null if all are right.</summary>
    public static string? FirstProblem(SimWorld world, int leafSetSize)
    {
        SimNode[] live = [.. world.Nodes.Where(static n => n.IsUp)];
        if (live.Length == 0) return "no node is up";
        RingId[] ids = [.. live.Select(static n => n.Id)];
        Array.Sort(ids, live);
        int side = Math.Min(leafSetSize / 2, live.Length - 1);
        for (int at = 0; at < live.Length; at++)
        {
            PastryNode? core = SimRing.CoreOf(live[at]);
            if (core is not { IsActive: true }) return $"{live[at]} is not active";
            if (!Knows(core, ids, at, side)) return $"{live[at]} knows other neighbours than its {side} nearest on either side";
        }

        return null;
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
