using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Subscribing;
using PastryActors.Scribe.Topics;
using PastryActors.Scribe.Tree;

namespace PastryActors.Scribe.Stream;

/// <summary>
/// Dissemination: takes batches from the parent, hands the same message to every child and the messages to every subscription, and has
/// holes filled. Takes Multicast, ResendRequest and ResendMissing.
/// </summary>
internal sealed class StreamKeeper(ScribeContext context)
{
    /// <summary>How much one request for missing messages brings at most; the rest is asked for again. Bounds what a small request can make a node send.</summary>
    private const int ResendBytesMax = 1 << 20;

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case Multicast multicast: OnMulticast(message.Source, multicast); return true;
            case ResendRequest request: OnResendRequest(message.Source, request); return true;
            case ResendMissing missing: OnResendMissing(message.Source, missing); return true;
            default: return false;
        }
    }

    /// <summary>Sends a batch to all children and delivers what has its turn. The root's way in, too.</summary>
    public Admission Pass(TopicNode topic, in Batch batch, Multicast message)
    {
        Admission admission = topic.Stream.Offer(batch);
        if (admission == Admission.Dropped) context.Report(FactKind.Dropped, topic.Id, context.Options.ParkedCountMax);
        if (admission is Admission.Delivered or Admission.Parked) context.Tree.Flow.Relay(topic, message);
        if (admission == Admission.Delivered) DeliverRuns(topic);
        WatchHole(topic);
        return admission;
    }

    /// <summary>Sends a node what it misses of what passed here.</summary>
    public void Resend(TopicNode topic, NodeHandle to, ulong from, ulong until, bool sayMissing)
    {
        until = Math.Min(until, topic.Stream.Last);
        int bytes = 0;
        while (from <= until && bytes < ResendBytesMax && topic.Stream.Recent.TryRead(from, until, out Batch batch))
        {
            if (batch.First > from && sayMissing) context.Send(new ResendMissing(topic.Id, from, batch.First - 1), to);
            context.Send(Multicast.Of(topic.Id, topic.Term, batch), to, batch.Bytes);
            bytes += batch.Bytes;
            from = batch.Last + 1;
        }

        if (from <= until && bytes < ResendBytesMax && sayMissing) context.Send(new ResendMissing(topic.Id, from, until), to);
    }

    /// <summary>Has a hole asked for, if there is one and nobody sees to it yet.</summary>
    public void WatchHole(TopicNode topic)
    {
        if (!topic.Stream.HasHole)
        {
            topic.Gap.End();
            return;
        }

        if (!topic.Gap.IsWatching)
        {
            topic.Gap.Begin(topic.Stream.Next, context.Now);
            Schedule(topic, context.Options.GapDelay);
        }
        else if (topic.Gap.AskedTo > 0 && topic.Stream.Next > topic.Gap.AskedTo)
        {
            // The hole asked for is filled, and the one behind it has stood for as long: no need to wait for it to close by itself.
            topic.Gap.Begin(topic.Stream.Next, context.Now);
            FillHole(topic);
        }
    }

    public void OnGapTimer(NodeTimer timer)
    {
        if (context.Topics.Find(timer.Subject) is { } topic && topic.Gap.IsWatching && topic.Gap.Watch == timer.Argument) FillHole(topic);
    }

    /// <summary>Tells subscribers that everything before <paramref name="next"/> that they did not get is lost, and goes on behind it.</summary>
    public void SkipTo(TopicNode topic, ulong next, string reason)
    {
        ulong from = topic.Stream.Next;
        topic.Stream.SkipTo(next);
        context.Replaying.SkippedTo(topic, from, next, reason);
        context.Report(FactKind.TopicGap, topic.Id, (long)(next - from));
        DeliverRuns(topic);
        WatchHole(topic);
    }

    private void OnMulticast(NodeHandle from, Multicast message)
    {
        if (context.Topics.Find(message.Topic) is not { } topic)
        {
            context.Send(new LeaveTopic(message.Topic), from);
            return;
        }

        bool isParent = topic.Up.IsParent(from);
        if (!isParent && topic.Gap.Asked != from.Id)
        {
            // While this node has no parent, whoever takes it for a child may become one yet.
            if (topic.Up.Place != TreePlace.Joining) context.Send(new LeaveTopic(message.Topic), from);
            return;
        }

        if (isParent) topic.Up.LastHeard = context.Now;
        if (message.Term < topic.Term)
        {
            context.Report(FactKind.MessageRefused, from.Id);
            if (isParent) context.Tree.Flow.Received(topic, Admission.Dropped, message);
            return;
        }

        topic.Term = message.Term;
        Admission admission = Pass(topic, new Batch(message.First, message.Items, default, message.CostBytes), message);
        if (isParent) context.Tree.Flow.Received(topic, admission, message);
    }

    private void DeliverRuns(TopicNode topic)
    {
        while (topic.Stream.TryTake(out Batch run))
        {
            foreach (Subscription subscription in topic.Subscribers) context.Replaying.Offer(topic, subscription, run);

            if (topic.Subscribers.Count > 0) context.Report(FactKind.TopicDelivered, topic.Id, (long)run.Last);
        }
    }

    private void OnResendRequest(NodeHandle from, ResendRequest request)
    {
        TopicNode? topic = context.Topics.Find(request.Topic);
        bool isRoot = topic is { Up.Place: TreePlace.Root };
        if (topic is null || (!isRoot && topic.Children.Find(from.Id) is null))
        {
            context.Send(new NotYourParent(request.Topic), from);
            return;
        }

        // A root that is still gathering what it must know cannot tell yet what is lost.
        if (!isRoot || topic.IsInTree) Resend(topic, from, request.From, request.To, sayMissing: true);
    }

    private void OnResendMissing(NodeHandle from, ResendMissing missing)
    {
        if (context.Topics.Find(missing.Topic) is not { } topic || topic.Gap.Asked != from.Id || !topic.Gap.IsWatching || !topic.Stream.HasHole) return;
        if (missing.From > topic.Stream.Next || missing.To < topic.Stream.Next) return;
        if (topic.Up.Root is { } root && root.Id == from.Id)
        {
            SkipTo(topic, Math.Min(missing.To, topic.Stream.HoleEnd) + 1, "no node asked has these messages any more, the topic's root included");
            return;
        }

        topic.Gap.TurnToRoot();
        FillHole(topic);
    }

    private void FillHole(TopicNode topic)
    {
        if (topic.Settings.Level == DeliveryLevel.BestEffort)
        {
            SkipTo(topic, topic.Stream.HoleEnd + 1, "lost on the way: the topic is best-effort, and sends nothing twice");
            return;
        }

        GapStep step = topic.Gap.Step(topic.Stream.Next, context.Now, context.Options.GapTimeout);
        if (step == GapStep.GiveUp)
        {
            SkipTo(topic, topic.Stream.HoleEnd + 1, $"nobody sent these messages within {context.Options.GapTimeout.TotalSeconds} s");
            return;
        }

        NodeHandle? target = step == GapStep.AskParent ? topic.Up.Parent : topic.Up.Root;
        if (target is not null && topic.Up.Place == TreePlace.Attached)
        {
            topic.Gap.NoteAsked(target.Id, topic.Stream.HoleEnd);
            context.Send(new ResendRequest(topic.Id, topic.Stream.Next, topic.Stream.HoleEnd), target);
        }

        Schedule(topic, context.Options.ResendTimeout);
    }

    private void Schedule(TopicNode topic, TimeSpan delay) => context.Host.Schedule((byte)ScribeTimer.Gap, delay, topic.Gap.Watch, topic.Id);
}
