using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>Subscriptions to prefixes over a loopback ring: everything below, once, in one order, from the moment at which they stand.</summary>
public sealed class PrefixScenarios
{
    private const string Prefix = "news/#";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_message_reaches_its_topic_and_every_prefix_above_it_and_no_other()
    {
        var ring = new LoopbackRing(1, 20);
        string[] names = ["news/eu/sport", "news/eu/#", Prefix, "news/us/#", "news/eu", "sport/#"];
        long[] subscriptions = [.. names.Select((name, i) => ring.Nodes[i].Subscribe(name))];
        ring.RunFor(5 * Second);
        ring.Nodes[9].Publish("news/eu/sport", "goal");
        ring.Nodes[10].Publish("news/eu", "vote");
        ring.RunFor(3 * Second);

        Assert.Equal(["goal"], ring.Nodes[0].Received(subscriptions[0]).Select(r => r.Text));
        Assert.Equal([("news/eu/sport", "goal")], Unwrapped(ring.Nodes[1], subscriptions[1], names[1]));
        Assert.Equal([("news/eu", "vote"), ("news/eu/sport", "goal")], Unwrapped(ring.Nodes[2], subscriptions[2], names[2]).Order());
        Assert.Empty(ring.Nodes[3].Received(subscriptions[3]));
        Assert.Equal(["vote"], ring.Nodes[4].Received(subscriptions[4]).Select(r => r.Text));
        Assert.Empty(ring.Nodes[5].Received(subscriptions[5]));
    }

    [Fact]
    public void All_subscribers_of_a_prefix_see_one_order_and_each_publishers_own()
    {
        var ring = new LoopbackRing(2, 20);
        long[] subscriptions = [.. Enumerable.Range(0, 4).Select(i => ring.Nodes[i].Subscribe(Prefix))];
        ring.RunFor(5 * Second);
        for (int i = 0; i < 60; i++)
        {
            ring.Nodes[10 + (i % 3)].Publish($"news/{i % 5}", $"{i % 3} {i / 3:00}");
            ring.RunFor(TimeSpan.FromMilliseconds(20));
        }

        ring.RunFor(3 * Second);
        List<(ulong, string)> first = ring.Nodes[0].Received(subscriptions[0]);
        Assert.Equal(60, first.Count);
        for (int i = 1; i < 4; i++) Assert.Equal(first, ring.Nodes[i].Received(subscriptions[i]));
        string[] texts = [.. Unwrapped(ring.Nodes[0], subscriptions[0], Prefix).Select(m => m.Text)];
        foreach (char publisher in "012") Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{publisher} {i:00}"), texts.Where(t => t[0] == publisher));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void From_the_moment_at_which_a_subscription_stands_no_message_is_missed(ulong seed)
    {
        var ring = new LoopbackRing(seed, 20) { Loss = seed % 2 == 0 ? 0.05 : 0 };
        LoopbackNode subscriber = ring.Nodes[0];
        long subscription = 0;
        List<(LoopbackNode Node, long Id, string Text)> after = [];
        for (int i = 0; i < 400; i++)
        {
            if (i == 100) subscription = subscriber.Subscribe(Prefix);
            LoopbackNode publisher = ring.Nodes[10 + (i % 5)];
            // Every topic is new: what was not there when the subscription began counts like the rest.
            long id = publisher.Publish($"news/{i}", $"m{i}");
            if (subscriber.Replies.Exists(r => r is Subscribed s && s.RequestId == subscription)) after.Add((publisher, id, $"m{i}"));
            ring.RunFor(TimeSpan.FromMilliseconds(30));
        }

        ring.Loss = 0;
        ring.RunFor(20 * Second);
        Assert.InRange(after.Count, 50, 300);
        Assert.All(after, p => Assert.IsType<Published>(p.Node.AnswerTo(p.Id)));
        HashSet<string> got = [.. Unwrapped(subscriber, subscription, Prefix).Select(m => m.Text)];
        Assert.Equal([], after.Select(p => p.Text).Where(t => !got.Contains(t)));
        Assert.Equal(got.Count, subscriber.Received(subscription).Count);
    }

    [Fact]
    public void The_death_of_the_prefixs_root_loses_nothing()
    {
        var ring = new LoopbackRing(7, 20);
        LoopbackNode root = ring.RootOf(TopicName.IdOf(Prefix));
        LoopbackNode[] others = [.. ring.Nodes.Where(n => n != root)];
        long subscription = others[0].Subscribe(Prefix);
        ring.RunFor(5 * Second);
        List<(LoopbackNode Node, long Id, string Text)> published = [];
        for (int i = 0; i < 300; i++)
        {
            if (i == 60) ring.Kill(root);
            LoopbackNode publisher = others[5 + (i % 5)];
            published.Add((publisher, publisher.Publish($"news/{i % 7}", $"m{i}"), $"m{i}"));
            ring.RunFor(TimeSpan.FromMilliseconds(50));
        }

        ring.RunFor(20 * Second);
        HashSet<string> got = [.. Unwrapped(others[0], subscription, Prefix).Select(m => m.Text)];
        Assert.Equal([], published.Where(p => p.Node.AnswerTo(p.Id) is Published && !got.Contains(p.Text)).Select(p => p.Text));
        Assert.All(published, p => Assert.IsType<Published>(p.Node.AnswerTo(p.Id)));
        Assert.Equal(got.Count, others[0].Received(subscription).Count);
    }

    [Fact]
    public void What_nobody_subscribes_to_is_not_published_to()
    {
        var ring = new LoopbackRing(8, 12);
        ring.RunFor(5 * Second);
        for (int i = 0; i < 20; i++)
        {
            ring.Nodes[3].Publish("news/eu", $"m{i}");
            ring.RunFor(Second / 2);
        }

        Assert.All(ring.Nodes, n => Assert.Null(n.Status(Prefix)));
        Assert.Equal(20, ring.Nodes[3].Replies.OfType<Published>().Count());
    }

    [Fact]
    public void A_name_with_a_wildcard_is_not_published_to()
    {
        var ring = new LoopbackRing(9, 3);
        long id = ring.Nodes[0].Publish(Prefix, "x");
        Assert.Equal(FailureCode.Invalid, Assert.IsType<Failed>(ring.Nodes[0].AnswerTo(id)).Code);
        long other = ring.Nodes[0].Subscribe("news/#/eu");
        Assert.Equal(FailureCode.Invalid, Assert.IsType<Failed>(ring.Nodes[0].AnswerTo(other)).Code);
    }

    [Fact]
    public void A_root_that_does_not_say_whether_it_is_wanted_fails_the_publish_in_time()
    {
        var ring = new LoopbackRing(10, 12, new ScribeOptions { PublishTimeout = 5 * Second });
        LoopbackNode node = ring.Nodes.First(n => n != ring.RootOf(TopicName.IdOf(Prefix)) && n != ring.RootOf(TopicName.IdOf("news/eu")));
        ring.Cut = (_, to, message) => message is TreeAnswer && to == node;
        long id = node.Publish("news/eu", "x");
        ring.RunFor(12 * Second);
        Assert.Equal(FailureCode.TimedOut, Assert.IsType<Failed>(node.AnswerTo(id)).Code);
    }

    [Fact]
    public void Who_may_not_publish_to_a_topic_does_not_reach_the_prefix_above_it()
    {
        var ring = new LoopbackRing(11, 20);
        LoopbackNode named = ring.Nodes[3];
        Define(ring, "news/closed", TopicSettings.Default with { Publishers = [named.Id] });
        long subscription = ring.Nodes[1].Subscribe(Prefix);
        ring.RunFor(5 * Second);
        long refused = ring.Nodes[4].Publish("news/closed", "not mine");
        long taken = named.Publish("news/closed", "mine");
        long other = ring.Nodes[4].Publish("news/open", "anybody's");
        ring.RunFor(5 * Second);
        Assert.Equal(FailureCode.Forbidden, Assert.IsType<Failed>(ring.Nodes[4].AnswerTo(refused)).Code);
        Assert.IsType<Published>(named.AnswerTo(taken));
        Assert.IsType<Published>(ring.Nodes[4].AnswerTo(other));
        Assert.Equal(["anybody's", "mine"], Unwrapped(ring.Nodes[1], subscription, Prefix).Select(m => m.Text).Order());
    }

    [Fact]
    public void Who_publishes_to_a_prefix_by_itself_cannot_claim_a_topic_that_is_closed_to_it()
    {
        var ring = new LoopbackRing(12, 20);
        Define(ring, "news/closed", TopicSettings.Default with { Publishers = [ring.Nodes[3].Id] });
        RingId id = TopicName.IdOf(Prefix);
        LoopbackNode root = ring.RootOf(id);
        LoopbackNode liar = ring.Nodes.First(n => n != root && n != ring.Nodes[3]);
        LoopbackNode subscriber = ring.Nodes.First(n => n != root && n != liar);
        long subscription = subscriber.Subscribe(Prefix);
        ring.RunFor(5 * Second);
        long honest = liar.Publish("news/open", "open");
        ring.RunFor(2 * Second);
        Assert.IsType<Published>(liar.AnswerTo(honest));
        PublishItem Claim(ulong number, Blob payload) => new(number, payload);
        ulong next = 1UL << 40;
        foreach (Blob claim in (Blob[])[TopicPrefix.Wrap("news/closed", "claimed"u8.ToArray()), TopicPrefix.Wrap("sport/x", "elsewhere"u8.ToArray()), "no wrapping"u8.ToArray(), default])
        {
            ring.Send(liar, new PublishItems(id, [Claim(next++, claim)]), root.Self, Lane.Control, null);
            ring.RunFor(2 * Second);
        }

        Assert.Equal(["open"], Unwrapped(subscriber, subscription, Prefix).Select(m => m.Text));
        Assert.Equal(4, root.Facts.Count(f => f.Kind == FactKind.MessageRefused && f.Subject == liar.Id));
        Assert.DoesNotContain(subscriber.Replies, r => r is TopicGap);
    }

    [Fact]
    public void Messages_for_named_subscribers_come_only_to_prefixes_that_nobody_else_reads()
    {
        var ring = new LoopbackRing(13, 20);
        (LoopbackNode reader, LoopbackNode stranger) = (ring.Nodes[5], ring.Nodes[6]);
        Define(ring, "news/secret", TopicSettings.Default with { Subscribers = [reader.Id, ring.Nodes[7].Id] });
        Define(ring, "news/secret/#", TopicSettings.Default with { Subscribers = [reader.Id] });
        Define(ring, "news/secret/deep", TopicSettings.Default with { Subscribers = [reader.Id, ring.Nodes[7].Id] });
        long all = stranger.Subscribe(Prefix);
        long own = reader.Subscribe("news/secret/#");
        ring.RunFor(8 * Second);
        Assert.IsType<Published>(Publish(ring, ring.Nodes[8], "news/secret", "one"));
        Assert.IsType<Published>(Publish(ring, ring.Nodes[8], "news/secret/deep", "two"));
        Assert.IsType<Published>(Publish(ring, ring.Nodes[8], "news/open", "three"));
        Assert.Equal(["three"], Unwrapped(stranger, all, Prefix).Select(m => m.Text));
        Assert.Equal(["two"], Unwrapped(reader, own, "news/secret/#").Select(m => m.Text));
    }

    private static Reply? Publish(LoopbackRing ring, LoopbackNode node, string topic, string text)
    {
        long id = node.Publish(topic, text);
        ring.RunFor(5 * Second);
        return node.AnswerTo(id);
    }

    private static void Define(LoopbackRing ring, string topic, TopicSettings settings)
    {
        long id = ring.Nodes[0].Define(topic, settings);
        ring.RunFor(5 * Second);
        Assert.IsType<TopicDefined>(ring.Nodes[0].AnswerTo(id));
    }

    private static List<(string Topic, string Text)> Unwrapped(LoopbackNode node, long subscription, string prefix)
    {
        List<(string, string)> messages = [];
        foreach (TopicItem item in node.Replies.OfType<TopicMessages>().Where(r => r.RequestId == subscription).SelectMany(r => r.Items))
        {
            Assert.True(TopicPrefix.TryUnwrap(prefix, item.Payload, out string name, out Blob payload));
            messages.Add((name, System.Text.Encoding.UTF8.GetString(payload.Span)));
        }

        return messages;
    }
}
