using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Membership;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>The memory of who failed.</summary>
public sealed class FailedNodesTests
{
    private static readonly Instant Now = new(TimeSpan.TicksPerDay);

    private readonly FailedNodes _failed = new();

    [Fact]
    public void A_later_start_of_a_failed_node_has_not_failed()
    {
        Add(Peers.Of(1, incarnation: 2));
        Assert.True(_failed.Contains(Peers.Of(1, incarnation: 2)));
        Assert.True(_failed.Contains(Peers.Of(1, incarnation: 1)));
        Assert.False(_failed.Contains(Peers.Of(1, incarnation: 3)));
        Assert.False(_failed.Contains(Peers.Of(2)));
    }

    [Fact]
    public void A_failure_is_told_from_one_before_a_moment()
    {
        Add(Peers.Of(1));
        Assert.True(_failed.Contains(Peers.Of(1), since: Now));
        Assert.False(_failed.Contains(Peers.Of(1), since: Now + TimeSpan.FromTicks(1)));
        Assert.False(_failed.Contains(Peers.Of(1, incarnation: 2), since: Now));
    }

    [Fact]
    public void A_node_that_fails_again_stands_once_and_last()
    {
        foreach (NodeHandle node in Peers.All(1, 2, 1)) Add(node);
        Assert.Equal([2, 1], Peers.Names(_failed.List));
    }

    [Fact]
    public void A_node_is_struck_off_once()
    {
        Add(Peers.Of(1));
        Assert.Equal(new FailedNode(Peers.Of(1), Now, WasSilent: true, WasLeaf: false), _failed.Remove(Peers.Id(1)));
        Assert.Null(_failed.Remove(Peers.Id(1)));
    }

    [Fact]
    public void When_it_is_full_the_longest_failed_makes_room()
    {
        for (int i = 0; i <= FailedNodes.CountMax; i++) Add(Peers.Of(i));
        Assert.Equal(FailedNodes.CountMax, _failed.List.Count);
        Assert.False(_failed.Contains(Peers.Of(0)));
        Assert.True(_failed.Contains(Peers.Of(1)));
    }

    private void Add(NodeHandle node) => _failed.Add(new FailedNode(node, Now, WasSilent: true, WasLeaf: false));
}
