using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Stream;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Replicas;

public sealed class TopicReplicaTests
{
    private static readonly RingId Topic = TopicName.IdOf("t");
    private static readonly NodeHandle A = FakeHost.Peer(new RingId(1));
    private static readonly NodeHandle B = FakeHost.Peer(new RingId(2));
    private static readonly Term First = new(1, A.Id);
    private static readonly Term Second = new(2, B.Id);
    private readonly TopicReplica _replica = new(Topic, "t", NewLog(), NewLog);

    public TopicReplicaTests()
    {
        Assert.True(_replica.Follow(State(First)));
        Assert.True(_replica.Append(Messages(First, 1, 5)));
    }

    [Fact]
    public void After_a_promise_nothing_of_an_earlier_term_is_taken()
    {
        Assert.True(_replica.Grant(Second));
        Assert.False(_replica.Append(Messages(First, 6, 1)));
        Assert.False(_replica.Follow(State(First)));
        Assert.Equal(new ReplicaAck(Topic, Second, 5, 0), _replica.AckTo(First));
        Assert.Equal(new ReplicaAck(Topic, First, 5, 0), _replica.AckTo(Second));
        Assert.Equal((First, 5UL), (_replica.Log.Term, _replica.Log.Last));
    }

    [Fact]
    public void A_promise_is_kept_against_earlier_terms_and_may_be_asked_for_again()
    {
        Assert.True(_replica.Grant(Second));
        Assert.True(_replica.Grant(Second));
        Assert.False(_replica.Grant(new Term(2, A.Id)));
        Assert.False(_replica.Grant(First));
        Assert.True(_replica.Grant(new Term(3, A.Id)));
    }

    [Fact]
    public void A_term_out_of_all_proportion_is_promised_to_nobody()
    {
        Assert.False(_replica.Grant(new Term(1UL << 60, B.Id)));
        Assert.Equal(First, _replica.Promised);
    }

    [Fact]
    public void A_later_root_cuts_off_what_it_did_not_take_over()
    {
        Assert.True(_replica.Follow(State(Second, previous: First, atBase: 3)));
        Assert.Equal(new ReplicaAck(Topic, Second, 3, 0), _replica.AckTo(Second));
        Assert.Equal((Second, 3UL), (_replica.Log.Term, _replica.Log.Last));
    }

    [Fact]
    public void A_complete_log_stays_until_the_other_is_complete()
    {
        var third = new Term(3, B.Id);
        Assert.True(_replica.Follow(State(third, previous: Second, atBase: 8)));
        Assert.Equal(new ReplicaAck(Topic, third, 0, 0), _replica.AckTo(third));
        Assert.True(_replica.Append(Messages(third, 1, 6)));
        Assert.Equal((First, 5UL), (_replica.Log.Term, _replica.Log.Last));
        Assert.True(_replica.Append(Messages(third, 7, 2)));
        Assert.Equal((third, 8UL), (_replica.Log.Term, _replica.Log.Last));
    }

    [Fact]
    public void A_beginning_that_is_right_need_not_be_sent_again()
    {
        Assert.True(_replica.Follow(State(Second, previous: First, atBase: 8)));
        Assert.Equal(new ReplicaAck(Topic, Second, 5, 0), _replica.AckTo(Second));
        Assert.Equal(First, _replica.Log.Term);
        Assert.True(_replica.Append(Messages(Second, 6, 3)));
        Assert.Equal((Second, 8UL), (_replica.Log.Term, _replica.Log.Last));
    }

    [Fact]
    public void A_beginning_that_comes_late_takes_nothing_away()
    {
        Assert.True(_replica.Follow(State(First)));
        Assert.Equal(5UL, _replica.Log.Last);
        Assert.Equal(PublishKnowledge.Numbered, _replica.Log.Windows.Find(A.Id, 1, 5, out _));
    }

    [Fact]
    public void The_group_in_force_is_the_latest_of_a_root_that_was_followed()
    {
        var group = new ReplicaGroup(First, 2, [A, B], [A]);
        Assert.True(_replica.Append(Messages(First, 6, 0) with { Group = group }));
        Assert.True(_replica.Append(Messages(First, 6, 0) with { Group = group with { Version = 1, Leaving = default } }));
        Assert.Equal(group, _replica.Group);
        _replica.Grant(Second);
        Assert.False(_replica.Append(Messages(First, 6, 0) with { Group = group with { Version = 3 } }));
        Assert.Equal(2UL, _replica.Group.Version);
    }

    private static TopicLog NewLog() => new(new ScribeOptions(), new BufferBudget(1000));

    private static ReplicaState State(Term term, Term previous = default, ulong atBase = 0) => new(Topic, "t", term, previous, atBase, 0, false, default, ReplicaGroup.None);

    private static Replicate Messages(Term term, ulong first, int count) => new(
        Topic,
        term,
        first,
        Enumerable.Range(0, count).Select(_ => new TopicItem(A.Id, default)).ToValueList(),
        Enumerable.Range(0, count).Select(i => new PublishMark(1, first + (ulong)i)).ToValueList(),
        ReplicaGroup.None);
}
