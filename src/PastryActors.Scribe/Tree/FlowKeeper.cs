using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Stream;
using PastryActors.Scribe.Subscribing;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// Sends the stream to the children, no faster than each takes it. A slow child first gets larger batches; one that is slow for long is put out,
/// which is counted, and for a while its joins are sent on to one of its siblings.
/// </summary>
internal sealed class FlowKeeper(ScribeContext context)
{
    /// <summary>Children that were put out and are remembered, over all topics.</summary>
    private const int SlowMax = 1024;

    /// <summary>
    /// How long a child that is held back and takes nothing is waited for, and a subscriber likewise: longer than a busy machine lets a process stand, and short beside what publishers
    /// bear. It says after every quarter of a window that it took it: so one that is slower than that, 4 MiB a second, is not waited for either.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<(RingId Topic, RingId Child), Instant> _slow = [];
    private readonly Queue<(RingId Topic, RingId Child)> _order = new();

    /// <summary>A run goes to every child that keeps up.</summary>
    public void Relay(TopicNode topic, Multicast message)
    {
        int count = topic.Children.Count;
        if (count == 0) return;
        Lane lane = ScribeContext.LaneOf(message.CostBytes);
        for (int i = 0; i < count; i++)
        {
            Child child = topic.Children[i];
            if (child.AwaitsAnswer || child.Window.IsHeld) continue;
            if (child.Window.Bytes >= context.Options.ChildWindowBytes)
            {
                context.Report(FactKind.ChildHeld, topic.Id, child.Window.Bytes);
                child.Window.Hold(message.First, context.Now);
                continue;
            }

            context.Host.Send(message, child.Node, lane);
            child.Window.Sent(message.Last, message.CostBytes);
        }

        topic.LastSentDown = context.Now;
    }

    /// <summary>A child says how far it got.</summary>
    public void Acknowledged(TopicNode topic, Child child, ulong reached)
    {
        bool hasRoom = child.Window.Acknowledged(reached, context.Now) || child.Window.Bytes == 0;
        if (!hasRoom || !child.Window.IsHeld) return;
        Resume(topic, child);
        WentOn(topic);
    }

    /// <summary>
    /// How far the stream of a topic is here and below: of an ordered one what came in order; of a best-effort one, of which nothing is sent twice, what went on to whoever keeps
    /// up as well: to children that take what they are sent, and subscribers that take what they are given. One that stands still holds nobody up.
    /// </summary>
    public ulong PassedUpTo(TopicNode topic)
    {
        ulong last = topic.Stream.Last;
        if (topic.Settings.Level != DeliveryLevel.BestEffort) return last;
        ulong passed = last;
        for (int i = 0; i < topic.Children.Count; i++)
        {
            Child child = topic.Children[i];
            if (!child.AwaitsAnswer && KeepsPace(child)) passed = Math.Min(passed, child.SentOf(last));
        }

        foreach (Subscription subscription in topic.Subscribers)
        {
            if (subscription.KeepsPace(context.Now)) passed = Math.Min(passed, subscription.Cursor - 1);
        }

        return topic.Passed = passed;
    }

    /// <summary>How far the stream was sent from its root to whoever keeps up, and to the child that is farthest in any case.</summary>
    public ulong SentUpTo(TopicNode topic)
    {
        ulong last = topic.Stream.Last;
        ulong? farthest = null;
        for (int i = 0; i < topic.Children.Count; i++)
        {
            if (topic.Children[i] is { AwaitsAnswer: false } child) farthest = Math.Max(farthest ?? 0, child.SentOf(last));
        }

        return Math.Min(farthest ?? last, PassedUpTo(topic));
    }

    /// <summary>A run came from the parent: tells it in time, or it would hold back what follows.</summary>
    public void Received(TopicNode topic, Admission admission, Multicast message)
    {
        if (admission is Admission.Delivered or Admission.Parked) topic.Unsaid.Add(message.Last, message.CostBytes);
        else topic.UnsaidBytes += message.CostBytes;
        Tell(topic);
    }

    /// <summary>A child or a subscriber took something: publishers or the parent may wait for that.</summary>
    public void WentOn(TopicNode topic)
    {
        if (topic.Office is null) Tell(topic);
        else if (topic.Settings.Level == DeliveryLevel.BestEffort) context.Roots.Sequencer.Answer(topic);
    }

    /// <summary>Whether a joining child was put out here a short while ago.</summary>
    public bool WasPutOut(RingId topic, RingId child) => _slow.TryGetValue((topic, child), out Instant until) && context.Now < until;

    public void Tick(TopicNode topic)
    {
        // Whoever was waited for may have had its time.
        if (topic.Office is null && topic.Settings.Level == DeliveryLevel.BestEffort) Tell(topic);
        for (int i = topic.Children.Count - 1; i >= 0; i--)
        {
            Child child = topic.Children[i];
            if (child.Window.HeldSince is not { } since || context.Now - since < context.Options.ChildLagMax) continue;
            // Its publishers go as fast as it takes what they publish: where that never ends it is always behind, and not slow.
            if (topic.Settings.Level == DeliveryLevel.BestEffort && KeepsPace(child)) continue;
            context.Report(FactKind.ChildPutOut, topic.Id, (long)(context.Now - since).TotalSeconds);
            Note(topic.Id, child.Node.Id);
            context.Send(new NotYourParent(topic.Id), child.Node);
            context.Tree.Children.Remove(topic, child.Node.Id);
        }
    }

    private void Tell(TopicNode topic)
    {
        topic.UnsaidBytes += topic.Unsaid.TakeUpTo(PassedUpTo(topic));
        // A quarter of a window: the parent never stands still for want of news alone.
        if (topic.UnsaidBytes >= context.Options.ChildWindowBytes / 4) context.Tree.SendAlive(topic);
    }

    private bool KeepsPace(Child child) => child.Window.StuckSince is not { } since || context.Now - since < Patience;

    /// <summary>Sends what was held back, as many messages in one as fit; what is no longer here the child will miss, and ask for.</summary>
    private void Resume(TopicNode topic, Child child)
    {
        ulong next = child.Window.HeldFrom;
        while (child.Window.Bytes < context.Options.ChildWindowBytes && topic.Stream.Recent.TryReadMany(next, topic.Stream.Last, context.Options.BatchBytesMax, out Batch run))
        {
            context.Send(Multicast.Of(topic.Id, topic.Term, run), child.Node, run.Bytes);
            child.Window.Sent(run.Last, run.Bytes);
            next = run.Last + 1;
        }

        if (next > topic.Stream.Last) child.Window.Release();
        else child.Window.Hold(next, context.Now);
    }

    private void Note(RingId topic, RingId child)
    {
        if (!_slow.ContainsKey((topic, child)))
        {
            if (_order.Count == SlowMax) _slow.Remove(_order.Dequeue());
            _order.Enqueue((topic, child));
        }

        _slow[(topic, child)] = context.Now + (2 * context.Options.ChildLagMax);
    }
}
