using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Checking;

public sealed class CutSidesTests
{
    private readonly CutSides _sides = new();
    private readonly SimWorld _world = new(1);
    private readonly SimNode[] _nodes;

    public CutSidesTests() => _nodes = [.. Enumerable.Range(0, 4).Select(_ => _world.AddToy())];

    [Fact]
    public void Nodes_are_together_if_no_cut_ever_parted_them()
    {
        Assert.True(_sides.AreTogether(_nodes[0], _nodes[3]));
        _world.RunFor(TimeSpan.FromSeconds(1));
        _sides.Cut(_nodes[..2], _world.Now);
        Assert.Equal((true, false, true), (_sides.AreTogether(_nodes[0], _nodes[1]), _sides.AreTogether(_nodes[1], _nodes[2]), _sides.AreTogether(_nodes[2], _nodes[3])));
        _sides.Cut([_nodes[0]], _world.Now);
        Assert.False(_sides.AreTogether(_nodes[0], _nodes[1]));
        _sides.Heal(_world.Now);
        Assert.False(_sides.AreTogether(_nodes[0], _nodes[1]));
        _sides.Forget();
        Assert.True(_sides.AreTogether(_nodes[0], _nodes[1]));
    }

    [Fact]
    public void A_side_is_in_one_piece_while_it_lost_fewer_neighbours_in_a_row_than_half_a_leaf_set()
    {
        SimNode[] ring = [.. _nodes.OrderBy(static n => n.Id)];
        _sides.Cut([ring[1], ring[2]], _world.Now);
        Assert.True(_sides.IsInOnePiece(_world, ring[0], leafSetSize: 6));
        Assert.False(_sides.IsInOnePiece(_world, ring[0], leafSetSize: 4));
        Assert.True(_sides.IsInOnePiece(_world, ring[1], leafSetSize: 6));
        _world.Crash(ring[3]);
        Assert.False(_sides.IsInOnePiece(_world, ring[0], leafSetSize: 6));
    }

    [Fact]
    public void Who_starts_after_a_cut_was_mended_may_be_on_either_side()
    {
        _sides.Cut(_nodes[..2], _world.Now);
        _world.RunFor(TimeSpan.FromSeconds(1));
        SimNode within = _world.AddToy();
        _world.RunFor(TimeSpan.FromSeconds(1));
        _sides.Heal(_world.Now);
        SimNode after = _world.AddToy();
        Assert.True(_sides.AreTogether(_nodes[2], within));
        Assert.False(_sides.AreTogether(_nodes[2], after));
    }
}
