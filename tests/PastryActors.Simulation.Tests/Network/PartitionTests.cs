using PastryActors.Simulation.Network;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Network;

public sealed class PartitionTests
{
    private readonly SimWorld _world = new(1);
    private readonly SimNode[] _nodes;

    public PartitionTests() => _nodes = _world.AddToys(4);

    [Fact]
    public void A_cut_loses_in_silence_what_crosses_it_either_way_and_nothing_else()
    {
        Partition cut = _world.Network.Cut([_nodes[0], _nodes[1]], [_nodes[2]]);
        Assert.Equal([(0, 1), (0, 3), (1, 0), (1, 3), (2, 3), (3, 0), (3, 1), (3, 2)], Arrivals());
        Assert.Equal(4, _world.Counters.LostBy(LossReason.Partition));
        Assert.DoesNotContain(_nodes, n => n.Toy().Times(Core.Driving.NodeEventKind.LinkFailed).Any());
        _world.Network.Heal(cut);
        Assert.Equal(12, Arrivals().Count);
    }

    [Fact]
    public void A_one_way_cut_lets_the_other_way_pass()
    {
        _world.Network.Cut([_nodes[0]], [_nodes[1], _nodes[2], _nodes[3]], oneWay: true);
        Assert.DoesNotContain(Arrivals(), a => a.From == 0);
        Assert.Equal(3, _world.Counters.LostBy(LossReason.Partition));
    }

    [Fact]
    public void A_cut_without_another_side_is_from_all_others_also_from_later_ones()
    {
        _world.Network.Cut([_nodes[0], _nodes[1]]);
        SimNode late = _world.AddToy();
        _world.Ping(late, _nodes[0]);
        Assert.Equal([(0, 1), (1, 0), (2, 3), (3, 2)], Arrivals());
        Assert.Equal(9, _world.Counters.LostBy(LossReason.Partition));
    }

    [Fact]
    public void A_cut_can_be_planned_and_heals_in_time()
    {
        _world.Network.CutBetween(Toys.AtMilliseconds(100), Toys.AtMilliseconds(200), [_nodes[0]]);
        foreach (int milliseconds in new[] { 99, 100, 199, 200 })
        {
            _world.At(Toys.AtMilliseconds(milliseconds), () => _world.Ping(_nodes[0], _nodes[1], milliseconds));
        }

        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([99, 200], _nodes[1].Toy().Pings());
    }

    /// <summary>Has every node ping every other, and answers which pings came through, by sender and receiver.</summary>
    private List<(int From, int To)> Arrivals()
    {
        foreach (SimNode node in _nodes) node.Toy().Seen.Clear();
        foreach (SimNode from in _nodes)
        {
            foreach (SimNode to in _nodes.Where(n => n != from)) _world.Ping(from, to, from.Index);
        }

        _world.RunFor(TimeSpan.FromSeconds(1));
        return [.. _nodes.SelectMany(to => to.Toy().Pings().Select(from => (From: from, To: to.Index))).Order()];
    }
}
