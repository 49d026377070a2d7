using PastryActors.Core.Driving;

namespace PastryActors.Simulation.Storage;

/// <summary>
/// Sizes of files as a web proxy saw them (SOSP 2001, section 5: the NLANR trace, 1,863,055 files, median 1,312 bytes, mean 10,517, largest
/// 138 MB). The trace itself cannot be had; this one has its count, median, mean and maximum, and its bytes in few large files: mostly
/// log-normal, and Pareto for one in forty.
/// </summary>
public sealed class FileTrace(RandomSource random)
{
    /// <summary>Files of the whole trace, for 2,250 nodes.</summary>
    public const int FullCount = 1_863_055;

    /// <summary>Nodes that the whole trace is for.</summary>
    public const int FullNodes = 2250;

    private const double LargeShare = 0.0255;
    private const double LargeLeast = 50_000;
    private const double LargeMost = 138e6;
    private const double LargeShape = 1.1;
    private const double SmallMedian = 1257;
    private const double SmallSpread = 1.30;

    /// <summary>The size of the next file in bytes.</summary>
    public int Next() => random.NextDouble() < LargeShare ? NextLarge() : (int)(SmallMedian * Math.Exp(SmallSpread * Normal(random)));

    /// <summary>A number of the normal distribution (Box and Muller).</summary>
    public static double Normal(RandomSource random)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private int NextLarge()
    {
        double size;
        do size = LargeLeast * Math.Pow(1 - random.NextDouble(), -1 / LargeShape);
        while (size > LargeMost);
        return (int)size;
    }
}
