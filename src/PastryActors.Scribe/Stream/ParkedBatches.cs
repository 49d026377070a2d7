using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Stream;

/// <summary>Batches that came ahead of a hole, by their numbers, until it is filled. Bounded; what does not fit is asked for again later.</summary>
internal sealed class ParkedBatches(int countMax, int bytesMax)
{
    private readonly List<Batch> _batches = [];
    private int _bytes;

    public bool IsEmpty => _batches.Count == 0;

    /// <summary>The lowest number parked; only if there is one.</summary>
    public ulong First => _batches[0].First;

    /// <summary>Whether every number of the batch is parked already.</summary>
    public bool Covers(in Batch batch)
    {
        ulong next = batch.First;
        foreach (Batch parked in _batches)
        {
            if (parked.First > next) return false;
            if (parked.Last >= next) next = parked.Last + 1;
            if (next > batch.Last) return true;
        }

        return false;
    }

    /// <summary>Keeps the batch; false if there is no room.</summary>
    public bool TryPark(in Batch batch)
    {
        if (_batches.Count >= countMax || _bytes + batch.Bytes > bytesMax) return false;
        int index = _batches.Count;
        while (index > 0 && _batches[index - 1].First > batch.First) index--;
        _batches.Insert(index, batch);
        _bytes += batch.Bytes;
        return true;
    }

    /// <summary>Takes out the part of a parked batch that continues at <paramref name="next"/>; false if none does. What is older is thrown away.</summary>
    public bool TryTake(ulong next, out Batch batch)
    {
        while (_batches.Count > 0 && _batches[0].First <= next)
        {
            Batch first = _batches[0];
            _batches.RemoveAt(0);
            _bytes -= first.Bytes;
            if (first.Last < next) continue;
            batch = first.Slice(next, first.Last);
            return true;
        }

        batch = default;
        return false;
    }
}
