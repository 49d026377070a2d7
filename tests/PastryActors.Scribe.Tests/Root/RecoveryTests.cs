using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Root;
using PastryActors.Scribe.Stream;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Root;

public sealed class RecoveryTests
{
    private static readonly NodeHandle A = FakeHost.Peer(new RingId(1));
    private static readonly NodeHandle B = FakeHost.Peer(new RingId(2));
    private static readonly NodeHandle C = FakeHost.Peer(new RingId(3));
    private readonly Recovery _recovery = new();
    private readonly TopicLog _own = new(new ScribeOptions(), new BufferBudget(1000));

    public RecoveryTests() => _recovery.Begin(7, [A, B, C]);

    [Fact]
    public void The_later_term_goes_before_the_longer_log()
    {
        Note(A, 5, 110);
        Note(B, 6, 105);
        Assert.True(_recovery.TryChooseSource(_own));
        Assert.Equal(B, _recovery.Source);
        Assert.Equal(105UL, _recovery.SourceLast);
        Assert.Equal(110UL, _recovery.HighestLast);
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
    public void A_source_that_fails_leaves_the_next_best()
    {
        Note(A, 5, 8);
        Note(B, 5, 9);
        _recovery.Forget(B.Id);
        Assert.True(_recovery.TryChooseSource(_own));
        Assert.Equal(A, _recovery.Source);
    }

    [Fact]
    public void Only_who_was_asked_is_heard_and_only_once()
    {
        Assert.True(Note(A, 5, 8));
        Assert.False(Note(A, 6, 9));
        Assert.False(Note(FakeHost.Peer(new RingId(99)), 9, 99));
        Assert.Equal(8UL, _recovery.HighestLast);
        Note(B, 5, 8);
        Assert.True(_recovery.IsWaiting);
        _recovery.Forget(C.Id);
        Assert.False(_recovery.IsWaiting);
    }

    [Fact]
    public void A_log_is_confirmed_when_another_node_holds_all_of_it()
    {
        Assert.True(_recovery.IsConfirmed(_own));
        _own.Term = new Term(5, default);
        _own.ResetTo(9);
        Note(A, 5, 8);
        Assert.False(_recovery.IsConfirmed(_own));
        Note(B, 5, 9);
        Assert.True(_recovery.IsConfirmed(_own));
    }

    private bool Note(NodeHandle node, ulong term, ulong last, bool hasLog = true) =>
        _recovery.Note(node, new RecoverAnswer(default, 7, hasLog, false, new Term(term, default), last, 0));
}
