using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Root;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.History;

/// <summary>
/// Brings what a topic retains from its root's log into history, a segment at a time, and what is no longer retained out of it. One
/// piece of work a topic is under way at once; the log keeps what is not archived, and numbers nothing more when it is full of it.
/// Gives ArchiveSegment, FetchSegment and DropSegment; takes their results.
/// </summary>
internal sealed class Archivist(ScribeContext context)
{
    /// <summary>After how long without success the next attempt is made: storage that is full or out of reach is not hammered.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly Dictionary<long, Archiving> _open = [];
    private readonly Dictionary<long, FileId> _dropping = [];

    /// <summary>Begins what is due.</summary>
    public void Advance(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (!office.IsServing || !office.Replica.IsDurable || office.IsArchiving || context.Now < office.ArchiveAfter) return;
        SegmentIndex index = office.Group.Record.History;
        if (index.Foldable() is { Count: > 0 } folded) Archive(topic, Index(topic, folded), folded[0].First, folded[folded.Count - 1].Last, (byte)(folded[0].Level + 1), folded[folded.Count - 1].ArchivedSeconds);
        else if (IsDue(office, index)) ArchiveNext(topic, index.Last + 1);
    }

    public void OnArchived(SegmentArchived archived)
    {
        if (!_open.Remove(archived.Id, out Archiving? done)) return;
        if (context.Topics.Find(done.Topic) is not { Office: { } office } topic || office != done.Office) return;
        office.IsArchiving = false;
        if (archived.Object is not { } id)
        {
            office.ArchiveAfter = context.Now + RetryAfter;
            context.Report(FactKind.Dropped, topic.Id);
            return;
        }

        TopicRecord record = office.Group.Record;
        var part = new SegmentRef(done.First, done.Last, done.Level, id, done.Hash, done.Level > 0 ? done.Seconds : archived.UnixSeconds);
        SegmentIndex index = done.Level > 0 ? record.History.Folded(part) : record.History.With(part);
        SegmentIndex kept = Retained(record.Settings.Retain, index, office.Confirmed, archived.UnixSeconds);
        context.Roots.Replicator.Decide(topic, record with { History = kept });
        foreach (SegmentRef gone in index.Segments.Take(index.Segments.Count - kept.Segments.Count)) Drop(gone);
        if (topic.Office == office) Advance(topic);
    }

    /// <summary>An index that is given up: so is what it lists.</summary>
    public bool OnFetched(SegmentFetched fetched)
    {
        if (!_dropping.Remove(fetched.Id, out FileId id)) return false;
        foreach (SegmentRef part in Segment.TryDecode(fetched.Content.Span)?.Index.Segments ?? default) Drop(part);
        context.Host.Do(new DropSegment(context.Host.NextWorkId(), id));
        return true;
    }

    private bool IsDue(RootOffice office, SegmentIndex index) =>
        office.Log.Items.PinnedBytes >= context.Options.SegmentBytes || office.Confirmed - Math.Min(index.Last, office.Confirmed) >= (ulong)context.Options.SegmentMessages;

    private static SegmentIndex Retained(Retention retain, SegmentIndex index, ulong confirmed, ulong now) => retain.Kind switch
    {
        RetentionKind.Messages => index.Without(confirmed - Math.Min(retain.Amount, confirmed) + 1, 0),
        RetentionKind.Duration => index.Without(0, now - Math.Min(retain.Amount, now)),
        _ => index,
    };

    private void ArchiveNext(TopicNode topic, ulong from)
    {
        RootOffice office = topic.Office!;
        List<TopicItem> items = [];
        var cost = default(BatchCost);
        ulong next = from;
        int bytesMax = context.Options.SegmentBytes;
        while (cost.Bytes < bytesMax && items.Count < context.Options.SegmentMessages && office.Log.Items.TryRead(next, office.Confirmed, out Batch run))
        {
            // Numbers may be missing where a topic went on without a majority: a segment has none missing.
            if (items.Count > 0 && run.First != next) break;
            if (items.Count == 0) from = run.First;
            foreach (TopicItem item in run.Items)
            {
                cost.Add(item);
                if (items.Count > 0 && cost.Bytes > bytesMax) break;
                items.Add(item);
            }

            next = from + (ulong)items.Count;
            if (next <= run.Last) break;
        }

        if (items.Count > 0) Archive(topic, new Segment(topic.Id, from, items.ToValueList(), SegmentIndex.None), from, next - 1, 0, 0);
    }

    private static Segment Index(TopicNode topic, ValueList<SegmentRef> folded) => new(topic.Id, 0, default, new SegmentIndex(folded));

    private void Archive(TopicNode topic, Segment segment, ulong first, ulong last, byte level, ulong seconds)
    {
        RootOffice office = topic.Office!;
        Blob content = segment.Encode();
        long work = context.Host.NextWorkId();
        office.IsArchiving = true;
        _open.Add(work, new Archiving(topic.Id, office, first, last, level, Hash256.Of(content.Span), seconds));
        // Two roots may archive the same numbers, one after the other: the term keeps their names apart.
        context.Host.Do(new ArchiveSegment(work, $"topic {topic.Id} {first}-{last} level {level} term {office.Log.Term.Number}", content));
    }

    private void Drop(SegmentRef gone)
    {
        long work = context.Host.NextWorkId();
        if (gone.Level == 0)
        {
            context.Host.Do(new DropSegment(work, gone.Object));
            return;
        }

        _dropping.Add(work, gone.Object);
        context.Host.Do(new FetchSegment(work, gone.Object, gone.Hash));
    }

    private sealed record Archiving(RingId Topic, RootOffice Office, ulong First, ulong Last, byte Level, Hash256 Hash, ulong Seconds);
}
