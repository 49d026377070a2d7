namespace PastryActors.Akka.Nodes;

/// <summary>
/// The bound of a node's mailbox. Akka's own bounded mailboxes make the sender wait or drop whatever comes last; here each kind of message
/// has its share, and timers and results of work are not counted. Safe for any thread.
/// </summary>
internal sealed class MailboxBound(int capacity)
{
    private int _depth;

    /// <summary>How many counted messages wait.</summary>
    public int Depth => Volatile.Read(ref _depth);

    /// <summary>The bound.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Takes a place, unless as many as <paramref name="share"/> are taken.</summary>
    public bool TryEnter(int share)
    {
        int depth = Volatile.Read(ref _depth);
        while (depth < Math.Min(share, Capacity))
        {
            int seen = Interlocked.CompareExchange(ref _depth, depth + 1, depth);
            if (seen == depth) return true;
            depth = seen;
        }

        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _depth);
}
