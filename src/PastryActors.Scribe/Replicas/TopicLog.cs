using PastryActors.Core.Collections;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Stream;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Replicas;

/// <summary>The numbering of a topic, as its root and the copies hold it: the recent messages with their marks, the last number, the term.</summary>
internal sealed class TopicLog(ScribeOptions options, BufferBudget budget)
{
    public RecentMessages Items { get; } = new(options.RecentCountMax, options.RecentBytesMax, budget);

    public PublisherWindows Windows { get; } = new(options.PublishersMax);

    /// <summary>The term of the root that the log follows.</summary>
    public Term Term { get; set; }

    /// <summary>The last number given.</summary>
    public ulong Last { get; private set; }

    /// <summary>Whether any root ever numbered into this log.</summary>
    public bool IsKnown => Term.Number > 0;

    /// <summary>The number before the oldest message that is still here.</summary>
    public ulong Start => Items.IsEmpty ? Last : Items.Oldest - 1;

    /// <summary>Adds the part of the run that is new. True if a publisher had to be forgotten for it.</summary>
    public bool Append(in Batch run)
    {
        if (run.Last <= Last) return false;
        Batch added = run.Slice(Last + 1, run.Last);
        Items.Add(added);
        Last = added.Last;
        bool forgot = false;
        for (int i = 0; i < added.Marks.Count; i++)
        {
            PublishMark mark = added.Marks[i];
            forgot |= Windows.Mark(added.Items[i].Publisher, mark.Incarnation, mark.Number, added.First + (ulong)i);
        }

        return forgot;
    }

    /// <summary>The next run at or after <paramref name="from"/>, of as many messages as fit into one batch; false if there is none.</summary>
    public bool TryRead(ulong from, out Batch run)
    {
        if (!Items.TryRead(from, Last, out run)) return false;
        List<TopicItem>? items = null;
        List<PublishMark>? marks = null;
        int bytes = run.Bytes;
        ulong next = run.Last + 1;
        // A quiet topic's messages were numbered one by one; a copy that needs thousands must not wait for each.
        while (Items.TryRead(next, Last, out Batch more) && more.First == next && bytes + more.Bytes <= options.BatchBytesMax)
        {
            (items, marks) = (items ?? [.. run.Items], marks ?? [.. run.Marks]);
            items.AddRange(more.Items);
            marks.AddRange(more.Marks);
            (bytes, next) = (bytes + more.Bytes, more.Last + 1);
        }

        if (items is not null) run = new Batch(run.First, items.ToValueList(), marks!.ToValueList(), bytes);
        return true;
    }

    /// <summary>Forgets what was numbered after <paramref name="last"/>.</summary>
    public void TruncateAfter(ulong last)
    {
        if (last >= Last) return;
        Items.TruncateAfter(last);
        Windows.ForgetAfter(last);
        Last = last;
    }

    /// <summary>Forgets all messages; the next number is <paramref name="last"/> + 1.</summary>
    public void ResetTo(ulong last)
    {
        Items.Clear();
        Last = last;
    }

    /// <summary>Gives the memory back.</summary>
    public void Discard() => Items.Clear();

    public override string ToString() => $"{Term}: {Start + 1}..{Last}";

    /// <summary>Of two logs the one that a new root should go on from: that of the later term, then the longer one.</summary>
    public static int Compare(Term termA, ulong lastA, Term termB, ulong lastB)
    {
        int byTerm = termA.CompareTo(termB);
        return byTerm != 0 ? byTerm : lastA.CompareTo(lastB);
    }
}
