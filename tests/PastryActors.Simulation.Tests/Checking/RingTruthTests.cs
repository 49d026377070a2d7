using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Checking;

public sealed class RingTruthTests
{
    private static readonly RingId[] Ids = [Id(10), Id(20), Id(30), Id(40), Id(50)];
    private readonly RingTruth _truth = new(Ids.Reverse());

    [Fact]
    public void The_closest_are_those_of_the_definition()
    {
        var random = new RandomSource(3);
        RingId[] ids = [.. Enumerable.Range(0, 50).Select(_ => random.NextRingId())];
        var truth = new RingTruth(ids);
        for (int i = 0; i < 500; i++)
        {
            RingId key = random.NextRingId();
            IEnumerable<RingId> expected = ids.OrderBy(id => key.DistanceTo(id)).ThenBy(id => id);
            Assert.Equal(expected.Take(5), truth.Closest(key, 5));
            Assert.Equal(expected.First(), truth.Root(key));
        }
    }

    [Fact]
    public void Of_two_at_the_same_distance_the_smaller_is_the_root()
    {
        Assert.Equal(Id(20), _truth.Root(Id(25)));
        RingId low = Id(10);
        var high = new RingId(unchecked((UInt128)0 - 10));
        Assert.Equal(low, new RingTruth([low, high]).Root(Id(0)));
    }

    [Fact]
    public void Sides_wrap_around_the_ring_and_end_before_the_node_itself()
    {
        Assert.Equal([Id(20), Id(30)], _truth.Right(Id(10), 2));
        Assert.Equal([Id(50), Id(40)], _truth.Left(Id(10), 2));
        Assert.Equal(4, _truth.Right(Id(10), 8).Count);
        Assert.Equal([Id(20), Id(30), Id(40), Id(50)], _truth.LeafSet(Id(10), 16));
        Assert.Equal([Id(10), Id(30)], _truth.LeafSet(Id(20), 2));
        Assert.Throws<ArgumentException>(() => _truth.Left(Id(11), 1));
    }

    [Fact]
    public void Only_nodes_that_are_up_belong_to_the_truth()
    {
        var world = new SimWorld(1);
        SimNode[] nodes = world.AddToys(5);
        world.Crash(nodes[2]);
        Assert.Equal(nodes.Where(n => n.Index != 2).Select(n => n.Id).Order(), RingTruth.Of(world).Ids);
        Assert.Equal(nodes[4].Id, Assert.Single(RingTruth.Of(world, n => n.Index == 4).Ids));
    }

    private static RingId Id(ulong value) => new(value);
}
