using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// What is bounded stays bounded: no core threw, no mailbox overflowed, and the events that wait (timers above all) are a few for
/// each node: a timer that is scheduled twice for every once that it fires shows here long before it shows in memory.
/// </summary>
public sealed class BoundChecker : IChecker
{
    /// <summary>Events a node may have waiting after quiescence: its own periodic timers, some dozens of probes and requests, and as many that no longer mean anything.</summary>
    private const int WaitingPerNodeMax = 500;

    private long _dropped;

    /// <inheritdoc/>
    public string Name => "bounds";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
        if (fact.Kind == FactKind.Dropped) _dropped++;
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        long waitingMax = (long)WaitingPerNodeMax * Math.Max(1, world.Live.Count);
        long overflows = world.Counters.LostBy(LossReason.MailboxFull);
        bool ok = world.Waiting <= waitingMax && overflows == 0 && world.Counters.CoreFaults == 0;
        return new CheckResult(Name, ok, string.Create(CultureInfo.InvariantCulture, $"{world.Waiting} events wait, {overflows} overflowed a mailbox, {_dropped} were dropped at a bound, {world.Counters.CoreFaults} cores failed"));
    }
}
