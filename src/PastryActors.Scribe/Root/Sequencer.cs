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
/// publisher or subscriber, before another node holds it too: so the death of the root alone takes nothing that was seen.
/// </summary>
internal sealed class Sequencer(ScribeContext context)
{
    /// <summary>Gives numbers to what has none yet, and answers for what has one already.</summary>
    public void Number(TopicNode topic, NodeHandle from, PublishItems message)
    {
        foreach (PublishItem item in message.Items) Number(topic, from, item);
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

        ulong confirmed = office.Links.Count == 0 ? office.Log.Last : office.Links.Max(l => l.Acked);
        if (office.IsServing) ConfirmTo(topic, confirmed);
        else if (confirmed >= office.Base) Serve(topic, confirmed);
    }

    /// <summary>Another node holds everything up to <paramref name="last"/>: publishers are answered, subscribers get it.</summary>
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

        AnswerTo(topic, last);
    }

    private void Serve(TopicNode topic, ulong confirmed)
    {
        context.Roots.Serve(topic);
        ConfirmTo(topic, confirmed);
    }

    private void Number(TopicNode topic, NodeHandle from, PublishItem item)
    {
        RootOffice office = topic.Office!;
        PublishKnowledge known = office.Log.Windows.Find(from.Id, from.Incarnation, item.Number, out ulong sequence);
        if (known == PublishKnowledge.Numbered && sequence <= office.Confirmed)
        {
            context.Send(new PublishAnswer(topic.Id, [new PublishedRun(item.Number, sequence, 1)]), from);
        }
        else if (known == PublishKnowledge.Stale || item.Payload.Length > context.Options.MaxMessageBytes)
        {
            context.Report(FactKind.MessageRefused, from.Id);
        }
        else if (known == PublishKnowledge.Fresh)
        {
            Stage(topic, from, item);
        }
    }

    private void Stage(TopicNode topic, NodeHandle from, PublishItem item)
    {
        RootOffice office = topic.Office!;
        if (office.UnconfirmedBytes + item.Payload.Length > context.Options.UnconfirmedBytesMax || office.Unconfirmed.Count >= context.Options.RecentCountMax)
        {
            context.Report(FactKind.Dropped, topic.Id, context.Options.UnconfirmedBytesMax);
            return;
        }

        ulong sequence = office.NextNumber;
        if (office.Log.Windows.Mark(from.Id, from.Incarnation, item.Number, sequence)) context.Report(FactKind.Dropped, topic.Id, context.Options.PublishersMax);
        office.StagedItems.Add(new TopicItem(from.Id, item.Payload));
        office.StagedMarks.Add(new PublishMark(from.Incarnation, item.Number));
        office.Unconfirmed.Enqueue(new UnconfirmedPublish(sequence, from, item.Number, item.Payload.Length));
        office.UnconfirmedBytes += item.Payload.Length;
    }

    /// <summary>While every copy has a pipeline full, publishes gather: the busier the topic, the larger its batches.</summary>
    private static bool MayFlush(RootOffice office)
    {
        if (office.StagedItems.Count == 0) return false;
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
            ValueList<TopicItem> items = office.StagedItems.GetRange(start, count).ToValueList();
            ValueList<PublishMark> marks = office.StagedMarks.GetRange(start, count).ToValueList();
            office.Log.Append(Batch.Of(office.Log.Last + 1, items, marks));
            start += count;
        }

        office.StagedItems.Clear();
        office.StagedMarks.Clear();
    }

    private int CountForOneBatch(List<TopicItem> items, int start)
    {
        int bytes = items[start].Payload.Length;
        int end = start + 1;
        while (end < items.Count && bytes + items[end].Payload.Length <= context.Options.BatchBytesMax) bytes += items[end++].Payload.Length;
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
        if (runs.Count > 0 && runs[^1] is var run && next.Number == run.Number + (ulong)run.Count && next.Sequence == run.Sequence + (ulong)run.Count)
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
        context.Send(new PublishAnswer(topic.Id, runs.ToValueList()), publisher);
        runs.Clear();
    }
}
