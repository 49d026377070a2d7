using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Network;

/// <summary>
/// Nodes lie evenly on a square; latency grows with the straight distance (the plane of the Pastry paper's experiments: Middleware
/// 2001, section 3.1). Positions follow from seed and index, so they cost no memory.
/// </summary>
/// <param name="seed">Decides the positions.</param>
/// <param name="diagonal">One-way latency from corner to opposite corner.</param>
/// <param name="floor">One-way latency between nodes at the same place: what the hosts themselves take.</param>
public sealed class PlaneLatency(ulong seed, TimeSpan diagonal, TimeSpan floor = default) : ILatencyModel
{
    private const double Diagonal = 1.4142135623730951;

    /// <inheritdoc/>
    public TimeSpan OneWay(int from, int to)
    {
        (double x, double y) = PositionOf(from);
        (double u, double v) = PositionOf(to);
        double distance = Math.Sqrt(((x - u) * (x - u)) + ((y - v) * (y - v)));
        return floor + (diagonal * (distance / Diagonal));
    }

    /// <summary>Where a node lies in the unit square.</summary>
    public (double X, double Y) PositionOf(int node)
    {
        ulong bits = Mixing.Of(seed, (ulong)node);
        return ((uint)bits / 4294967296.0, (bits >> 32) / 4294967296.0);
    }
}
