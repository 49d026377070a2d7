using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Messages;

public sealed class ReplicaGroupTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public void A_majority_is_more_than_half(int members, int majority)
    {
        ReplicaGroup group = Of(members);
        Assert.True(group.HasMajority(n => n.Id.Value < (UInt128)majority));
        Assert.False(group.HasMajority(n => n.Id.Value < (UInt128)(majority - 1)));
        Assert.Equal(10UL, group.Reached(n => n.Id.Value < (UInt128)majority ? 10UL : 0));
        Assert.Equal(0UL, group.Reached(n => n.Id.Value < (UInt128)(majority - 1) ? 10UL : 0));
    }

    [Fact]
    public void Any_two_majorities_have_a_node_in_common_also_while_the_group_changes()
    {
        var random = new RandomSource(3);
        for (int round = 0; round < 2000; round++)
        {
            ReplicaGroup old = Draw(random);
            ReplicaGroup changed = Draw(random);
            ReplicaGroup changing = changed with { Version = 2, Leaving = old.Members };
            Func<NodeHandle, bool> one = Subset(random);
            Func<NodeHandle, bool> other = Subset(random);
            foreach (ReplicaGroup group in (ReplicaGroup[])[old, changed])
            {
                if (group.HasMajority(one) && changing.HasMajority(other)) Assert.Contains(changing.All, n => one(n) && other(n));
                if (group.HasMajority(one)) Assert.True(changing.MeetsEveryMajority(one));
            }

            if (changing.MeetsEveryMajority(one) && changing.HasMajority(other)) Assert.Contains(changing.All, n => one(n) && other(n));
        }
    }

    [Fact]
    public void The_later_term_is_in_force_then_the_higher_version()
    {
        ReplicaGroup group = Of(3);
        Assert.True(group.Supersedes(ReplicaGroup.None));
        Assert.False(ReplicaGroup.None.Supersedes(group));
        Assert.False(group.Supersedes(group));
        Assert.True((group with { Version = 2 }).Supersedes(group));
        Assert.True((group with { Term = new Term(2, default) }).Supersedes(group with { Version = 9 }));
    }

    private static ReplicaGroup Of(int members) => new(new Term(1, default), 1, Enumerable.Range(0, members).Select(Node).ToValueList(), default);

    private static ReplicaGroup Draw(RandomSource random)
    {
        NodeHandle[] drawn = [.. Enumerable.Range(0, 7).Where(_ => random.Next(2) == 0).Select(Node)];
        return drawn.Length == 0 ? Of(1) : Of(1) with { Members = drawn.ToValueList() };
    }

    private static Func<NodeHandle, bool> Subset(RandomSource random)
    {
        int bits = random.Next(128);
        return n => (bits >> (int)(ulong)n.Id.Value & 1) == 1;
    }

    private static NodeHandle Node(int id) => FakeHost.Peer(new RingId((UInt128)(ulong)id));
}
