using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Subscribing;

/// <summary>
/// Brings every local subscription to where the stream is, from wherever it stands: a new one that wants the past, one whose reader was
/// slow, one that a hole was told of. From the recent messages here, else from the root, else from history; what nobody has is a gap.
/// Takes HistoryAnswer and SegmentFetched.
/// </summary>
internal sealed class Replayer(ScribeContext context)
{
    /// <summary>Parts of history that are being read at once on this node: each is up to a megabyte.</summary>
    private const int FetchesMax = 16;

    private readonly Dictionary<long, Fetching> _fetches = [];

    /// <summary>Hands on a run that has its turn in the stream.</summary>
    public void Offer(TopicNode topic, Subscription subscription, in Batch run)
    {
        if (!subscription.Stands || subscription.Cursor > run.Last) return;
        if (subscription.Cursor >= run.First && subscription.HasCredit) Deliver(subscription, run);
        else Advance(topic, subscription);
    }

    /// <summary>Goes on as far as it can at this moment.</summary>
    public void Advance(TopicNode topic, Subscription subscription)
    {
        if (!subscription.Stands) return;
        while (subscription.HasCredit && topic.Stream.Recent.TryRead(subscription.Cursor, topic.Stream.Last, out Batch run) && run.First == subscription.Cursor) Deliver(subscription, run);
        if (!subscription.HasCredit || subscription.Cursor >= topic.Stream.Next || subscription.IsFetching) return;
        bool isAsked = subscription.Nonce != 0 && context.Now - subscription.AskedAt < context.Options.PublishRetryAfter;
        if (isAsked || topic.Up.Root is not { } root) return;
        if (subscription.StuckSince is { } since && context.Now - since > context.Options.GapTimeout + context.Options.SurrenderAfter)
        {
            TellGap(subscription, topic.Stream.Last, "neither the topic's root nor its history could be read in time");
            return;
        }

        subscription.StuckSince ??= context.Now;
        // The same question again while it is open: what is asked for may take longer to come than patience lasts.
        if (subscription.Nonce is 0 or ulong.MaxValue) subscription.Nonce = context.NewNonce();
        subscription.AskedAt = context.Now;
        context.Send(new HistoryRequest(topic.Id, subscription.Nonce, subscription.Cursor), root);
    }

    /// <summary>The stream went on behind a hole: those who wait for it are told, or look for it in what the topic retains.</summary>
    public void SkippedTo(TopicNode topic, ulong from, ulong next, string reason)
    {
        foreach (Subscription subscription in topic.Subscribers)
        {
            if (!subscription.Stands || subscription.Cursor < from || subscription.Cursor >= next) continue;
            if (topic.Settings.Retain.IsDurable) Advance(topic, subscription);
            else TellGap(subscription, next - 1, reason);
        }
    }

    public void Tick(TopicNode topic)
    {
        foreach (Subscription subscription in topic.Subscribers)
        {
            if (subscription.Stands && subscription.Cursor < topic.Stream.Next) Advance(topic, subscription);
        }
    }

    /// <summary>Takes a message of this machine's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        if (message.Payload is not HistoryAnswer answer) return false;
        if (context.Topics.Find(answer.Topic) is not { } topic || topic.Up.Root?.Id != message.Source.Id) return true;
        if (topic.Subscribers.Find(s => s.Nonce != 0 && s.Nonce == answer.Nonce) is not { } subscription) return true;
        subscription.Nonce = 0;
        if (answer.Items.Count > 0) DeliverFrom(topic, subscription, Batch.Of(answer.First, answer.Items));
        else if (answer.Segment is { } segment) Fetch(topic, subscription, segment);
        else if (answer.Last >= subscription.Cursor) TellGap(subscription, answer.Last, "the topic does not retain these messages any more");
        else return true;
        if (!subscription.IsFetching) Advance(topic, subscription);
        return true;
    }

    public void OnFetched(SegmentFetched fetched)
    {
        if (!_fetches.Remove(fetched.Id, out Fetching? fetching)) return;
        if (context.Topics.Find(fetching.Topic) is not { } topic || topic.Subscribers.Find(s => s == fetching.Subscription) is not { } subscription) return;
        subscription.IsFetching = false;
        Segment? segment = fetched.Content.IsEmpty ? null : Segment.TryDecode(fetched.Content.Span);
        if (segment is null || segment.Topic != topic.Id)
        {
            // Asked for again a little later, by the tick.
            context.Report(FactKind.Dropped, topic.Id);
            (subscription.Nonce, subscription.AskedAt) = (ulong.MaxValue, context.Now);
            return;
        }

        if (segment.Index.Find(subscription.Cursor) is { } below && below.Level < fetching.Part.Level)
        {
            Fetch(topic, subscription, below);
            return;
        }

        if (segment.Items.Count > 0 && segment.First + (ulong)segment.Items.Count > subscription.Cursor) DeliverFrom(topic, subscription, Batch.Of(segment.First, segment.Items));
        Advance(topic, subscription);
    }

    /// <summary>The subscription gets what it lacks of the run; what lies before the run is gone.</summary>
    private void DeliverFrom(TopicNode topic, Subscription subscription, in Batch run)
    {
        if (run.Last < subscription.Cursor) return;
        if (run.First > subscription.Cursor) TellGap(subscription, Math.Min(run.First, topic.Stream.Next) - 1, "the topic does not retain these messages any more");
        ulong last = Math.Min(run.Last, topic.Stream.Last);
        while (subscription.HasCredit && subscription.Cursor >= run.First && subscription.Cursor <= last) Deliver(subscription, Part(run, subscription.Cursor, last));
    }

    /// <summary>So much of a run as goes to a subscriber in one piece.</summary>
    private Batch Part(in Batch run, ulong from, ulong last)
    {
        int bytes = 0;
        ulong to = from;
        for (ulong next = from; next <= last; next++)
        {
            bytes += Batch.CostOf(run.Items[(int)(next - run.First)].Payload);
            if (next > from && bytes > context.Options.BatchBytesMax) break;
            to = next;
        }

        return run.Slice(from, to);
    }

    private void Fetch(TopicNode topic, Subscription subscription, SegmentRef part)
    {
        if (_fetches.Count >= FetchesMax)
        {
            (subscription.Nonce, subscription.AskedAt) = (ulong.MaxValue, context.Now);
            return;
        }

        if (part.First > subscription.Cursor) TellGap(subscription, Math.Min(part.First, topic.Stream.Next) - 1, "the topic does not retain these messages any more");
        long work = context.Host.NextWorkId();
        subscription.IsFetching = true;
        _fetches.Add(work, new Fetching(topic.Id, subscription, part));
        context.Host.Do(new FetchSegment(work, part.Object, part.Hash));
    }

    private void Deliver(Subscription subscription, in Batch run)
    {
        Batch rest = run.Slice(subscription.Cursor, run.Last);
        context.Host.Reply(new TopicMessages(subscription.RequestId, rest.First, rest.Items));
        Moved(subscription, rest.Last + 1);
    }

    private void TellGap(Subscription subscription, ulong last, string reason)
    {
        if (last < subscription.Cursor) return;
        context.Host.Reply(new TopicGap(subscription.RequestId, subscription.Cursor, last, reason));
        Moved(subscription, last + 1);
    }

    private static void Moved(Subscription subscription, ulong next)
    {
        subscription.Cursor = next;
        subscription.StuckSince = null;
        subscription.Spend();
    }

    private sealed record Fetching(RingId Topic, Subscription Subscription, SegmentRef Part);
}
