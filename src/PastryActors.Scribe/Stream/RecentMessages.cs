using PastryActors.Core.Collections;
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

    // Batches from this index on are pinned.
    private int _floor;
    private ulong _pinnedFrom = ulong.MaxValue;

    public int Count { get; private set; }

    public int Bytes { get; private set; }

    /// <summary>What is pinned, in bytes.</summary>
    public int PinnedBytes { get; private set; }

    /// <summary>What ends at or after this number is not dropped, whatever the bounds: who adds sees to it that it is not too much. Grows.</summary>
    public ulong PinnedFrom
    {
        get => _pinnedFrom;
        set
        {
            if (value < _pinnedFrom) (_floor, PinnedBytes) = (_head, Bytes);
            _pinnedFrom = value;
            while (_floor < _batches.Count && _batches[_floor].Last < value) PinnedBytes -= _batches[_floor++].Bytes;
            Trim();
        }
    }

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
        if (batch.Last >= _pinnedFrom) PinnedBytes += batch.Bytes;
        else _floor = _batches.Count;
        Trim();
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

    /// <summary>As <see cref="TryRead"/>, with what follows without a gap, as many messages as fit into so many bytes; one larger run excepted.</summary>
    public bool TryReadMany(ulong from, ulong to, int bytesMax, out Batch run)
    {
        if (!TryRead(from, to, out run)) return false;
        List<Batch>? parts = null;
        int bytes = run.Bytes;
        ulong next = run.Last + 1;
        while (TryRead(next, to, out Batch more) && more.First == next && bytes + more.Bytes <= bytesMax)
        {
            (parts ??= [run]).Add(more);
            (bytes, next) = (bytes + more.Bytes, more.Last + 1);
        }

        if (parts is not null) run = new Batch(run.First, Joined(parts, static p => p.Items), Joined(parts, static p => p.Marks), bytes);
        return true;
    }

    private static ValueList<T> Joined<T>(List<Batch> parts, Func<Batch, ValueList<T>> of)
    {
        var all = new T[parts.Sum(p => of(p).Count)];
        int count = 0;
        foreach (Batch part in parts)
        {
            of(part).Span.CopyTo(all.AsSpan(count));
            count += of(part).Count;
        }

        return new ValueList<T>(all);
    }

    /// <summary>Forgets everything after <paramref name="last"/>.</summary>
    public void TruncateAfter(ulong last)
    {
        while (!IsEmpty && _batches[^1].Last > last)
        {
            Batch cut = _batches[^1];
            bool isPinned = _floor < _batches.Count;
            _batches.RemoveAt(_batches.Count - 1);
            Account(cut, -1);
            if (isPinned) PinnedBytes -= cut.Bytes;
            _floor = Math.Min(_floor, _batches.Count);
            if (cut.First > last) continue;
            Batch kept = cut.Slice(cut.First, last);
            _batches.Add(kept);
            Account(kept, +1);
            if (isPinned) PinnedBytes += kept.Bytes;
            else _floor = _batches.Count;
        }
    }

    public void Clear()
    {
        budget.Release(Bytes);
        _batches.Clear();
        (_head, _floor, Count, Bytes, PinnedBytes) = (0, 0, 0, 0, 0);
    }

    private void Trim()
    {
        while (_floor > _head && _batches.Count - _head > 1 && (Count > countMax || Bytes > bytesMax || budget.IsExceeded)) DropOldest();
    }

    private void DropOldest()
    {
        Account(_batches[_head], -1);
        _batches[_head++] = default;
        if (_head < 64 || _head * 2 < _batches.Count) return;
        _batches.RemoveRange(0, _head);
        _floor -= _head;
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
