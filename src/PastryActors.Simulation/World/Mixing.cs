namespace PastryActors.Simulation.World;

/// <summary>Numbers that follow from numbers: what depends on a seed and an index alone needs no state and no order of drawing.</summary>
internal static class Mixing
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>The finisher of SplitMix64: every input bit reaches every output bit.</summary>
    public static ulong Finish(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    /// <summary>A number that follows from two.</summary>
    public static ulong Of(ulong a, ulong b) => Finish(unchecked(Finish(a + Golden) + ((b + 1) * Golden)));

    /// <summary>A number that follows from three.</summary>
    public static ulong Of(ulong a, ulong b, ulong c) => Of(Of(a, b), c);
}
