using PastryActors.Core.Driving;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Storage;

/// <summary>
/// How much room simulated nodes have: the distributions d1 to d4 of PAST's experiments (SOSP 2001, table 1), normal ones cut off at both ends. A
/// node's capacity depends on the seed and its index alone.
/// </summary>
/// <param name="Mean">Of the normal distribution, in MB (10^6 bytes).</param>
/// <param name="Deviation">Its standard deviation.</param>
/// <param name="Least">What is drawn below is drawn again.</param>
/// <param name="Most">What is drawn above is drawn again.</param>
public sealed record CapacityDraw(double Mean, double Deviation, double Least, double Most)
{
    private const double BytesPerUnit = 1e6;

    /// <summary>The distribution of a name (d1, d2, d3, d4); null if there is none.</summary>
    public static CapacityDraw? Named(string name) => name switch
    {
        "d1" => new CapacityDraw(27, 10.8, 2, 51),
        "d2" => new CapacityDraw(27, 9.6, 4, 49),
        "d3" => new CapacityDraw(27, 54, 6, 48),
        "d4" => new CapacityDraw(27, 54, 1, 53),
        _ => null,
    };

    /// <summary>The capacity of a node in bytes.</summary>
    public long Of(ulong seed, int node)
    {
        var random = new RandomSource(Mixing.Of(seed, 0x43415041, (ulong)node));
        double value;
        do value = Mean + (Deviation * FileTrace.Normal(random));
        while (value < Least || value > Most);
        return (long)(value * BytesPerUnit);
    }
}
