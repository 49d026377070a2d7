using PastryActors.Core.Collections;
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
/// slow, one that a hole was told of. From the recent messages here, else from the root, else from history; what nobody has is a gap. Where
/// messages are signed each is checked first: one that is false here is asked of the root, and one that is false there too is a gap.
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
        if (subscription.Cursor == run.First) subscription.CaughtUp(context.Now);
        if (subscription.Cursor >= run.First && subscription.MayTake && subscription.Cursor != subscription.SuspectAt) Hand(topic, subscription, run, isFromRoot: false);
        else Advance(topic, subscription);
    }

    /// <summary>Goes on as far as it can at this moment.</summary>
    public void Advance(TopicNode topic, Subscription subscription)
    {
        if (!subscription.Stands) return;
        // Before what is to be checked is read and put together, for nothing where somebody has it checked already.
        if (subscription.MayTake && subscription.Cursor != subscription.SuspectAt && context.Inspections.TryJoin(topic, subscription)) return;
        while (subscription.MayTake && subscription.Cursor != subscription.SuspectAt && TryReadRecent(topic, subscription.Cursor, out Batch run)) Hand(topic, subscription, run, isFromRoot: false);
        if (!subscription.MayTake || subscription.Cursor >= topic.Stream.Next || subscription.IsFetching) return;
        bool waits = context.Now < subscription.RestsUntil || subscription.Question.IsAwaited(context.Now, context.Options.PublishRetryAfter);
        if (waits || topic.Up.Root is not { } root) return;
        if (IsStuck(subscription, context.Options.GapTimeout) && subscription.Cursor == subscription.SuspectAt)
        {
            TellForged(subscription);
            Advance(topic, subscription);
            return;
        }

        if (IsStuck(subscription, context.Options.GapTimeout + context.Options.SurrenderAfter))
        {
            TellGap(subscription, topic.Stream.Last, GapCause.Lost, "neither the topic's root nor its history could be read in time");
            return;
        }

        subscription.StuckSince ??= context.Now;
        context.Send(new HistoryRequest(topic.Id, subscription.Question.Ask(context.Host), subscription.Cursor), root);
    }

    /// <summary>The stream went on behind a hole: those who wait for it are told, or look for it in what the topic retains.</summary>
    public void SkippedTo(TopicNode topic, ulong from, ulong next, string reason)
    {
        foreach (Subscription subscription in topic.Subscribers)
        {
            if (!subscription.Stands || subscription.Cursor < from || subscription.Cursor >= next) continue;
            if (topic.Settings.Retain.IsDurable) Advance(topic, subscription);
            else TellGap(subscription, next - 1, GapCause.Lost, reason);
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
        if (topic.Subscribers.Find(s => s.Question.Is(answer.Nonce)) is not { } subscription) return true;
        subscription.Question.Close();
        if (answer.Items.Count > 0) DeliverFrom(topic, subscription, Batch.Of(answer.First, answer.Items));
        else if (answer.Segment is { } segment) Fetch(topic, subscription, segment);
        else if (answer.Last >= subscription.Cursor) TellGap(subscription, answer.Last, GapCause.NotRetained, "the topic does not retain these messages any more");
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
            subscription.RestsUntil = context.Now + context.Options.PublishRetryAfter;
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

    /// <summary>A run was checked: what is good is given, what is not is refused, and the subscription goes on.</summary>
    /// <param name="good">One verdict a message.</param>
    /// <param name="isFromRoot">Whether nobody better could be asked for what is refused.</param>
    public void OnInspected(TopicNode topic, Subscription subscription, in Batch run, ValueList<bool> good, bool isFromRoot)
    {
        while (subscription.HasCredit && subscription.Cursor >= run.First && subscription.Cursor <= run.Last && (isFromRoot || subscription.Cursor != subscription.SuspectAt))
        {
            ulong last = EndOfPart(subscription, run, good);
            if (last >= subscription.Cursor) Deliver(subscription, run.Slice(subscription.Cursor, last));
            else Refuse(topic, subscription, !good[(int)(subscription.Cursor - run.First)], isFromRoot);
        }

        Advance(topic, subscription);
    }

    /// <summary>The subscription gets what it lacks of the run; what lies before the run is gone.</summary>
    private void DeliverFrom(TopicNode topic, Subscription subscription, in Batch run)
    {
        if (run.Last < subscription.Cursor) return;
        if (run.First > subscription.Cursor) TellGap(subscription, Math.Min(run.First, topic.Stream.Next) - 1, GapCause.NotRetained, "the topic does not retain these messages any more");
        ulong last = Math.Min(run.Last, topic.Stream.Last);
        if (subscription.MayTake && subscription.Cursor >= run.First && subscription.Cursor <= last) Hand(topic, subscription, run.Slice(subscription.Cursor, last), isFromRoot: true);
    }

    /// <summary>What was recently here from that number on, as much as goes to a subscriber in one piece.</summary>
    private bool TryReadRecent(TopicNode topic, ulong from, out Batch run) =>
        topic.Stream.Recent.TryReadMany(from, topic.Stream.Last, context.Options.BatchBytesMax, out run) && run.First == from;

    private bool IsStuck(Subscription subscription, TimeSpan patience) => subscription.StuckSince is { } since && context.Now - since > patience;

    /// <summary>The subscription gets what it lacks of a run that has its turn; where messages are signed, when they are checked.</summary>
    private void Hand(TopicNode topic, Subscription subscription, in Batch run, bool isFromRoot)
    {
        Batch rest = run.Slice(subscription.Cursor, run.Last);
        if (context.MustBeSigned(topic)) context.Inspections.Begin(topic, subscription, rest, isFromRoot);
        else while (subscription.HasCredit && subscription.Cursor <= rest.Last) Deliver(subscription, rest.Slice(subscription.Cursor, EndOfPart(subscription, rest, default)));
    }

    /// <summary>
    /// The last number that goes to a subscriber in one piece from where it stands; the number before, if the next must not be given. Where
    /// there are verdicts, what is let through is noted as given.
    /// </summary>
    private ulong EndOfPart(Subscription subscription, in Batch run, ValueList<bool> good)
    {
        if (good.Count == 0 && run.Bytes <= context.Options.BatchBytesMax) return run.Last;
        var cost = default(BatchCost);
        ulong next = subscription.Cursor;
        for (; next <= run.Last; next++)
        {
            int index = (int)(next - run.First);
            TopicItem item = run.Items[index];
            cost.Add(item);
            if (next > subscription.Cursor && cost.Bytes > context.Options.BatchBytesMax) break;
            if (good.Count > 0 && !(good[index] && subscription.Seen.TryMark(item.Publisher, item.Run!.Incarnation, item.Run.First + (ulong)item.Place, next))) break;
        }

        return next - 1;
    }

    private void Fetch(TopicNode topic, Subscription subscription, SegmentRef part)
    {
        if (_fetches.Count >= FetchesMax)
        {
            subscription.RestsUntil = context.Now + context.Options.PublishRetryAfter;
            return;
        }

        if (part.First > subscription.Cursor) TellGap(subscription, Math.Min(part.First, topic.Stream.Next) - 1, GapCause.NotRetained, "the topic does not retain these messages any more");
        long work = context.Host.NextWorkId();
        subscription.IsFetching = true;
        _fetches.Add(work, new Fetching(topic.Id, subscription, part));
        context.Host.Do(new FetchSegment(work, part.Object, part.Hash));
    }

    private void Refuse(TopicNode topic, Subscription subscription, bool isForged, bool isFromRoot)
    {
        context.Report(isForged ? FactKind.MessageForged : FactKind.MessageRepeated, topic.Id, (long)subscription.Cursor);
        // Whoever stands between this node and the root may have put it there: the root may have the true one.
        if (!isFromRoot && topic.Office is null) subscription.SuspectAt = subscription.Cursor;
        else if (isForged) TellForged(subscription);
        else TellGap(subscription, subscription.Cursor, GapCause.Repeated, "this message came before, under another number");
    }

    private void TellForged(Subscription subscription) => TellGap(subscription, subscription.Cursor, GapCause.Forged, "nobody has this message with a signature of its publisher's that holds: it was changed on the way, or never published");

    private void Deliver(Subscription subscription, in Batch run)
    {
        context.Host.Reply(new TopicMessages(subscription.RequestId, run.First, run.Items));
        subscription.Gave(run.Last + 1, context.Now);
    }

    private void TellGap(Subscription subscription, ulong last, GapCause cause, string reason)
    {
        if (last < subscription.Cursor) return;
        context.Host.Reply(new TopicGap(subscription.RequestId, subscription.Cursor, last, cause, reason));
        subscription.Gave(last + 1, context.Now);
    }

    private sealed record Fetching(RingId Topic, Subscription Subscription, SegmentRef Part);
}
