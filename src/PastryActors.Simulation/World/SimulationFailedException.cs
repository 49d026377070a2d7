using System.Globalization;
using PastryActors.Core.Driving;

namespace PastryActors.Simulation.World;

/// <summary>The run found a defect. The message tells how to find it again: the seed, the virtual time and the node.</summary>
public sealed class SimulationFailedException(string what, ulong seed, Instant at, Exception? cause = null)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"{what} (seed {seed}, at {TimeSpan.FromTicks(at.Ticks):c})"), cause)
{
    /// <summary>The world's seed: the same seed fails again.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>The virtual time of the failure.</summary>
    public Instant At { get; } = at;
}
