namespace PastryActors.Simulation.Network;

/// <summary>A topology whose latencies are those of paths over links, so that one can count what every link carries.</summary>
public interface ILinkTopology : ILatencyModel
{
    /// <summary>Adds to <paramref name="links"/> the directed links of the path from one node to another, in order: ids of at most 64 bits that no two links share.</summary>
    void AddPath(int from, int to, List<long> links);
}
