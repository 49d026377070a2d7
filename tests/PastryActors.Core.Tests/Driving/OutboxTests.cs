using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Tests.Wire;

namespace PastryActors.Core.Tests.Driving;

/// <summary>Effects come out as they were put in: the driver's duties rest on their order.</summary>
public sealed class OutboxTests
{
    private static readonly NodeHandle Peer = new(new RingId(7), "peer", 1);

    [Fact]
    public void Effects_of_all_kinds_keep_the_order_in_which_they_were_put_in()
    {
        var outbox = new Outbox();
        var message = new TestMessage { Number = 1 };
        var content = new MemoryContent("abc"u8.ToArray());
        var work = new StoreRead(16, default, MetaOnly: true);
        var reply = new Failed(3, FailureCode.Busy, "later");
        var timer = new NodeTimer(1, 2, 3, new RingId(4));
        outbox.Report(new Fact(FactKind.Alone));
        outbox.Send(Peer, message, Lane.Bulk, content);
        outbox.Schedule(timer, TimeSpan.FromSeconds(5));
        outbox.Do(work);
        outbox.Reply(reply);
        outbox.Send(Peer, message);
        Assert.Equal<Effect>(
            [
                new(EffectKind.Report, Fact: new Fact(FactKind.Alone)),
                new(EffectKind.Send, To: Peer, Body: message, Content: content, Lane: Lane.Bulk),
                new(EffectKind.Schedule, Timer: timer, Delay: TimeSpan.FromSeconds(5)),
                new(EffectKind.Work, Body: work),
                new(EffectKind.Reply, Body: reply),
                new(EffectKind.Send, To: Peer, Body: message),
            ],
            outbox.Effects.ToArray());
        Assert.Same(message, outbox.Effects[1].Message);
        Assert.Same(work, outbox.Effects[3].Work);
        Assert.Same(reply, outbox.Effects[4].Reply);
    }

    [Fact]
    public void A_cleared_outbox_is_empty_and_takes_more()
    {
        var outbox = new Outbox();
        outbox.Report(new Fact(FactKind.Alone));
        outbox.Clear();
        Assert.True(outbox.Effects.IsEmpty);
        outbox.Report(new Fact(FactKind.RingFounded));
        Assert.Equal(FactKind.RingFounded, Assert.Single(outbox.Effects.ToArray()).Fact.Kind);
    }

    [Fact]
    public void An_event_carries_what_its_factory_was_given()
    {
        var message = new TestMessage();
        var content = new MemoryContent("abc"u8.ToArray());
        NodeEvent received = NodeEvent.Received(Peer, message, content);
        Assert.Equal((NodeEventKind.Received, Peer, message, content), (received.Kind, received.From, received.Body, received.Content));
        NodeEvent fired = NodeEvent.TimerFired(new NodeTimer(1, 2));
        Assert.Equal((NodeEventKind.TimerFired, new NodeTimer(1, 2)), (fired.Kind, fired.Timer));
        var result = new StoreChanged(1, default, StoreStatus.Done);
        Assert.Equal((NodeEventKind.WorkDone, result), (NodeEvent.WorkDone(result).Kind, NodeEvent.WorkDone(result).Body));
        Assert.Equal((NodeEventKind.LinkFailed, Peer), (NodeEvent.LinkFailed(Peer).Kind, NodeEvent.LinkFailed(Peer).From));
    }
}
