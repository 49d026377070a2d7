using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Stream;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Stream;

public sealed class TopicStreamTests
{
    private readonly BufferBudget _budget = new(1 << 20);

    [Fact]
    public void Runs_come_out_in_order_whatever_order_they_came_in()
    {
        TopicStream stream = StreamAt(1);
        Assert.Equal(Admission.Parked, stream.Offer(Run(4, 2)));
        Assert.Equal(Admission.Parked, stream.Offer(Run(3, 1)));
        Assert.Equal(Admission.Delivered, stream.Offer(Run(1, 2)));
        Assert.Equal([(1UL, 2UL), (3UL, 3UL), (4UL, 5UL)], TakeAll(stream));
        Assert.False(stream.HasHole);
    }

    [Fact]
    public void What_was_here_before_is_counted_and_left_out()
    {
        TopicStream stream = StreamAt(1);
        stream.Offer(Run(1, 3));
        TakeAll(stream);
        Assert.Equal(Admission.Duplicate, stream.Offer(Run(2, 2)));
        Assert.Equal(Admission.Delivered, stream.Offer(Run(3, 3)));
        Assert.Equal([(4UL, 5UL)], TakeAll(stream));
        Assert.Equal(3, stream.Duplicates);
    }

    [Fact]
    public void A_parked_run_that_comes_again_is_a_duplicate()
    {
        TopicStream stream = StreamAt(1);
        stream.Offer(Run(5, 2));
        stream.Offer(Run(7, 2));
        Assert.Equal(Admission.Duplicate, stream.Offer(Run(6, 2)));
        Assert.Equal(Admission.Parked, stream.Offer(Run(8, 2)));
        Assert.True(stream.HasHole);
        Assert.Equal(4UL, stream.HoleEnd);
    }

    [Fact]
    public void A_number_heard_of_but_not_seen_is_a_hole()
    {
        TopicStream stream = StreamAt(3);
        stream.Learn(5);
        Assert.True(stream.HasHole);
        Assert.Equal(5UL, stream.HoleEnd);
    }

    [Fact]
    public void Skipping_a_hole_counts_it_and_frees_what_waits_behind()
    {
        TopicStream stream = StreamAt(1);
        stream.Offer(Run(4, 1));
        stream.SkipTo(4);
        Assert.Equal([(4UL, 4UL)], TakeAll(stream));
        Assert.Equal(3, stream.Gaps);
    }

    [Fact]
    public void Without_a_position_nothing_is_taken()
    {
        Assert.Equal(Admission.Dropped, new TopicStream(new ScribeOptions(), _budget).Offer(Run(1, 1)));
    }

    [Fact]
    public void Beyond_the_bound_runs_ahead_of_a_hole_are_dropped()
    {
        var stream = new TopicStream(new ScribeOptions { ParkedCountMax = 2 }, _budget);
        stream.StartAt(1);
        stream.Offer(Run(3, 1));
        stream.Offer(Run(5, 1));
        Assert.Equal(Admission.Dropped, stream.Offer(Run(7, 1)));
    }

    [Fact]
    public void The_buffer_forgets_what_is_oldest_by_count()
    {
        RecentMessages recent = Filled(countMax: 5, bytesMax: 1 << 20, runs: 4);
        Assert.Equal(5UL, recent.Oldest);
        Assert.Equal(8UL, recent.Newest);
        Assert.Equal(4, recent.Count);
    }

    [Fact]
    public void The_buffer_forgets_what_is_oldest_by_bytes_and_by_the_nodes_budget()
    {
        Assert.Equal(2, Filled(1000, Run(1, 2).Bytes + 1, 4).Count);
        var small = new BufferBudget(Run(1, 2).Bytes + 1);
        var recent = new RecentMessages(1000, 1 << 20, small);
        for (ulong i = 0; i < 4; i++) recent.Add(Run(1 + (2 * i), 2));
        Assert.Equal(2, recent.Count);
        recent.Clear();
        Assert.Equal(0, small.Bytes);
    }

    [Fact]
    public void The_buffer_reads_parts_of_runs()
    {
        RecentMessages recent = Filled(1000, 1 << 20, 3);
        Assert.True(recent.TryRead(2, 2, out Batch one));
        Assert.Equal((2UL, 2UL), (one.First, one.Last));
        Assert.True(recent.TryRead(4, 100, out Batch rest));
        Assert.Equal((4UL, 4UL), (rest.First, rest.Last));
        Assert.False(recent.TryRead(7, 100, out _));
    }

    [Fact]
    public void A_whole_run_is_read_without_a_copy()
    {
        var recent = new RecentMessages(10, 1 << 20, _budget);
        Batch run = Run(1, 3);
        recent.Add(run);
        Assert.True(recent.TryRead(1, 9, out Batch read));
        Assert.True(run.Items.Span == read.Items.Span);
    }

    [Fact]
    public void Truncating_cuts_through_a_run()
    {
        RecentMessages recent = Filled(1000, 1 << 20, 3);
        recent.TruncateAfter(3);
        Assert.Equal(3UL, recent.Newest);
        Assert.Equal(3, recent.Count);
        recent.TruncateAfter(0);
        Assert.True(recent.IsEmpty);
        Assert.Equal(0, _budget.Bytes);
    }

    [Fact]
    public void The_buffer_packs_itself_over_a_long_life()
    {
        var recent = new RecentMessages(10, 1 << 20, _budget);
        for (ulong i = 1; i <= 1000; i++) recent.Add(Run(i, 1));
        Assert.Equal((991UL, 1000UL), (recent.Oldest, recent.Newest));
        Assert.True(recent.TryRead(995, 995, out Batch read));
        Assert.Equal(995UL, read.First);
    }

    private static Batch Run(ulong first, int count) =>
        Batch.Of(first, Enumerable.Range(0, count).Select(_ => new TopicItem(new RingId(1), new byte[10])).ToValueList());

    private static List<(ulong First, ulong Last)> TakeAll(TopicStream stream)
    {
        var taken = new List<(ulong, ulong)>();
        while (stream.TryTake(out Batch run)) taken.Add((run.First, run.Last));
        return taken;
    }

    private TopicStream StreamAt(ulong next)
    {
        var stream = new TopicStream(new ScribeOptions(), _budget);
        stream.StartAt(next);
        return stream;
    }

    private RecentMessages Filled(int countMax, int bytesMax, int runs)
    {
        var recent = new RecentMessages(countMax, bytesMax, _budget);
        for (int i = 0; i < runs; i++) recent.Add(Run((ulong)(2 * i) + 1, 2));
        return recent;
    }
}
