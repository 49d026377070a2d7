using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Root;
using PastryActors.Scribe.Stream;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Root;

public sealed class RecoveryTests
{
    private static readonly NodeHandle Self = FakeHost.Peer(new RingId(9));
    private static readonly NodeHandle A = FakeHost.Peer(new RingId(1));
    private static readonly NodeHandle B = FakeHost.Peer(new RingId(2));
    private static readonly NodeHandle C = FakeHost.Peer(new RingId(3));
    private static readonly NodeHandle D = FakeHost.Peer(new RingId(4));
    private static readonly Term Asked = new(20, Self.Id);
    private static readonly ReplicaGroup Group = new(new Term(5, A.Id), 3, [A, B, C], default);
    private static readonly NodeHandle[] Closest = [Self, C, D];
    private readonly Recovery _recovery = new();
    private readonly TopicLog _own = new(new ScribeOptions(), new BufferBudget(1000));

    public RecoveryTests()
    {
        _recovery.Begin(Asked, 7);
        _recovery.Add([A, B, C, D]);
    }

    [Fact]
    public void The_later_term_goes_before_the_longer_log()
    {
        Note(A, 5, 110);
        Note(B, 6, 105);
        Assert.True(_recovery.TryChooseSource(_own));
        Assert.Equal(B, _recovery.Source);
        Assert.Equal(105UL, _recovery.SourceLast);
        Assert.Equal(0UL, _recovery.HighestLast);
    }

    [Fact]
    public void Of_one_term_the_longer_log_is_taken_unless_it_is_the_own()
    {
        Note(A, 5, 8);
        Note(B, 5, 9);
        Assert.True(_recovery.TryChooseSource(_own));
        Assert.Equal(B, _recovery.Source);

        _own.Term = new Term(5, default);
        _own.ResetTo(9);
        Assert.False(_recovery.TryChooseSource(_own));
    }

    [Fact]
    public void Hearsay_lifts_the_numbers_but_is_no_source()
    {
        Note(A, 9, 50, hasLog: false);
        Assert.False(_recovery.TryChooseSource(_own));
        Assert.Equal((50UL, 9UL), (_recovery.HighestLast, _recovery.HighestTerm));
    }

    [Fact]
    public void A_source_that_fails_leaves_the_next_best_and_its_promise_counts_no_more()
    {
        Note(A, 5, 8, group: Group);
        Note(B, 5, 9, group: Group);
        Assert.Equal(Ground.Majority, FindGround());
        _recovery.Forget(B);
        Assert.Equal(Ground.None, FindGround());
        Note(C, 5, 7, group: Group);
        Assert.Equal(Ground.Majority, FindGround());
        Assert.True(_recovery.TryChooseSource(_own));
        Assert.Equal(A, _recovery.Source);
    }

    [Fact]
    public void Only_who_was_asked_is_heard_and_only_once()
    {
        Assert.True(Note(A, 5, 8));
        Assert.False(Note(A, 6, 9));
        Assert.False(Note(FakeHost.Peer(new RingId(99)), 9, 99));
        Assert.Equal(5UL, _recovery.HighestTerm);
    }

    [Fact]
    public void Who_does_not_promise_is_no_source_and_does_not_count()
    {
        Note(A, 5, 8, group: Group);
        Note(B, 5, 30, group: Group, promised: new Term(21, D.Id));
        Assert.Equal(Ground.None, FindGround());
        Assert.Equal(new Term(21, D.Id), _recovery.Refusal);
        Assert.True(_recovery.TryChooseSource(_own));
        Assert.Equal(A, _recovery.Source);
    }

    [Fact]
    public void A_member_that_started_again_is_another()
    {
        NodeHandle again = B with { Incarnation = 2 };
        _recovery.Add([again]);
        Note(A, 5, 8, group: Group);
        Note(again, 0, 0, hasLog: false);
        Assert.Equal(Ground.None, FindGround());
        Note(B, 5, 8);
        Assert.Equal(Ground.Majority, FindGround());
    }

    [Fact]
    public void While_the_group_changes_both_majorities_must_promise()
    {
        var changing = new ReplicaGroup(Group.Term, 4, [A, D, Self], [A, B, C]);
        Note(A, 5, 8, group: changing);
        Assert.Equal(Ground.None, FindGround());
        Note(D, 5, 8, group: Group);
        Assert.Equal(Ground.None, FindGround());
        Note(C, 5, 8, group: Group);
        Assert.Equal(Ground.Majority, FindGround());
        Assert.Equal(changing, _recovery.Group);
    }

    [Fact]
    public void A_topic_begins_when_nobody_asked_has_heard_of_it()
    {
        foreach (NodeHandle node in (NodeHandle[])[A, B, C])
        {
            Assert.Equal(Ground.None, FindGround());
            Note(node, 0, 0, hasLog: false);
        }

        Assert.Equal(Ground.None, FindGround());
        _recovery.HasWaited = true;
        Assert.Equal(Ground.NewGroup, FindGround());
        Assert.Equal(Ground.None, _recovery.FindGround(Self, Closest, mayBegin: false));
    }

    [Fact]
    public void Without_a_majority_a_topic_goes_on_only_when_it_surrenders()
    {
        Note(D, 0, 0, hasLog: false);
        Note(C, 5, 8, group: Group);
        _recovery.HasWaited = true;
        Assert.Equal(Ground.None, FindGround());
        _recovery.Surrenders = true;
        Assert.Equal(Ground.Surrender, FindGround());
    }

    [Fact]
    public void Of_two_one_that_is_left_has_all_that_was_acknowledged()
    {
        Note(D, 0, 0, hasLog: false);
        Note(C, 5, 8, group: Group with { Members = [C, A] });
        _recovery.Surrenders = true;
        Assert.Equal(Ground.NewGroup, FindGround());
    }

    private Ground FindGround() => _recovery.FindGround(Self, Closest, mayBegin: true);

    private bool Note(NodeHandle node, ulong term, ulong last, bool hasLog = true, ReplicaGroup? group = null, Term? promised = null) =>
        _recovery.Note(node, new RecoverAnswer(default, 7, hasLog, false, new Term(term, default), last, 0, promised ?? Asked, group ?? ReplicaGroup.None));
}
