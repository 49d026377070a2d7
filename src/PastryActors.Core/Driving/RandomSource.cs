namespace PastryActors.Core.Driving;

/// <summary>
/// The core's only source of chance: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), eight bytes of state, the same numbers for the
/// same seed on every machine. Not for secrets.
/// </summary>
public sealed class RandomSource(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        ulong z = unchecked(_state += 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, <paramref name="bound"/>); the bound must be positive.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An id drawn evenly from the ring.</summary>
    public Ring.RingId NextRingId() => new(new UInt128(NextUInt64(), NextUInt64()));

    /// <summary><paramref name="span"/> scaled by a factor drawn evenly from [1 - spread, 1 + spread], so that periodic work of many nodes does not fall in step.</summary>
    public TimeSpan Jitter(TimeSpan span, double spread = 0.2) => span * (1 + (((2 * NextDouble()) - 1) * spread));
}
