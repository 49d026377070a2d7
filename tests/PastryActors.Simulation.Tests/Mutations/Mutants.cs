using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Workers;

namespace PastryActors.Simulation.Tests.Mutations;

/// <summary>Acknowledges a hop and then forgets it.</summary>
internal sealed class AcksAndDrops(INodeCore inner) : AlteredCore(inner)
{
    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is not Routed { Payload.Kind: 97 } hop || hop.Sequence % 8 != 0) return true;
        outbox.Send(happened.From!, new HopAck(hop.Sequence));
        return false;
    }
}

/// <summary>Takes every key for its own as soon as it comes, as a wrong tie-break or comparison would.</summary>
internal sealed class DeliversAnywhere(INodeCore inner) : AlteredCore(inner)
{
    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is not Routed { Payload.Kind: 97 } hop) return true;
        outbox.Send(happened.From!, new HopAck(hop.Sequence));
        outbox.Report(new Fact(FactKind.Delivered, hop.Key, hop.Hops));
        return false;
    }
}

/// <summary>Takes the first node clockwise of a key for its root, as a comparison that forgets one side would.</summary>
internal sealed class WrongTieBreak(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is not Routed { Payload.Kind: 97 } hop || !((PastryNode)Inner).Leafs.Covers(hop.Key))
        {
            Pass(effect, outbox);
            return;
        }

        RingId key = hop.Key;
        NodeHandle next = ((PastryNode)Inner).Leafs.Members().Append(Self).MinBy(n => key.ClockwiseTo(n.Id))!;
        if (next.Id == Self.Id) outbox.Report(new Fact(FactKind.Delivered, key, hop.Hops - 1));
        else outbox.Send(next, hop);
    }
}

/// <summary>No per-hop acknowledgements: it takes every hop for taken as soon as it is sent, and never goes around a silent one.</summary>
internal sealed class NeverReroutes(INodeCore inner) : AlteredCore(inner)
{
    private readonly Queue<(NodeHandle To, ulong Sequence)> _sent = new();

    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        Feed(happened, now, outbox);
        while (_sent.TryDequeue(out (NodeHandle To, ulong Sequence) hop)) Feed(NodeEvent.Received(hop.To, new HopAck(hop.Sequence)), now, outbox);
        return false;
    }

    protected override void Let(in Effect effect, Outbox outbox)
    {
        Pass(effect, outbox);
        if (effect.Body is Routed { Payload.Kind: 97, Sequence: not 0 } hop) _sent.Enqueue((effect.To!, hop.Sequence));
    }
}

/// <summary>Active too early: it answers the probes of its leaf set itself instead of asking, so nobody has heard of it when it begins to deliver.</summary>
internal sealed class ActiveTooEarly(INodeCore inner) : AlteredCore(inner)
{
    private readonly Queue<NodeHandle> _asked = new();

    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        Feed(happened, now, outbox);
        while (_asked.TryDequeue(out NodeHandle? peer)) Feed(NodeEvent.Received(peer, new LeafSetProbe(ProbePurpose.Answer, true, [], [])), now, outbox);
        return false;
    }

    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is LeafSetProbe { Purpose: ProbePurpose.Ask }) _asked.Enqueue(effect.To!);
        else if (effect.Body is not LeafSetProbe) Pass(effect, outbox);
    }
}

/// <summary>Never looks whether its neighbours live: no probes, no maintenance, no news.</summary>
internal sealed class NoFailureDetection(INodeCore inner) : AlteredCore(inner)
{
    private bool _active;

    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox) => !_active || happened.Kind is not (NodeEventKind.LinkFailed or NodeEventKind.TimerFired) || happened.Timer.Owner != 0;

    protected override void Let(in Effect effect, Outbox outbox)
    {
        _active |= effect is { Kind: EffectKind.Report, Fact.Kind: FactKind.BecameActive };
        if (!_active || effect.Body is not LeafSetProbe { Purpose: ProbePurpose.Announce }) Pass(effect, outbox);
    }
}

/// <summary>Sends a message back to where it came from: it goes in a circle.</summary>
internal sealed class RoutesBack(INodeCore inner) : AlteredCore(inner)
{
    private const int HopsMax = 64;

    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is not Routed { Payload.Kind: 97, Hops: < HopsMax } hop) return true;
        outbox.Send(happened.From!, new HopAck(hop.Sequence));
        outbox.Report(new Fact(FactKind.HopTaken, hop.Key, hop.Hops + 1));
        outbox.Send(happened.From!, hop with { Hops = hop.Hops + 1, Sequence = 0 });
        return false;
    }
}

/// <summary>Hands every run of messages to its subscriber twice: forgotten recognition of duplicates.</summary>
internal sealed class DeliversTwice(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        Pass(effect, outbox);
        if (effect.Body is TopicMessages messages) outbox.Reply(messages);
    }
}

/// <summary>Takes every signature over messages for good.</summary>
internal sealed class BelievesSignatures(INodeCore inner) : AlteredCore(inner)
{
    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is not ContentsVerified verified) return true;
        Feed(NodeEvent.WorkDone(verified with { Good = verified.Good.Select(static _ => true).ToValueList() }), now, outbox);
        return false;
    }
}

/// <summary>A subscriber misses every third run of messages without a word.</summary>
internal sealed class SkipsMessages(INodeCore inner) : AlteredCore(inner)
{
    private int _count;

    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is not TopicMessages || ++_count % 3 != 0) Pass(effect, outbox);
    }
}

/// <summary>Confirms publishes without numbering them.</summary>
internal sealed class ConfirmsWithoutPublishing(INodeCore inner) : AlteredCore(inner)
{
    private ulong _sequence;

    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is not Publish publish) return true;
        outbox.Reply(new Published(publish.Id, ++_sequence));
        return false;
    }
}

/// <summary>One replica too few: a third of the writes are said to be durable and are not.</summary>
internal sealed class LiesAboutWrites(INodeCore inner) : AlteredCore(inner)
{
    private readonly Queue<StoreWrite> _swallowed = new();
    private int _count;

    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        Feed(happened, now, outbox);
        while (_swallowed.TryDequeue(out StoreWrite? write)) Feed(NodeEvent.WorkDone(new StoreChanged(write.Id, write.Object, StoreStatus.Done)), now, outbox);
        return false;
    }

    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is StoreWrite write && ++_count % 3 == 0) _swallowed.Enqueue(write);
        else Pass(effect, outbox);
    }
}

/// <summary>A count of replicas that is off by one: the last of the k closest believes that it need not hold the object.</summary>
internal sealed class OneReplicaTooFew(INodeCore inner) : AlteredCore(inner)
{
    private const int Replicas = 3;

    private readonly Queue<StoreWrite> _spared = new();

    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        Feed(happened, now, outbox);
        while (_spared.TryDequeue(out StoreWrite? write)) Feed(NodeEvent.WorkDone(new StoreChanged(write.Id, write.Object, StoreStatus.Done)), now, outbox);
        return false;
    }

    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is StoreWrite write && ((PastryNode)Inner).Leafs.RankOf(write.Object.Key) == Replicas - 1) _spared.Enqueue(write);
        else Pass(effect, outbox);
    }
}

/// <summary>Forgotten repair: it never compares what it holds with its neighbours.</summary>
internal sealed class NoReplicaRepair(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is not (SyncAsk or SyncAnswer or SyncTell or FetchRequest)) Pass(effect, outbox);
    }
}

/// <summary>Serves other bytes than were stored.</summary>
internal sealed class ServesOtherBytes(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is ObjectFound found) outbox.Reply(found with { Content = new VirtualContent(found.Content.Length, Hash256.Of([1])) });
        else Pass(effect, outbox);
    }
}

/// <summary>Says that an object is nowhere while its holders are only slow to answer.</summary>
internal sealed class SaysNotFound(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is ObjectFound found) outbox.Reply(new Failed(found.RequestId, FailureCode.NotFound, "nobody has it"));
        else Pass(effect, outbox);
    }
}

/// <summary>A root that was succeeded and does not know it: every subscriber takes itself for the root.</summary>
internal sealed class TakesItselfForRoot(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is TopicsDescribed described) outbox.Reply(described with { Topics = [.. described.Topics.Select(static t => t with { IsRoot = true })] });
        else Pass(effect, outbox);
    }
}

/// <summary>A subscriber has itself for its parent and its child.</summary>
internal sealed class GoesInACircle(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is TopicsDescribed described) outbox.Reply(described with { Topics = [.. described.Topics.Select(t => t.IsRoot ? t : t with { Parent = Self, Children = [Self] })] });
        else Pass(effect, outbox);
    }
}

/// <summary>Takes children into its tables and never tells them.</summary>
internal sealed class NeverAdopts(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is not JoinAccepted) Pass(effect, outbox);
    }
}

/// <summary>Schedules every timer many times: the rest come when nobody expects them.</summary>
internal sealed class DoublesTimers(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        Pass(effect, outbox);
        for (int i = 0; effect.Kind == EffectKind.Schedule && i < 16; i++) outbox.Schedule(effect.Timer, effect.Delay + TimeSpan.FromHours(1));
    }
}

/// <summary>Leaves lookups of files without an answer.</summary>
internal sealed class NeverAnswers(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is not (ObjectFound or Failed)) Pass(effect, outbox);
    }
}

/// <summary>Has its timers come back at once: it never ends what it does, and time stands still.</summary>
internal sealed class NeverRests(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Kind == EffectKind.Schedule) outbox.Schedule(effect.Timer, TimeSpan.Zero);
        else Pass(effect, outbox);
    }
}
