using PastryActors.Core.Driving;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>How often each kind of fact was reported, and the sum of its values.</summary>
public sealed class FactCounts : IFactListener
{
    private readonly Dictionary<FactKind, (long Count, long Sum)> _facts = [];

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
        (long count, long sum) = _facts.GetValueOrDefault(fact.Kind);
        _facts[fact.Kind] = (count + 1, sum + fact.Value);
    }

    /// <summary>How often a kind was reported.</summary>
    public long Count(FactKind kind) => _facts.GetValueOrDefault(kind).Count;

    /// <summary>Sum of the values reported with a kind.</summary>
    public long Sum(FactKind kind) => _facts.GetValueOrDefault(kind).Sum;
}
