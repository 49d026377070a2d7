using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Stream;

/// <summary>What became of a batch that came in.</summary>
internal enum Admission
{
    /// <summary>It continues the stream: deliver what <see cref="TopicStream.TryTake"/> gives.</summary>
    Delivered,

    /// <summary>It lies ahead of a hole and waits.</summary>
    Parked,

    /// <summary>All of it was here before.</summary>
    Duplicate,

    /// <summary>There is no room for it, or no position yet that it could lie ahead of.</summary>
    Dropped,
}

/// <summary>
/// A topic's messages as they pass through one node: puts them back in order, each once, and keeps the last of them for children that
/// missed some. Numbers in, runs out; who sends and who listens is not its business.
/// </summary>
internal sealed class TopicStream(ScribeOptions options, BufferBudget budget)
{
    private readonly ParkedBatches _parked = new(options.ParkedCountMax, options.ParkedBytesMax);
    private Batch _ready;

    /// <summary>What was delivered last.</summary>
    public RecentMessages Recent { get; } = new(options.RecentCountMax, options.RecentBytesMax, budget);

    /// <summary>Whether the node knows where in the topic it stands.</summary>
    public bool HasPosition { get; private set; }

    /// <summary>The number that is to be delivered next.</summary>
    public ulong Next { get; private set; } = 1;

    /// <summary>The highest number known to exist.</summary>
    public ulong Head { get; private set; }

    /// <summary>The last number that needs no delivery any more.</summary>
    public ulong Last => Next - 1;

    public bool HasHole => HasPosition && Head >= Next;

    /// <summary>The last number of the first hole; only if there is one.</summary>
    public ulong HoleEnd => _parked.IsEmpty ? Head : Math.Min(Head, _parked.First - 1);

    public long Delivered { get; private set; }

    public long Duplicates { get; private set; }

    public long Gaps { get; private set; }

    /// <summary>Takes up the stream at <paramref name="next"/>; only while there is no position.</summary>
    public void StartAt(ulong next)
    {
        (HasPosition, Next) = (true, next);
        Head = Math.Max(Head, next - 1);
    }

    /// <summary>Notes that numbers up to <paramref name="sequence"/> exist.</summary>
    public void Learn(ulong sequence) => Head = Math.Max(Head, sequence);

    /// <summary>Takes a batch in. After <see cref="Admission.Delivered"/>, take the runs out.</summary>
    public Admission Offer(in Batch batch)
    {
        if (!HasPosition) return Admission.Dropped;
        Learn(batch.Last);
        if (batch.Last < Next)
        {
            Duplicates += batch.Items.Count;
            return Admission.Duplicate;
        }

        if (batch.First > Next) return Park(batch);
        Duplicates += (long)(Next - batch.First);
        _ready = batch.Slice(Next, batch.Last);
        return Admission.Delivered;
    }

    /// <summary>The next run to deliver; false when there is none any more.</summary>
    public bool TryTake(out Batch run)
    {
        run = _ready;
        _ready = default;
        if (run.Items.Count == 0 && !_parked.TryTake(Next, out run)) return false;
        Next = run.Last + 1;
        Delivered += run.Items.Count;
        Recent.Add(run);
        return true;
    }

    /// <summary>Gives up everything before <paramref name="next"/>. Parked runs may follow: take them out.</summary>
    public void SkipTo(ulong next)
    {
        Gaps += (long)(next - Next);
        Next = next;
        Head = Math.Max(Head, next - 1);
    }

    private Admission Park(in Batch batch)
    {
        if (_parked.Covers(batch))
        {
            Duplicates += batch.Items.Count;
            return Admission.Duplicate;
        }

        return _parked.TryPark(batch) ? Admission.Parked : Admission.Dropped;
    }
}
