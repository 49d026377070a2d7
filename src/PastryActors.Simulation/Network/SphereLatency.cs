using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Network;

/// <summary>
/// Nodes lie evenly on a globe; latency grows with the great-circle distance (the sphere topology of Castro et al., 2002). A node's
/// place is computed once and kept: 24 bytes a node.
/// </summary>
/// <param name="seed">Decides the positions.</param>
/// <param name="halfWayRound">One-way latency to the other side of the globe.</param>
/// <param name="floor">One-way latency between nodes at the same place: what the hosts themselves take.</param>
public sealed class SphereLatency(ulong seed, TimeSpan halfWayRound, TimeSpan floor = default) : ILatencyModel
{
    private (double X, double Y, double Z)[] _places = [];

    /// <inheritdoc/>
    public TimeSpan OneWay(int from, int to)
    {
        (double x, double y, double z) = PlaceOf(from);
        (double u, double v, double w) = PlaceOf(to);
        double cosine = Math.Clamp((x * u) + (y * v) + (z * w), -1, 1);
        return floor + (halfWayRound * (Math.Acos(cosine) / Math.PI));
    }

    private (double X, double Y, double Z) PlaceOf(int node)
    {
        if (node >= _places.Length) Grow(node + 1);
        return _places[node];
    }

    private void Grow(int count)
    {
        int known = _places.Length;
        Array.Resize(ref _places, Math.Max(count, Math.Max(16, known * 2)));
        for (int i = known; i < _places.Length; i++) _places[i] = Draw(Mixing.Of(seed, (ulong)i));
    }

    private static (double X, double Y, double Z) Draw(ulong bits)
    {
        // Even height and even longitude are even area (Archimedes).
        double z = ((uint)bits / 2147483648.0) - 1;
        double longitude = (bits >> 32) / 4294967296.0 * 2 * Math.PI;
        double radius = Math.Sqrt(Math.Max(0, 1 - (z * z)));
        return (radius * Math.Cos(longitude), radius * Math.Sin(longitude), z);
    }
}
