using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Tree;

namespace PastryActors.Scribe.Tests.Tree;

public sealed class ChildrenTableTests
{
    private readonly ChildrenTable _table = new(3);

    [Fact]
    public void Children_take_on_further_ones_in_turn()
    {
        for (int i = 1; i <= 3; i++) _table.Add(FakeHost.Peer(new RingId((UInt128)(uint)i)));
        Assert.True(_table.IsFull);
        Assert.Equal(3, Enumerable.Range(0, 3).Select(_ => _table.NextToTakeOn(new RingId(99))).Distinct().Count());
    }

    [Fact]
    public void No_child_is_sent_to_itself()
    {
        _table.Add(FakeHost.Peer(new RingId(1)));
        Assert.Null(_table.NextToTakeOn(new RingId(1)));
        _table.Add(FakeHost.Peer(new RingId(2)));
        for (int i = 0; i < 5; i++) Assert.Equal(new RingId(2), _table.NextToTakeOn(new RingId(1))!.Id);
    }

    [Fact]
    public void The_silent_are_forgotten_and_the_others_stay()
    {
        _table.Add(FakeHost.Peer(new RingId(1))).LastHeard = new Instant(10);
        _table.Add(FakeHost.Peer(new RingId(2))).LastHeard = new Instant(20);
        Assert.Equal(1, _table.RemoveSilent(new Instant(20)));
        Assert.Null(_table.Find(new RingId(1)));
        Assert.NotNull(_table.Find(new RingId(2)));
    }
}
