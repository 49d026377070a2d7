using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>Topics that retain messages: what survives when everybody is killed at once, and who can read the past.</summary>
public sealed class ReplayScenarios
{
    private const string Topic = "news";

    private static readonly RingId TopicId = TopicName.IdOf(Topic);

    private static readonly ScribeOptions Small = new() { SegmentMessages = 16, RecentCountMax = 64 };

    [Fact]
    public void A_topic_that_retains_all_is_read_from_the_beginning_after_everybody_was_killed()
    {
        LoopbackRing ring = Retaining(1, Retention.Forever);
        PublishAll(ring, 0, 500);
        Assert.True(ring.Archive.Segments.Count > 10);
        ring.RestartAll();
        LoopbackNode reader = ring.Nodes[13];
        long id = reader.SubscribeFrom(Topic, 1);
        PublishAll(ring, 500, 20);
        ring.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(Numbered(1, 520), reader.Received(id));
        Assert.DoesNotContain(reader.Replies, r => r is TopicGap);
    }

    [Fact]
    public void What_was_acknowledged_before_the_kill_is_there_and_what_was_not_is_there_once_at_most()
    {
        LoopbackRing ring = Retaining(2, Retention.Forever);
        LoopbackNode publisher = ring.Nodes[3];
        long[] asked = [.. Enumerable.Range(0, 40).Select(i => publisher.Publish(Topic, $"m{i}"))];
        ring.RunUntil(() => asked.Any(a => publisher.AnswerTo(a) is Published), TimeSpan.FromSeconds(5));
        Dictionary<string, ulong> told = [];
        for (int i = 0; i < asked.Length; i++)
        {
            if (publisher.AnswerTo(asked[i]) is Published published) told[$"m{i}"] = published.Sequence;
        }

        ring.RestartAll();
        LoopbackNode reader = ring.Nodes[0];
        long id = reader.SubscribeFrom(Topic, 1);
        ring.RunFor(TimeSpan.FromSeconds(20));
        List<(ulong Sequence, string Text)> received = reader.Received(id);
        Assert.NotEmpty(told);
        Assert.All(told, t => Assert.Contains((t.Value, t.Key), received));
        Assert.Equal(received.Count, received.Select(r => r.Text).Distinct().Count());
    }

    [Fact]
    public void A_history_of_many_segments_is_folded_into_indexes_and_read_through_them()
    {
        LoopbackRing ring = Retaining(3, Retention.Forever, new ScribeOptions { SegmentMessages = 2, RecentCountMax = 64 });
        PublishAll(ring, 0, 400);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.Contains(ring.Archive.Segments.Values, s => s.Name.Contains("level 1", StringComparison.Ordinal));
        LoopbackNode reader = ring.Nodes[5];
        long id = reader.SubscribeFrom(Topic, 7);
        ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(Numbered(7, 400), reader.Received(id));
    }

    [Fact]
    public void A_topic_that_retains_the_last_messages_lets_go_of_the_rest_and_says_so()
    {
        LoopbackRing ring = Retaining(4, new Retention(RetentionKind.Messages, 100));
        PublishAll(ring, 0, 500);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.InRange(ring.Archive.Segments.Count, 5, 9);
        LoopbackNode reader = ring.Nodes[9];
        long id = reader.SubscribeFrom(Topic, 1);
        ring.RunFor(TimeSpan.FromSeconds(20));
        TopicGap gap = Assert.Single(reader.Replies.OfType<TopicGap>());
        Assert.Equal(1UL, gap.From);
        Assert.InRange(gap.To, 300UL, 400UL);
        Assert.Equal(Numbered(gap.To + 1, 500), reader.Received(id));
    }

    [Fact]
    public void Without_retention_the_past_is_what_the_root_still_has()
    {
        var ring = new LoopbackRing(5, 20, Small);
        PublishAll(ring, 0, 30);
        LoopbackNode reader = ring.Nodes[2];
        long id = reader.SubscribeFrom(Topic, 11);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(Numbered(11, 30), reader.Received(id));
        Assert.All(ring.Nodes, n => Assert.Empty(n.Disk.Objects));
    }

    [Fact]
    public void A_history_that_cannot_be_stored_slows_publishers_down_and_loses_nothing()
    {
        LoopbackRing ring = Retaining(6, Retention.Forever);
        LoopbackNode publisher = ring.Nodes[3];
        ring.Archive.IsFull = true;
        long[] asked = [.. Enumerable.Range(0, 60).Select(i => publisher.Publish(Topic, $"m{i}", timeoutSeconds: 20))];
        ring.RunFor(TimeSpan.FromSeconds(10));
        int taken = asked.Count(a => publisher.AnswerTo(a) is Published);
        Assert.InRange(taken, 1, 59);
        // Those that have no place are told to come again, long before their time is up, and are not published.
        Assert.All(asked[taken..], a => Assert.Equal(FailureCode.Busy, Assert.IsType<Failed>(publisher.AnswerTo(a)).Code));
        ring.Archive.IsFull = false;
        ring.RunFor(TimeSpan.FromSeconds(5));
        long[] again = [.. Enumerable.Range(taken, 60 - taken).Select(i => publisher.Publish(Topic, $"m{i}", timeoutSeconds: 20))];
        ring.RunFor(TimeSpan.FromSeconds(15));
        Assert.All(again, a => Assert.IsType<Published>(publisher.AnswerTo(a)));
        long reader = ring.Nodes[5].SubscribeFrom(Topic, 1);
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(Numbered(1, 60), ring.Nodes[5].Received(reader));
    }

    [Fact]
    public void A_root_that_is_full_for_a_moment_slows_publishers_down_and_refuses_nothing()
    {
        LoopbackRing ring = Retaining(16, Retention.Forever);
        ring.Archive.IsFull = true;
        LoopbackNode publisher = ring.Nodes[3];
        long[] asked = [.. Enumerable.Range(0, 60).Select(i => publisher.Publish(Topic, $"m{i}", timeoutSeconds: 20))];
        Assert.True(ring.RunUntil(() => asked.Any(a => publisher.AnswerTo(a) is Published), TimeSpan.FromSeconds(5)));
        ring.Archive.IsFull = false;
        ring.RunFor(TimeSpan.FromSeconds(15));
        Assert.All(asked, a => Assert.IsType<Published>(publisher.AnswerTo(a)));
    }

    [Fact]
    public void Nothing_is_acknowledged_that_no_majority_has_on_its_disks()
    {
        LoopbackRing ring = Retaining(7, Retention.Forever);
        foreach (LoopbackNode node in ring.Nodes) node.Disk.IsFailing = true;
        long publish = ring.Nodes[3].Publish(Topic, "m0", timeoutSeconds: 25);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.Null(ring.Nodes[3].AnswerTo(publish));
        foreach (LoopbackNode node in ring.Nodes) node.Disk.IsFailing = false;
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(new Published(publish, 1), ring.Nodes[3].AnswerTo(publish));
    }

    [Fact]
    public void A_damaged_journal_of_fewer_than_half_loses_nothing()
    {
        LoopbackRing ring = Retaining(8, Retention.Forever);
        PublishAll(ring, 0, 10);
        LoopbackNode[] keepers = [.. ring.Nodes.Where(n => n.Disk.Objects.Count > 2)];
        foreach (LoopbackNode keeper in keepers.Take(2))
        {
            foreach (FileId entry in keeper.Disk.Objects.Keys) keeper.Disk.Rotten.Add(entry);
        }

        ring.RestartAll();
        long id = ring.Nodes[1].SubscribeFrom(Topic, 1);
        ring.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(Numbered(1, 10), ring.Nodes[1].Received(id));
    }

    [Fact]
    public void A_segment_that_is_not_what_its_reference_says_is_not_believed()
    {
        LoopbackRing ring = Retaining(9, Retention.Forever);
        PublishAll(ring, 0, 200);
        ring.RunFor(TimeSpan.FromSeconds(3));
        FileId first = ring.Archive.Segments.First(s => s.Value.Name.Contains(" 1-", StringComparison.Ordinal)).Key;
        (string Name, Core.Collections.Blob Content) good = ring.Archive.Segments[first];
        ring.Archive.Segments[first] = (good.Name, "forged"u8.ToArray());
        LoopbackNode reader = ring.Nodes[4];
        long id = reader.SubscribeFrom(Topic, 1);
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.Empty(reader.Received(id));
        ring.Archive.Segments[first] = good;
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(Numbered(1, 200), reader.Received(id));
    }

    [Fact]
    public void A_reader_that_stops_reading_holds_nothing_up_and_gets_the_rest_when_it_goes_on()
    {
        LoopbackRing ring = Retaining(10, Retention.Forever);
        (LoopbackNode slow, LoopbackNode quick) = (ring.Nodes[4], ring.Nodes[5]);
        long paused = slow.SubscribeFrom(Topic, 1, window: 3);
        long other = slow.SubscribeFrom(Topic, 1);
        long elsewhere = quick.SubscribeFrom(Topic, 1);
        ring.RunFor(TimeSpan.FromSeconds(2));
        PublishAll(ring, 0, 300);
        Assert.Equal(3, slow.Replies.Count(r => r.RequestId == paused && r is TopicMessages));
        Assert.Equal(Numbered(1, 300), slow.Received(other));
        Assert.Equal(Numbered(1, 300), quick.Received(elsewhere));
        for (int i = 0; i < 300; i++)
        {
            slow.Component.OnRequest(new SubscriberCredit(10_000 + i, TimeSpan.FromSeconds(1), paused, 1));
            ring.RunFor(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(Numbered(1, 300), slow.Received(paused));
    }

    [Fact]
    public void A_retained_topic_outlives_its_root_and_two_of_its_keepers()
    {
        LoopbackRing ring = Retaining(11, Retention.Forever);
        PublishAll(ring, 0, 100);
        ring.Kill(ring.RootOf(TopicId));
        ring.RunFor(TimeSpan.FromSeconds(10));
        PublishAll(ring, 100, 100);
        ring.RestartAll();
        LoopbackNode reader = ring.Nodes[7];
        long id = reader.SubscribeFrom(Topic, 1);
        ring.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(Numbered(1, 200), reader.Received(id));
    }

    private static LoopbackRing Retaining(ulong seed, Retention retain, ScribeOptions? options = null)
    {
        var ring = new LoopbackRing(seed, 20, options ?? Small);
        long id = ring.Nodes[0].Define(Topic, TopicSettings.Default with { Retain = retain });
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.IsType<TopicDefined>(ring.Nodes[0].AnswerTo(id));
        return ring;
    }

    private static void PublishAll(LoopbackRing ring, int first, int count)
    {
        LoopbackNode publisher = ring.Alive.First();
        List<long> asked = [];
        for (int i = first; i < first + count; i++)
        {
            asked.Add(publisher.Publish(Topic, $"m{i}"));
            if (i % 10 == 0) ring.RunFor(TimeSpan.FromMilliseconds(50));
        }

        Assert.True(ring.RunUntil(() => asked.TrueForAll(a => publisher.AnswerTo(a) is Published), TimeSpan.FromSeconds(25)));
        ring.RunFor(TimeSpan.FromSeconds(1));
    }

    private static List<(ulong Sequence, string Text)> Numbered(ulong from, ulong to)
    {
        List<(ulong, string)> all = [];
        for (ulong i = from; i <= to; i++) all.Add((i, $"m{i - 1}"));
        return all;
    }
}
