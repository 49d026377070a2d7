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

    /// <summary>Whether the disk has this log up to <see cref="SavedTo"/>; else it must be written anew.</summary>
    public bool IsSaved { get; private set; }

    /// <summary>Up to which number the log is as the disk has it.</summary>
    public ulong SavedTo { get; private set; }

    /// <summary>The number before the oldest message that the disk must have: what is older lies in history.</summary>
    public ulong SavableStart => Items.PinnedFrom == ulong.MaxValue ? Start : Math.Clamp(Items.PinnedFrom - 1, Start, Last);

    /// <summary>All of the log is on the disk, or on its way there.</summary>
    public void MarkSaved()
    {
        (IsSaved, SavedTo) = (true, Last);
        Windows.MarkSaved();
    }

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
    public bool TryRead(ulong from, out Batch run) => TryRead(from, out run, Last, options.BatchBytesMax);

    /// <summary>As above, up to a number, of as many messages as fit into so many bytes; one larger message excepted.</summary>
    public bool TryRead(ulong from, out Batch run, ulong to, int bytesMax) => Items.TryReadMany(from, to, bytesMax, out run);

    /// <summary>Forgets what was numbered after <paramref name="last"/>.</summary>
    public void TruncateAfter(ulong last)
    {
        if (last >= Last) return;
        Items.TruncateAfter(last);
        Windows.ForgetAfter(last);
        Last = last;
        SavedTo = Math.Min(SavedTo, last);
    }

    /// <summary>Forgets all messages; the next number is <paramref name="last"/> + 1.</summary>
    public void ResetTo(ulong last)
    {
        Items.Clear();
        Last = last;
        IsSaved = false;
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
