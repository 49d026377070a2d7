using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Stream;

/// <summary>
/// The last batches of a topic, in order, bounded by count, bytes and the node's budget: what is oldest goes first. Numbers may be
/// missing between two batches, where messages were lost for good.
/// </summary>
internal sealed class RecentMessages(int countMax, int bytesMax, BufferBudget budget)
{
    private readonly List<Batch> _batches = [];

    // Batches before this index are gone; the list is packed when half of it is. A ring buffer without its arithmetic.
    private int _head;

    public int Count { get; private set; }

    public int Bytes { get; private set; }

    public bool IsEmpty => _head == _batches.Count;

    /// <summary>The oldest number kept; only if there is one.</summary>
    public ulong Oldest => _batches[_head].First;

    /// <summary>The newest number kept; only if there is one.</summary>
    public ulong Newest => _batches[^1].Last;

    /// <summary>Adds a batch that is newer than all others.</summary>
    public void Add(in Batch batch)
    {
        _batches.Add(batch);
        Account(batch, +1);
        while (_batches.Count - _head > 1 && (Count > countMax || Bytes > bytesMax || budget.IsExceeded)) DropOldest();
    }

    /// <summary>The next run of kept messages at or after <paramref name="from"/> and not beyond <paramref name="to"/>; false if there is none.</summary>
    public bool TryRead(ulong from, ulong to, out Batch batch)
    {
        int index = IndexOfFirstEndingAtOrAfter(from);
        if (index == _batches.Count || _batches[index].First > to)
        {
            batch = default;
            return false;
        }

        batch = _batches[index].Slice(from, to);
        return true;
    }

    /// <summary>Forgets everything after <paramref name="last"/>.</summary>
    public void TruncateAfter(ulong last)
    {
        while (!IsEmpty && _batches[^1].Last > last)
        {
            Batch cut = _batches[^1];
            _batches.RemoveAt(_batches.Count - 1);
            Account(cut, -1);
            if (cut.First > last) continue;
            Batch kept = cut.Slice(cut.First, last);
            _batches.Add(kept);
            Account(kept, +1);
        }
    }

    public void Clear()
    {
        budget.Release(Bytes);
        _batches.Clear();
        (_head, Count, Bytes) = (0, 0, 0);
    }

    private void DropOldest()
    {
        Account(_batches[_head], -1);
        _batches[_head++] = default;
        if (_head < 64 || _head * 2 < _batches.Count) return;
        _batches.RemoveRange(0, _head);
        _head = 0;
    }

    private void Account(in Batch batch, int sign)
    {
        Count += sign * batch.Items.Count;
        Bytes += sign * batch.Bytes;
        budget.Charge(sign * batch.Bytes);
    }

    private int IndexOfFirstEndingAtOrAfter(ulong sequence)
    {
        (int low, int high) = (_head, _batches.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_batches[middle].Last < sequence) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
