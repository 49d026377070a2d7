using PastryActors.Core.Driving;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>How often each kind of fact was reported, and the sum of its values.</summary>
public sealed class FactCounts : IFactListener
{
    private readonly long[] _counts = new long[byte.MaxValue + 1];
    private readonly long[] _sums = new long[byte.MaxValue + 1];

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
        _counts[(byte)fact.Kind]++;
        _sums[(byte)fact.Kind] += fact.Value;
    }

    /// <summary>How often a kind was reported.</summary>
    public long Count(FactKind kind) => _counts[(byte)kind];

    /// <summary>Sum of the values reported with a kind.</summary>
    public long Sum(FactKind kind) => _sums[(byte)kind];
}
