using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>Every lookup is delivered at the live active node that is closest to its key, and nowhere else (consistent routing: DSN 2004, section 3).</summary>
public sealed class DeliveryChecker(LookupBook lookups) : IChecker
{
    /// <inheritdoc/>
    public string Name => "deliveries";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world) => lookups.Wrong.Count == 0
        ? new CheckResult(Name, true, string.Create(CultureInfo.InvariantCulture, $"{lookups.Figures.Delivered} at their roots"))
        : new CheckResult(Name, false, string.Create(CultureInfo.InvariantCulture, $"{lookups.Wrong.Count} wrong, first: {lookups.Wrong[0]}"));
}

/// <summary>No lookup goes in a circle.</summary>
public sealed class LoopChecker(LookupBook lookups) : IChecker
{
    /// <inheritdoc/>
    public string Name => "loops";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world) => lookups.Loops.Count == 0
        ? new CheckResult(Name, true, "none")
        : new CheckResult(Name, false, string.Create(CultureInfo.InvariantCulture, $"{lookups.Loops.Count}, first: {lookups.Loops[0]}"));
}
