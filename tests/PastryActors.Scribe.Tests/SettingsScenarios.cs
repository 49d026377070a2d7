using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>Topics that somebody created: who may do what, and what best-effort promises.</summary>
public sealed class SettingsScenarios
{
    private const string Topic = "news";

    [Fact]
    public void Only_named_publishers_publish_and_others_are_told_so()
    {
        var ring = new LoopbackRing(1, 20);
        Create(ring, ring.Nodes[0], TopicSettings.Default with { Publishers = [ring.Nodes[3].Id] });
        long good = ring.Nodes[3].Publish(Topic, "mine");
        long bad = ring.Nodes[4].Publish(Topic, "not mine");
        ring.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(new Published(good, 1), ring.Nodes[3].AnswerTo(good));
        Assert.Equal(FailureCode.Forbidden, Assert.IsType<Failed>(ring.Nodes[4].AnswerTo(bad)).Code);
    }

    [Fact]
    public void Only_named_subscribers_subscribe_and_their_joins_pass_by_the_others()
    {
        var ring = new LoopbackRing(2, 40);
        LoopbackNode[] named = [.. ring.Nodes.Where((_, i) => i % 4 == 0)];
        Create(ring, ring.Nodes[1], TopicSettings.Default with { Subscribers = named.Select(n => n.Id).ToValueList() });
        Dictionary<LoopbackNode, long> subscriptions = ring.Nodes.Where((_, i) => i % 2 == 0).ToDictionary(n => n, n => n.Subscribe(Topic));
        ring.RunFor(TimeSpan.FromSeconds(20));
        ring.Nodes[7].Publish(Topic, "for the named");
        ring.RunFor(TimeSpan.FromSeconds(3));
        foreach ((LoopbackNode node, long id) in subscriptions)
        {
            if (named.Contains(node)) Assert.Equal([(1UL, "for the named")], node.Received(id));
            else Assert.Equal(FailureCode.Forbidden, Assert.IsType<Failed>(node.AnswerTo(id)).Code);
        }

        Assert.All(ring.Nodes, n => Assert.True(named.Contains(n) || n.Status(Topic) is null or { IsRoot: true }));
    }

    [Fact]
    public void A_subscriber_who_is_no_longer_named_is_put_out()
    {
        var ring = new LoopbackRing(3, 20);
        LoopbackNode creator = ring.Nodes[0];
        Create(ring, creator, TopicSettings.Default with { Subscribers = [ring.Nodes[5].Id, ring.Nodes[6].Id] });
        (long stays, long goes) = (ring.Nodes[5].Subscribe(Topic), ring.Nodes[6].Subscribe(Topic));
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.IsType<Subscribed>(ring.Nodes[6].AnswerTo(goes));
        Create(ring, creator, TopicSettings.Default with { Subscribers = [ring.Nodes[5].Id] }, at: 2);
        ring.RunFor(TimeSpan.FromSeconds(5));
        creator.Publish(Topic, "still here");
        ring.RunFor(TimeSpan.FromSeconds(3));
        Assert.Contains(ring.Nodes[6].Replies, r => r is Failed { Code: FailureCode.Forbidden } failed && failed.RequestId == goes);
        Assert.Empty(ring.Nodes[6].Received(goes));
        Assert.Equal([(1UL, "still here")], ring.Nodes[5].Received(stays));
    }

    [Fact]
    public void A_topic_has_one_creator_and_none_once_it_has_messages()
    {
        var ring = new LoopbackRing(4, 20);
        Create(ring, ring.Nodes[0], TopicSettings.Default);
        Assert.Equal(FailureCode.Exists, CodeOf(ring, ring.Nodes[1], Topic, at: 5));
        ring.Nodes[2].Publish("used", "first");
        ring.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(FailureCode.Exists, CodeOf(ring, ring.Nodes[1], "used", at: 5));
    }

    [Fact]
    public void What_the_creator_decided_outlives_the_root()
    {
        var ring = new LoopbackRing(5, 20);
        LoopbackNode root = ring.RootOf(TopicName.IdOf(Topic));
        LoopbackNode creator = ring.Nodes.First(n => n != root);
        Create(ring, creator, TopicSettings.Default with { Publishers = [creator.Id] });
        ring.Kill(root);
        ring.RunFor(TimeSpan.FromSeconds(10));
        LoopbackNode other = ring.Alive.First(n => n != creator);
        long bad = other.Publish(Topic, "no");
        long good = creator.Publish(Topic, "yes");
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(FailureCode.Forbidden, Assert.IsType<Failed>(other.AnswerTo(bad)).Code);
        Assert.IsType<Published>(creator.AnswerTo(good));
    }

    [Fact]
    public void A_created_topic_goes_on_in_a_term_that_no_first_use_reaches()
    {
        var ring = new LoopbackRing(8, 12);
        Dictionary<RingId, ulong> terms = [];
        ring.Cut = (_, _, message) =>
        {
            if (message is ReplicaState state) terms[state.Topic] = state.Term.Number;
            return false;
        };
        Create(ring, ring.Nodes[0], TopicSettings.Default);
        ring.Nodes[1].Publish("used", "first");
        long publish = ring.Nodes[2].Publish(Topic, "first");
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.True(terms[TopicName.IdOf(Topic)] > Term.CreatedFrom);
        Assert.InRange(terms[TopicName.IdOf("used")], 1UL, 100UL);
        Assert.Equal(new Published(publish, 1), ring.Nodes[2].AnswerTo(publish));
    }

    [Fact]
    public void A_forged_certificate_is_refused()
    {
        var ring = new LoopbackRing(6, 10);
        LoopbackNode root = ring.RootOf(TopicName.IdOf(Topic));
        LoopbackNode forger = ring.Nodes.First(n => n != root);
        ring.Nodes[0].Subscribe(Topic);
        ring.RunFor(TimeSpan.FromSeconds(2));
        var unsigned = new TopicCertificate(Topic, TopicSettings.Default with { Publishers = [forger.Id] }, root.OwnerKey, 1, new BatchSignature(new byte[64], 0, default));
        Core.Wire.Message? verdict = null;
        ring.Cut = (_, to, message) =>
        {
            if (to == forger && message is TopicVerdict) verdict = message;
            return false;
        };
        forger.Send(new CreateTopic(TopicName.IdOf(Topic), 7, unsigned), root.Self);
        ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(new TopicVerdict(TopicName.IdOf(Topic), 7, Verdict.BadCertificate), verdict);
        Assert.Equal(TopicSettings.Default, root.Status(Topic)!.Settings);
    }

    [Theory]
    [InlineData(DeliveryLevel.BestEffort, true)]
    [InlineData(DeliveryLevel.Ordered, false)]
    public void Only_best_effort_waits_for_no_copy(DeliveryLevel level, bool goesOn)
    {
        var ring = new LoopbackRing(7, 20);
        Create(ring, ring.Nodes[0], TopicSettings.Default with { Level = level });
        long id = ring.Nodes[3].Subscribe(Topic);
        ring.RunFor(TimeSpan.FromSeconds(2));
        ring.Cut = (_, _, message) => message is Replicate or ReplicaState;
        long publish = ring.Nodes[1].Publish(Topic, "a");
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(goesOn ? [(1UL, "a")] : [], ring.Nodes[3].Received(id));
        Assert.Equal(goesOn, ring.Nodes[1].AnswerTo(publish) is Published);
    }

    [Fact]
    public void What_best_effort_loses_is_told_and_not_asked_for()
    {
        var ring = new LoopbackRing(8, 20);
        Create(ring, ring.Nodes[0], TopicSettings.Default with { Level = DeliveryLevel.BestEffort });
        LoopbackNode subscriber = ring.Nodes.First(n => n != ring.RootOf(TopicName.IdOf(Topic)));
        long id = subscriber.Subscribe(Topic);
        ring.RunFor(TimeSpan.FromSeconds(3));
        ring.Cut = (_, to, message) =>
        {
            Assert.IsNotType<ResendRequest>(message);
            return to == subscriber && message is Multicast { First: 2 };
        };
        foreach (string text in (string[])["a", "b", "c"])
        {
            ring.Nodes[0].Publish(Topic, text);
            ring.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([(1UL, "a"), (3UL, "c")], subscriber.Received(id));
        Assert.Contains(subscriber.Replies, r => r is TopicGap { From: 2, To: 2 });
    }

    private static void Create(LoopbackRing ring, LoopbackNode creator, TopicSettings settings, ulong at = 1)
    {
        long id = creator.Define(Topic, settings, at);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.IsType<TopicDefined>(creator.AnswerTo(id));
    }

    private static FailureCode? CodeOf(LoopbackRing ring, LoopbackNode creator, string topic, ulong at)
    {
        long id = creator.Define(topic, TopicSettings.Default with { Publishers = [creator.Id] }, at);
        ring.RunFor(TimeSpan.FromSeconds(5));
        return (creator.AnswerTo(id) as Failed)?.Code;
    }
}
