namespace PastryActors.Scribe.Tree;

/// <summary>Runs of a topic's stream that were handed on and are not done with, the oldest first, and how many bytes they are.</summary>
internal sealed class RunsUnderWay
{
    private readonly Queue<(ulong Last, int Bytes)> _runs = new();

    /// <summary>Of all of them.</summary>
    public long Bytes { get; private set; }

    /// <summary>A run that ends at this number is on its way.</summary>
    public void Add(ulong last, int bytes)
    {
        _runs.Enqueue((last, bytes));
        Bytes += bytes;
    }

    /// <summary>Everything up to this number is done with. How many bytes that were.</summary>
    public long TakeUpTo(ulong reached)
    {
        long before = Bytes;
        while (_runs.TryPeek(out (ulong Last, int Bytes) first) && first.Last <= reached)
        {
            _runs.Dequeue();
            Bytes -= first.Bytes;
        }

        return before - Bytes;
    }

    public void Clear()
    {
        _runs.Clear();
        Bytes = 0;
    }
}
