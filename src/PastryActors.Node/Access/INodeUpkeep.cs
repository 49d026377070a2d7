using PastryActors.Client;

namespace PastryActors.Node.Access;

/// <summary>The background work of the node in this process, for whoever wants to see or steer it. Safe for any thread.</summary>
public interface INodeUpkeep
{
    /// <summary>How it is.</summary>
    Task<RepairDescription> DescribeAsync(CancellationToken cancellation);

    /// <summary>Changes it, and tells how it is then. The order was found to be one that can be carried out (<see cref="Upkeep.RepairOrders"/>).</summary>
    Task<RepairDescription> SteerAsync(RepairOrder order, CancellationToken cancellation);
}
