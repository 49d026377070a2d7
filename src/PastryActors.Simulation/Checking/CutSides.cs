using PastryActors.Core.Driving;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Which nodes could hear of each other all the time since the network was first cut. Between those consistent routing is promised
/// even then: a node must not deliver what belongs to another that it was never parted from.
/// </summary>
internal sealed class CutSides
{
    private readonly List<HashSet<int>> _sides = [];
    private Instant _healedAt = Instant.Never;

    /// <summary>Whether the network was cut since it last converged.</summary>
    public bool WasCut => _sides.Count > 0;

    /// <summary>When it was cut first since it last converged.</summary>
    public Instant Since { get; private set; }

    /// <summary>A side was cut off from all others, both ways.</summary>
    public void Cut(IEnumerable<SimNode> side, Instant now)
    {
        if (!WasCut) Since = now;
        _sides.Add([.. side.Select(static n => n.Index)]);
    }

    /// <summary>A cut was mended. Who starts later may join what was either side.</summary>
    public void Heal(Instant now) => _healedAt = _healedAt < now ? _healedAt : now;

    /// <summary>The ring has converged again: from now on there is one side.</summary>
    public void Forget()
    {
        _sides.Clear();
        _healedAt = Instant.Never;
    }

    /// <summary>
    /// Whether the side of a node lost nowhere as many neighbours in a row as half a leaf set: beyond that no overlay can tell who is
    /// left (Middleware 2001, section 2.3), and small sides of a cut network are beyond it.
    /// </summary>
    public bool IsInOnePiece(SimWorld world, SimNode node, int leafSetSize)
    {
        SimNode[] ring = [.. world.Nodes.OrderBy(static n => n.Id)];
        int start = Array.IndexOf(ring, node);
        int lost = 0;
        for (int i = 1; i <= ring.Length && lost < leafSetSize / 2; i++)
        {
            SimNode next = ring[(start + i) % ring.Length];
            lost = next.IsUp && (next == node || AreTogether(next, node)) ? 0 : lost + 1;
        }

        return lost < leafSetSize / 2;
    }

    /// <summary>Whether two nodes were on the same side of every cut, for sure.</summary>
    public bool AreTogether(SimNode a, SimNode b) =>
        !WasCut || (a.StartedAt < _healedAt && b.StartedAt < _healedAt && _sides.TrueForAll(s => s.Contains(a.Index) == s.Contains(b.Index)));
}
