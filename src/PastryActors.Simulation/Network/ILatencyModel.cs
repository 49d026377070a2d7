namespace PastryActors.Simulation.Network;

/// <summary>
/// How long a message takes from one node to another, before jitter and load. Nodes are known by their index in the world. The
/// answer must be the same for the same pair at any time, or messages of one lane would overtake each other.
/// </summary>
public interface ILatencyModel
{
    /// <summary>One-way latency; not negative.</summary>
    TimeSpan OneWay(int from, int to);
}

/// <summary>Every node is equally far from every other: the network without locality.</summary>
public sealed class ConstantLatency(TimeSpan oneWay) : ILatencyModel
{
    /// <inheritdoc/>
    public TimeSpan OneWay(int from, int to) => oneWay;
}
