using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Tree;

namespace PastryActors.Scribe.Tests.Tree;

public sealed class ChildrenTableTests
{
    private readonly EntryCount _entries = new();
    private readonly ChildrenTable _table;

    public ChildrenTableTests() => _table = new ChildrenTable(20, _entries);

    [Fact]
    public void Those_named_to_join_under_are_the_nearest_and_others_in_turn()
    {
        for (uint i = 0; i < 20; i++) Add(i).RoundTrip = TimeSpan.FromMilliseconds(100 - i);
        Assert.True(_table.IsFull);
        var named = new HashSet<RingId>();
        for (int i = 0; i < 16; i++)
        {
            RingId[] to = [.. _table.Candidates(new RingId(99), _ => true).Select(c => c.Node.Id)];
            Assert.Equal(Fields.CandidatesMax, to.Distinct().Count());
            Assert.Equal([19, 18, 17, 16], to[..4].Select(id => (int)id.Value));
            named.UnionWith(to);
        }

        Assert.Equal(20, named.Count);
    }

    [Fact]
    public void No_child_is_sent_to_itself_nor_to_one_that_does_not_fit()
    {
        Add(1);
        Assert.Empty(_table.Candidates(new RingId(1), _ => true));
        Add(2).RoundTrip = TimeSpan.FromMilliseconds(7);
        Add(3).HasRoom = true;
        Assert.Equal([new Candidate(FakeHost.Peer(new RingId(2)), 7000)], _table.Candidates(new RingId(1), c => !c.HasRoom));
    }

    [Fact]
    public void The_farthest_is_one_that_was_measured()
    {
        Add(1);
        Add(2).RoundTrip = TimeSpan.FromMilliseconds(7);
        Add(3).RoundTrip = TimeSpan.FromMilliseconds(6);
        Assert.Equal(new RingId(2), _table.Farthest(_ => true)!.Node.Id);
        Assert.Equal([3, 2, 1], _table.Nodes().Select(n => (int)n.Id.Value));
    }

    [Fact]
    public void The_silent_are_forgotten_and_the_others_stay()
    {
        Add(1).LastHeard = new Instant(10);
        Add(2).LastHeard = new Instant(20);
        Assert.Equal(1, _table.RemoveSilent(new Instant(20)));
        Assert.Null(_table.Find(new RingId(1)));
        Assert.NotNull(_table.Find(new RingId(2)));
        Assert.Equal(1, _entries.Count);
    }

    [Fact]
    public void The_first_sign_after_the_answer_measures_the_way()
    {
        Child child = Add(1);
        child.AnsweredAt = new Instant(1000);
        child.Hear(child.Node, new Instant(1500));
        child.Hear(child.Node, new Instant(9000));
        Assert.Equal(new TimeSpan(500), child.RoundTrip);
    }

    private Child Add(uint id) => _table.Add(FakeHost.Peer(new RingId(id)));
}
