using PastryActors.Client;
using PastryActors.Node.Access;

namespace PastryActors.Node.Tests.Fakes;

/// <summary>Background work that does nothing, and notes what it was ordered.</summary>
internal sealed class FakeUpkeep : INodeUpkeep
{
    public List<RepairOrder> Orders { get; } = [];

    public Task<RepairDescription> DescribeAsync(CancellationToken cancellation) => Task.FromResult(new RepairDescription(
        "0123456789abcdef", Orders.Exists(o => o.Action == "pause"), 0, [], 1, 1, [new BackgroundWorker("scrub", "idle", 0, 0, 1, "", "the last pass ended")]));

    public Task<RepairDescription> SteerAsync(RepairOrder order, CancellationToken cancellation)
    {
        Orders.Add(order);
        return DescribeAsync(cancellation);
    }
}
