using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>Whole components over a loopback ring: the topic of such tests, and what they have in common.</summary>
public abstract class TopicScenarios
{
    protected const string Topic = "news";
    protected static readonly RingId TopicId = TopicName.IdOf(Topic);

    private protected static Dictionary<LoopbackNode, long> SubscribeAll(LoopbackRing ring, IEnumerable<LoopbackNode> nodes)
    {
        var subscriptions = nodes.ToDictionary(n => n, n => n.Subscribe(Topic));
        Assert.True(ring.RunUntil(() => subscriptions.All(s => s.Key.AnswerTo(s.Value) is Subscribed), TimeSpan.FromSeconds(10)), "not everybody could subscribe");
        return subscriptions;
    }

    private protected static void AssertSameEverywhere(Dictionary<LoopbackNode, long> subscriptions, int count)
    {
        List<(ulong Sequence, string Text)>? expected = null;
        foreach ((LoopbackNode node, long id) in subscriptions)
        {
            List<(ulong Sequence, string Text)> received = node.Received(id);
            Assert.Equal(Enumerable.Range(1, count).Select(i => (ulong)i), received.Select(r => r.Sequence));
            Assert.Equal(count, received.Select(r => r.Text).Distinct().Count());
            Assert.Equal(expected ?? received, received);
            expected = received;
        }
    }
}
