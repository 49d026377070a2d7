using System.Globalization;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Ends a run in which nodes keep each other, or themselves, busy for nothing: virtual time then all but stands still, and a run that
/// should have failed would never end. To be looked at now and then while the world runs.
/// </summary>
internal sealed class StormGuard(SimWorld world)
{
    /// <summary>Events over which the rate is taken: a burst, as of a whole ring that joins at once, is no storm.</summary>
    private const long WindowEvents = 1 << 22;

    /// <summary>Events a node may have in a virtual second. The busiest workloads stay below some hundreds.</summary>
    private const double RateMax = 10_000;

    private long _windowEvents = world.Counters.Events;
    private long _windowTicks = world.Now.Ticks;

    /// <exception cref="SimulationFailedException">There is a storm.</exception>
    public void Look()
    {
        long events = world.Counters.Events - _windowEvents;
        if (events < WindowEvents) return;
        double rate = events / Math.Max(1e-6, TimeSpan.FromTicks(world.Now.Ticks - _windowTicks).TotalSeconds) / Math.Max(1, world.Live.Count);
        if (rate > RateMax)
            throw new SimulationFailedException(string.Create(CultureInfo.InvariantCulture, $"a storm of {rate:0} events a second and node"), world.Seed, world.Now);
        (_windowEvents, _windowTicks) = (world.Counters.Events, world.Now.Ticks);
    }
}
