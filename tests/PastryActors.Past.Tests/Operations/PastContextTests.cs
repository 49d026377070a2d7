using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Operations;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Operations;

/// <summary>What a node may conclude from its own leaf set.</summary>
public sealed class PastContextTests
{
    private static readonly RingId Self = new((UInt128)1 << 100);

    private readonly FakeHost _host = new(Self, leafSetSize: 4);
    private readonly PastContext _context;

    public PastContextTests() => _context = new PastContext(_host, new PastOptions(), new Catalog(), Keys.Of("node"), 1);

    [Fact]
    public void A_node_knows_the_holders_around_itself_while_both_sides_of_its_leaf_set_reach_beyond_them()
    {
        Surround();
        Assert.True(_context.Knows(Self, 3));
        Assert.False(_context.Knows(Self.Plus((UInt128)1 << 92), 3));
    }

    [Fact]
    public void A_node_that_lost_one_side_of_its_leaf_set_knows_nobodys_holders_for_sure()
    {
        Surround();
        foreach (NodeHandle lost in _host.LeafSet.Left.ToArray()) _host.LeafSet.Remove(lost.Id);
        Assert.Empty(_host.LeafSet.Left);
        Assert.False(_context.Knows(Self, 1));
    }

    private void Surround()
    {
        for (ulong step = 1; step <= 2; step++)
        {
            UInt128 way = (UInt128)step << 90;
            _host.LeafSet.Add(new NodeHandle(Self.Plus(way), $"right{step}", 1));
            _host.LeafSet.Add(new NodeHandle(Self.Plus(UInt128.Zero - way), $"left{step}", 1));
        }
    }
}
