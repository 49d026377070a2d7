using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>Topics whose messages are signed: what nodes on the way, the root included, cannot make a subscriber believe.</summary>
public sealed class SignedTopicScenarios
{
    private const string Topic = "news";
    private static readonly RingId TopicId = TopicName.IdOf(Topic);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Signed_messages_come_once_and_in_order()
    {
        var ring = new LoopbackRing(1, 30, signed: true);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring);
        List<string> texts = PublishAll(ring, 40);
        Assert.All(subscriptions, s => Assert.Equal(texts, Texts(s.Key, s.Value)));
        Assert.All(ring.Nodes, n => Assert.DoesNotContain(n.Facts, f => f.Kind is FactKind.MessageForged or FactKind.MessageRepeated));
    }

    [Fact]
    public void A_busy_publisher_signs_many_messages_at_once()
    {
        var ring = new LoopbackRing(2, 12, signed: true);
        long subscription = ring.Nodes[4].Subscribe(Topic);
        ring.RunFor(3 * Second);
        for (int i = 0; i < 100; i++) ring.Nodes[2].Publish(Topic, $"m{i}");
        ring.RunFor(3 * Second);
        TopicItem[] items = [.. ring.Nodes[4].Replies.OfType<TopicMessages>().Where(r => r.RequestId == subscription).SelectMany(r => r.Items)];
        Assert.Equal(100, items.Length);
        Assert.InRange(items.Select(i => i.Run!.First).Distinct().Count(), 1, 10);
        Assert.All(items, i => Assert.True(i.Run!.Publisher() == ring.Nodes[2].Id));
    }

    [Fact]
    public void Subscriptions_of_one_node_share_one_check()
    {
        var alone = new LoopbackRing(2, 12, signed: true);
        var shared = new LoopbackRing(2, 12, signed: true);
        int checks = ChecksOf(alone, subscriptions: 1);
        Assert.Equal(checks, ChecksOf(shared, subscriptions: 5));
    }

    [Theory]
    [InlineData(Lie.Changed)]
    [InlineData(Lie.Attributed)]
    [InlineData(Lie.Unsigned)]
    [InlineData(Lie.Repeated)]
    [InlineData(Lie.Moved)]
    public void What_a_node_on_the_way_makes_up_is_refused_and_fetched_from_the_root(Lie lie)
    {
        var ring = new LoopbackRing(3, 40, signed: true);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring);
        LoopbackNode liar = ring.Nodes.First(n => n != ring.RootOf(TopicId) && n.Status(Topic) is { Children.Count: > 1 });
        ring.Forge = (from, message) => from == liar && message is Multicast multicast ? Again(multicast, Altered(multicast.Items, lie)) : message;
        List<string> texts = PublishAll(ring, 60);
        Assert.All(subscriptions, s => Assert.Equal(texts, Texts(s.Key, s.Value)));
        FactKind refused = lie == Lie.Repeated ? FactKind.MessageRepeated : FactKind.MessageForged;
        Assert.Contains(ring.Nodes.SelectMany(n => n.Facts), f => f.Kind == refused && f.Subject == TopicId);
        Assert.All(subscriptions, s => Assert.DoesNotContain(s.Key.Replies, r => r is TopicGap));
    }

    [Theory]
    [InlineData(Lie.Changed, GapCause.Forged)]
    [InlineData(Lie.Attributed, GapCause.Forged)]
    [InlineData(Lie.Unsigned, GapCause.Forged)]
    [InlineData(Lie.Repeated, GapCause.Repeated)]
    public void What_the_root_makes_up_is_a_gap_and_the_stream_goes_on(Lie lie, GapCause cause)
    {
        var ring = new LoopbackRing(4, 30, signed: true);
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring);
        LoopbackNode root = ring.RootOf(TopicId);
        ring.Forge = (from, message) => from != root ? message : message switch
        {
            Multicast multicast => Again(multicast, Altered(multicast.Items, lie)),
            HistoryAnswer answer => answer with { Items = Altered(answer.Items, lie) },
            _ => message,
        };
        List<string> texts = PublishAll(ring, 60);
        foreach ((LoopbackNode node, long id) in subscriptions.Where(s => s.Key != root))
        {
            List<string> got = Texts(node, id);
            Assert.Empty(got.Except(texts));
            Assert.Equal(got.Count, got.Distinct().Count());
            Assert.NotEmpty(got);
            TopicGap[] gaps = [.. node.Replies.OfType<TopicGap>().Where(g => g.RequestId == id)];
            Assert.All(gaps, g => Assert.Equal(cause, g.Cause));
            Assert.Equal(60, got.Count + gaps.Sum(g => (int)(g.To - g.From) + 1));
        }
    }

    [Fact]
    public void A_message_of_one_topic_does_not_pass_in_another()
    {
        var ring = new LoopbackRing(5, 20, signed: true);
        long id = ring.Nodes[3].Subscribe("other");
        SubscribeAll(ring);
        PublishAll(ring, 3);
        TopicItem stolen = ring.Nodes.SelectMany(n => n.Replies).OfType<TopicMessages>().First().Items[0];
        ring.Forge = (_, message) => message is Multicast { Topic: var topic } multicast && topic == TopicName.IdOf("other") ? Again(multicast, [stolen]) : message;
        ring.Nodes[7].Publish("other", "mine");
        ring.RunFor(5 * Second);
        Assert.DoesNotContain(ring.Nodes[3].Received(id), r => r.Text != "mine");
        Assert.Contains(ring.Nodes[3].Facts, f => f.Kind == FactKind.MessageForged && f.Subject == TopicName.IdOf("other"));
    }

    [Fact]
    public void History_is_checked_like_the_stream()
    {
        var ring = new LoopbackRing(6, 20, new ScribeOptions { SegmentMessages = 4, RecentCountMax = 64 }, signed: true);
        long defined = ring.Nodes[0].Define(Topic, TopicSettings.Default with { Retain = Retention.Forever });
        ring.RunFor(5 * Second);
        Assert.IsType<TopicDefined>(ring.Nodes[0].AnswerTo(defined));
        List<string> texts = PublishAll(ring, 200);
        ring.RestartAll();
        ring.RunFor(10 * Second);
        long id = ring.Nodes[6].SubscribeFrom(Topic, 1);
        ring.RunFor(30 * Second);
        Assert.Equal(texts, Texts(ring.Nodes[6], id));
        Assert.DoesNotContain(ring.Nodes[6].Replies, r => r is TopicGap);
        Assert.All(ring.Nodes[6].Replies.OfType<TopicMessages>().SelectMany(r => r.Items), i => Assert.NotNull(i.Run));
    }

    [Fact]
    public void Where_only_a_topic_is_signed_publishers_learn_it_of_the_root()
    {
        var ring = new LoopbackRing(7, 20, signed: true, byTopic: true);
        long defined = ring.Nodes[0].Define(Topic, TopicSettings.Default with { IsSigned = true });
        ring.RunFor(5 * Second);
        Assert.IsType<TopicDefined>(ring.Nodes[0].AnswerTo(defined));
        Dictionary<LoopbackNode, long> subscriptions = SubscribeAll(ring);
        List<string> texts = PublishAll(ring, 20);
        Assert.All(subscriptions, s => Assert.Equal(texts, Texts(s.Key, s.Value)));
        Assert.All(ring.Nodes[5].Replies.OfType<TopicMessages>().SelectMany(r => r.Items), i => Assert.NotNull(i.Run));
        long other = ring.Nodes[5].Subscribe("open");
        ring.RunFor(3 * Second);
        ring.Nodes[6].Publish("open", "unsigned");
        ring.RunFor(3 * Second);
        Assert.Equal([(1UL, "unsigned")], ring.Nodes[5].Received(other));
        Assert.DoesNotContain(ring.Nodes[5].Replies.OfType<TopicMessages>().Where(r => r.RequestId == other).SelectMany(r => r.Items), i => i.Run is not null);
    }

    [Fact]
    public void A_root_takes_no_signature_of_another_key()
    {
        var ring = new LoopbackRing(8, 12, signed: true);
        LoopbackNode named = ring.Join(TopicId.Plus(1UL << 40));
        ring.RunFor(Second);
        // Its id is not that of its key: whoever stole an id could not sign for it.
        long publish = named.Publish(Topic, "not mine");
        ring.RunFor(5 * Second);
        Assert.Equal(FailureCode.Forbidden, Assert.IsType<Failed>(named.AnswerTo(publish)).Code);
    }

    public enum Lie
    {
        Changed,
        Attributed,
        Unsigned,
        Repeated,
        Moved,
    }

    private static Multicast Again(Multicast message, ValueList<TopicItem> items) => new(message.Topic, message.Term, message.First, items);

    // One message of a run, the last; a repetition needs one that came before.
    private static ValueList<TopicItem> Altered(ValueList<TopicItem> items, Lie lie)
    {
        if (items.Count == 0 || (lie == Lie.Repeated && items.Count < 2)) return items;
        TopicItem last = items[items.Count - 1];
        TopicItem altered = lie switch
        {
            Lie.Changed => last with { Payload = "forged"u8.ToArray() },
            Lie.Attributed => last with { Publisher = new RingId(5) },
            Lie.Unsigned => last with { Run = null, Place = 0, Payload = "forged"u8.ToArray() },
            Lie.Moved => last with { Place = last.Place + 1 },
            _ => items[0],
        };
        return items.Take(items.Count - 1).Append(altered).ToValueList();
    }

    /// <summary>How often a node has signatures checked until its subscriptions have 50 messages each.</summary>
    private static int ChecksOf(LoopbackRing ring, int subscriptions)
    {
        long[] ids = [.. Enumerable.Range(0, subscriptions).Select(_ => ring.Nodes[4].Subscribe(Topic))];
        ring.RunFor(3 * Second);
        List<string> texts = PublishAll(ring, 50);
        Assert.All(ids, id => Assert.Equal(texts, Texts(ring.Nodes[4], id)));
        return ring.Nodes[4].WorkAsked.Count(static w => w is VerifyContents);
    }

    private static Dictionary<LoopbackNode, long> SubscribeAll(LoopbackRing ring)
    {
        Dictionary<LoopbackNode, long> subscriptions = ring.Nodes.ToDictionary(n => n, n => n.Subscribe(Topic));
        ring.RunFor(8 * Second);
        Assert.All(subscriptions, s => Assert.IsType<Subscribed>(s.Key.AnswerTo(s.Value)));
        return subscriptions;
    }

    /// <summary>Publishes from one node, in bursts so that some travel together.</summary>
    private static List<string> PublishAll(LoopbackRing ring, int count)
    {
        List<string> texts = [.. Enumerable.Range(0, count).Select(i => $"m{i}")];
        List<long> asked = [];
        LoopbackNode publisher = ring.Nodes.First(n => n != ring.RootOf(TopicId));
        foreach (string text in texts)
        {
            asked.Add(publisher.Publish(Topic, text));
            if (asked.Count % 6 == 0) ring.RunFor(TimeSpan.FromMilliseconds(60));
        }

        ring.RunFor(8 * Second);
        Assert.All(asked, a => Assert.IsType<Published>(publisher.AnswerTo(a)));
        return texts;
    }

    private static List<string> Texts(LoopbackNode node, long subscription) => node.Received(subscription).ConvertAll(r => r.Text);
}
