using System.Runtime.InteropServices;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>
/// Numbers what is published, in the order in which it comes in; a publish that comes again keeps its number. A number is seen by nobody,
/// publisher or subscriber, before a majority of the group holds it: whoever is root next needs the promise of a majority, and so meets a
/// node that holds all that was seen.
/// </summary>
internal sealed class Sequencer(ScribeContext context)
{
    /// <summary>Gives numbers to what has none yet, and answers for what has one already. A publisher's messages keep their order: one that comes before its turn waits for it.</summary>
    public void Number(TopicNode topic, NodeHandle from, PublishItems message)
    {
        if (NumberAll(topic, from, message) && !topic.Office!.Early.IsEmpty) NumberEarly(topic, from);
        Advance(topic);
    }

    /// <summary>Moves everything on as far as it goes: staged publishes into the log, the log to the copies, what is confirmed to the tree.</summary>
    public void Advance(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (office.Stage is OfficeStage.Asking or OfficeStage.Fetching) return;
        if (MayFlush(office))
        {
            Flush(topic);
            context.Roots.Replicator.Pump(topic);
        }

        context.Journals.Save(office.Replica);
        ulong reached = office.Reached(context.Journals.SavedLast(office.Replica));
        if (!office.IsServing && reached >= office.Base && IsFollowed(office)) context.Roots.Serve(topic);
        if (!office.IsServing) return;
        // At the level best-effort nobody waits for a majority; the copies follow, so that the next root goes on above.
        ConfirmTo(topic, IsBestEffort(office) ? office.Log.Last : reached);
        context.Roots.Definer.Advance(topic);
        if (topic.Office == office) context.Archive.Advance(topic);
        if (topic.Office != office) return;
        if (office.Group.IsChanging) context.Roots.Replicator.FollowLeafs(topic);
    }

    /// <summary>A majority holds everything up to <paramref name="last"/>: publishers are answered, subscribers get it.</summary>
    public void ConfirmTo(TopicNode topic, ulong last)
    {
        RootOffice office = topic.Office!;
        if (last <= office.Confirmed) return;
        ulong from = office.Confirmed + 1;
        office.Confirmed = last;
        while (from <= last && office.Log.Items.TryRead(from, last, out Batch batch))
        {
            from = batch.Last + 1;
            Batch bare = batch with { Marks = default };
            context.Stream.Pass(topic, bare, Multicast.Of(topic.Id, topic.Term, bare));
        }

        Answer(topic);
    }

    /// <summary>Answers the publishers of what is confirmed. At the level best-effort it must be on its way to those who keep up as well: publishers that are faster than all of them would only make gaps.</summary>
    public void Answer(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        AnswerTo(topic, IsBestEffort(office) ? Math.Min(office.Confirmed, context.Tree.Flow.SentUpTo(topic)) : office.Confirmed);
    }

    private static bool IsBestEffort(RootOffice office) => office.Group.Record.Settings.Level == DeliveryLevel.BestEffort;

    /// <summary>Whether a majority follows the term: only then is it safe that what the term before left is counted by this one.</summary>
    private bool IsFollowed(RootOffice office) => office.Group.HasMajority(n => office.IsSelf(n) ? context.Journals.IsSaved(office.Replica) : office.FindLink(n) is { Started: true });

    /// <summary>False if there was no room for one: then none after it has a number either.</summary>
    private bool NumberAll(TopicNode topic, NodeHandle from, PublishItems message)
    {
        for (int i = 0; i < message.Items.Count; i++)
        {
            if (HasItsTurn(topic, from, message, i))
            {
                if (Number(topic, from, message.Items[i])) continue;
                Refuse(topic, from, message.Items[i].Number);
                return false;
            }

            PublishItems rest = i == 0 ? message : message with { Items = ValueList.Create<PublishItem>(message.Items.Span[i..]) };
            if (!topic.Office!.Early.TryKeep(from, rest, context.Now)) Refuse(topic, from, message.Items[i].Number);
            break;
        }

        return true;
    }

    /// <summary>Whether everything has come that the publisher published earlier and waits for.</summary>
    private static bool HasItsTurn(TopicNode topic, NodeHandle from, PublishItems message, int index)
    {
        ulong before = message.Items[index].Number - 1;
        if (message.Oldest == 0 || before < message.Oldest || (index > 0 && message.Items[index - 1].Number == before)) return true;
        return topic.Office!.Log.Windows.Find(from.Id, from.Incarnation, before, out _) != PublishKnowledge.Fresh;
    }

    /// <summary>What came before its turn and has it now.</summary>
    private void NumberEarly(TopicNode topic, NodeHandle from)
    {
        EarlyPublishes early = topic.Office!.Early;
        while (early.Take(from, next => HasItsTurn(topic, from, next, 0)) is { } next)
        {
            if (!NumberAll(topic, from, next)) return;
        }
    }

    /// <summary>The publisher sends this and all after it again.</summary>
    private void Refuse(TopicNode topic, NodeHandle from, ulong number)
    {
        topic.Office!.Early.Drop(from, number);
        context.Report(FactKind.Dropped, topic.Id, context.Options.UnconfirmedBytesMax);
        context.Send(new TopicVerdict(topic.Id, number, Verdict.Busy), from);
    }

    /// <summary>False if there is no room for another number.</summary>
    private bool Number(TopicNode topic, NodeHandle from, PublishItem item)
    {
        RootOffice office = topic.Office!;
        PublishKnowledge known = office.Log.Windows.Find(from.Id, from.Incarnation, item.Number, out ulong sequence);
        if (known == PublishKnowledge.Numbered && sequence <= office.Confirmed)
        {
            context.Send(new PublishAnswer(topic.Id, [new PublishedRun(item.Number, sequence, 1)]) { Rules = topic.Settings }, from);
        }
        else if (item.Payload.Length > context.Options.MaxMessageBytes)
        {
            context.Report(FactKind.MessageRefused, from.Id);
            context.Send(new TopicVerdict(topic.Id, item.Number, Verdict.TooLarge), from);
        }
        else if (known == PublishKnowledge.Stale)
        {
            context.Report(FactKind.MessageRefused, from.Id);
        }
        else if (known == PublishKnowledge.Fresh)
        {
            return TryStage(topic, from, item);
        }

        return true;
    }

    private bool TryStage(TopicNode topic, NodeHandle from, PublishItem item)
    {
        RootOffice office = topic.Office!;
        SignedRun? run = item.Run is { } signed && signed.Covers(item.Number) ? signed : null;
        int bytes = BatchCost.Of(item.Payload, run);
        if (!HasRoomFor(office, bytes)) return false;
        ulong sequence = office.NextNumber;
        if (office.Log.Windows.Mark(from.Id, from.Incarnation, item.Number, sequence)) context.Report(FactKind.Dropped, topic.Id, context.Options.PublishersMax);
        office.StagedItems.Add(new TopicItem(from.Id, item.Payload) { Run = run, Place = run is null ? 0 : (int)(item.Number - run.First) });
        office.StagedMarks.Add(new PublishMark(from.Incarnation, item.Number));
        office.Unconfirmed.Enqueue(new UnconfirmedPublish(sequence, from, item.Number, bytes));
        office.UnconfirmedBytes += bytes;
        return true;
    }

    /// <summary>Whether one more number may be unconfirmed. Well within what the log holds, for what it forgets can never be confirmed.</summary>
    private bool HasRoomFor(RootOffice office, int bytes) =>
        office.Unconfirmed.Count == 0
        || (office.UnconfirmedBytes + bytes <= context.Options.UnconfirmedBytesMax
            && office.Unconfirmed.Count < context.Options.RecentCountMax / 2
            && !context.Budget.IsExceeded
            && HasRoomToRetain(office, bytes));

    /// <summary>What is retained stays in the log until it is in history: half of the log is for that, and then publishers wait.</summary>
    private bool HasRoomToRetain(RootOffice office, int bytes) =>
        !office.Replica.IsDurable
        || (office.Log.Items.PinnedBytes + office.UnconfirmedBytes + bytes <= context.Options.RecentBytesMax / 2
            && office.NextNumber - office.Group.Record.History.Last < (ulong)context.Options.RecentCountMax / 2);

    /// <summary>While every copy has a pipeline full, publishes gather: the busier the topic, the larger its batches.</summary>
    private static bool MayFlush(RootOffice office)
    {
        if (office.StagedItems.Count == 0) return false;
        if (office.IsServing && IsBestEffort(office)) return true;
        bool anyStarted = false;
        foreach (ReplicaLink link in office.Links)
        {
            if (!link.Started) continue;
            anyStarted = true;
            if (link.InFlight < Replicator.PipelineMax) return true;
        }

        return !anyStarted;
    }

    private void Flush(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        int start = 0;
        while (start < office.StagedItems.Count)
        {
            int count = CountForOneBatch(office.StagedItems, start);
            ValueList<TopicItem> items = ValueList.Create<TopicItem>(CollectionsMarshal.AsSpan(office.StagedItems).Slice(start, count));
            ValueList<PublishMark> marks = ValueList.Create<PublishMark>(CollectionsMarshal.AsSpan(office.StagedMarks).Slice(start, count));
            office.Log.Append(Batch.Of(office.Log.Last + 1, items, marks));
            start += count;
        }

        office.StagedItems.Clear();
        office.StagedMarks.Clear();
    }

    private int CountForOneBatch(List<TopicItem> items, int start)
    {
        var cost = default(BatchCost);
        cost.Add(items[start]);
        int end = start + 1;
        while (end < items.Count)
        {
            cost.Add(items[end]);
            if (cost.Bytes > context.Options.BatchBytesMax) break;
            end++;
        }

        return end - start;
    }

    private void AnswerTo(TopicNode topic, ulong last)
    {
        RootOffice office = topic.Office!;
        var runs = new List<PublishedRun>();
        NodeHandle? publisher = null;
        while (office.Unconfirmed.TryPeek(out UnconfirmedPublish next) && next.Sequence <= last)
        {
            office.Unconfirmed.Dequeue();
            office.UnconfirmedBytes -= next.Bytes;
            if (publisher is not null && publisher.Id != next.Publisher.Id) SendAnswer(topic, publisher, runs);
            publisher = next.Publisher;
            AddToRuns(runs, next);
        }

        if (publisher is not null) SendAnswer(topic, publisher, runs);
    }

    private static void AddToRuns(List<PublishedRun> runs, in UnconfirmedPublish next)
    {
        if (runs.Count > 0 && runs[^1] is var run && run.IsFollowedBy(next.Number, next.Sequence))
        {
            runs[^1] = run with { Count = run.Count + 1 };
        }
        else
        {
            runs.Add(new PublishedRun(next.Number, next.Sequence, 1));
        }
    }

    private void SendAnswer(TopicNode topic, NodeHandle publisher, List<PublishedRun> runs)
    {
        context.Send(new PublishAnswer(topic.Id, runs.ToValueList()) { Rules = topic.Settings }, publisher);
        runs.Clear();
    }
}
