using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>Anycast over a loopback ring: one member has the message, or the sender knows why not.</summary>
public sealed class AnycastScenarios
{
    private const string Topic = "jobs";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void One_member_that_takes_it_has_the_message_and_the_sender_knows_which()
    {
        var ring = new LoopbackRing(1, 40);
        foreach (LoopbackNode node in ring.Nodes.Where((_, i) => i % 2 == 0)) Join(node, 0);
        LoopbackNode[] takers = [ring.Nodes[7], ring.Nodes[21]];
        foreach (LoopbackNode taker in takers) Join(taker, int.MaxValue);
        ring.RunFor(2 * Second);
        for (int i = 0; i < 10; i++)
        {
            int had = Taken(ring);
            AnycastAccepted accepted = Assert.IsType<AnycastAccepted>(Send(ring, ring.Nodes[(i * 3) + 1], $"job {i}"));
            LoopbackNode by = Assert.Single(takers, t => t.Self == accepted.By);
            Assert.Equal($"job {i}", System.Text.Encoding.UTF8.GetString(by.Replies.OfType<AnycastDelivered>().Last().Item.Payload.Span));
            Assert.Equal(had + 1, Taken(ring));
            Assert.InRange(accepted.Visited, 1, 40);
        }
    }

    [Fact]
    public void The_members_own_node_is_asked_first()
    {
        var ring = new LoopbackRing(2, 30);
        foreach (LoopbackNode node in ring.Nodes) Join(node, int.MaxValue);
        ring.RunFor(2 * Second);
        AnycastAccepted accepted = Assert.IsType<AnycastAccepted>(Send(ring, ring.Nodes[4], "x"));
        Assert.Equal((ring.Nodes[4].Self, 1), (accepted.By, accepted.Visited));
    }

    [Fact]
    public void Who_has_taken_as_many_as_it_wanted_declines()
    {
        var ring = new LoopbackRing(3, 20);
        Join(ring.Nodes[3], 2);
        Join(ring.Nodes[9], 1);
        ring.RunFor(2 * Second);
        for (int i = 0; i < 3; i++) Assert.IsType<AnycastAccepted>(Send(ring, ring.Nodes[0], "x"));
        Assert.Equal((2, 1), (Taken(ring.Nodes[3]), Taken(ring.Nodes[9])));
        Assert.Equal(FailureCode.NotFound, Assert.IsType<Failed>(Send(ring, ring.Nodes[0], "x")).Code);
    }

    [Fact]
    public void Nobody_takes_it_is_an_answer_with_or_without_a_tree()
    {
        var ring = new LoopbackRing(4, 20);
        Assert.Equal(FailureCode.NotFound, Assert.IsType<Failed>(Send(ring, ring.Nodes[0], "x")).Code);
        foreach (LoopbackNode node in ring.Nodes) Join(node, 0);
        ring.RunFor(2 * Second);
        Failed failed = Assert.IsType<Failed>(Send(ring, ring.Nodes[0], "x"));
        Assert.Equal(FailureCode.NotFound, failed.Code);
        Assert.Contains("20 nodes", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Dead_nodes_are_passed_over_and_lost_answers_do_not_hand_over_twice()
    {
        var ring = new LoopbackRing(5, 40) { DetectionDelay = TimeSpan.FromHours(1) };
        foreach (LoopbackNode node in ring.Nodes.Where((_, i) => i % 2 == 0)) Join(node, 0);
        LoopbackNode[] takers = [.. ring.Nodes.Where((_, i) => i % 8 == 1)];
        foreach (LoopbackNode taker in takers) Join(taker, int.MaxValue);
        ring.RunFor(2 * Second);
        LoopbackNode sender = ring.Nodes[2];
        foreach (LoopbackNode dead in ring.Nodes.Where((n, i) => i % 10 == 3 && n != sender)) ring.Kill(dead);
        int lost = 0;
        ring.Cut = (_, _, message) => message is AnycastAnswer && lost++ % 2 == 0;
        for (int i = 0; i < 8; i++) Assert.IsType<AnycastAccepted>(Send(ring, sender, $"job {i}", 60));
        Assert.Equal(8, Taken(ring));
    }

    [Fact]
    public void What_is_too_large_or_has_no_time_ends_with_the_reason()
    {
        var ring = new LoopbackRing(6, 5);
        LoopbackNode node = ring.Nodes[0];
        long large = node.Ask(id => new Anycast(id, Second, Topic, new byte[(64 * 1024) + 1]));
        Assert.Equal(FailureCode.Invalid, Assert.IsType<Failed>(node.AnswerTo(large)).Code);
        foreach (LoopbackNode other in ring.Nodes.Skip(1)) ring.Kill(other);
        string elsewhere = Enumerable.Range(0, 100).Select(i => $"topic {i}").First(t => ring.Nodes.MinBy(n => Distance(n.Id, t)) != node);
        long lost = node.Ask(id => new Anycast(id, Second, elsewhere, new byte[1]));
        ring.RunFor(3 * Second);
        Assert.Equal(FailureCode.TimedOut, Assert.IsType<Failed>(node.AnswerTo(lost)).Code);
    }

    private static UInt128 Distance(RingId id, string topic)
    {
        UInt128 way = unchecked(id.Value - TopicName.IdOf(topic).Value);
        return UInt128.Min(way, unchecked(-way));
    }

    private static void Join(LoopbackNode node, int anycasts) => node.Ask(id => new Subscribe(id, 30 * Second, Topic) { AnycastsWanted = anycasts });

    private static Reply Send(LoopbackRing ring, LoopbackNode from, string text, int seconds = 10)
    {
        long ask = from.Ask(id => new Anycast(id, seconds * Second, Topic, System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.True(ring.RunUntil(() => from.AnswerTo(ask) is not null, (seconds + 1) * Second));
        return from.AnswerTo(ask)!;
    }

    private static int Taken(LoopbackRing ring) => ring.Nodes.Sum(Taken);

    private static int Taken(LoopbackNode node) => node.Replies.OfType<AnycastDelivered>().Count();
}
