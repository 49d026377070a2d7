using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>Who is awaited after a start.</summary>
public sealed class FormerNeighboursTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly NodeHandle Self = Peers.Of(5);

    private readonly FormerNeighbours _former = new([.. Peers.All(1, 2, 3), Self], Self.Id);
    private readonly LeafSet _leafs = new(Self.Id, 8);

    [Fact]
    public void Whoever_is_a_neighbour_again_is_awaited_no_more()
    {
        _former.Start(new Instant(1), Patience);
        _leafs.Add(Peers.Of(2));
        _former.NewLeafs(_leafs);
        Assert.Equal([1, 3], Peers.Names([.. _former.Awaited(new Instant(2))]));
    }

    [Fact]
    public void A_process_that_lost_its_disk_is_back_under_another_id()
    {
        _former.Start(new Instant(1), Patience);
        _leafs.Add(new NodeHandle(new RingId(77), Peers.Of(3).Address, 1));
        _former.NewLeafs(_leafs);
        Assert.Equal([1, 2], Peers.Names([.. _former.Awaited(new Instant(2))]));
    }

    [Fact]
    public void When_the_time_is_over_nobody_is_awaited()
    {
        Instant start = new(1);
        _former.Start(start, Patience);
        Assert.Equal(3, _former.Awaited(start + Patience - TimeSpan.FromTicks(1)).Count);
        Assert.Empty(_former.Awaited(start + Patience));
    }
}
