using PastryActors.Core.Driving;

namespace PastryActors.Engine;

/// <summary>
/// The pending timers of one node: a binary heap by deadline, and by order of scheduling where deadlines are the same. Owned by the
/// node's actor, so it needs no lock and a full mailbox cannot lose a timer. Not safe for two threads.
/// </summary>
internal sealed class TimerHeap
{
    private Entry[] _entries = new Entry[16];
    private long _sequence;

    /// <summary>How many timers are pending.</summary>
    public int Count { get; private set; }

    /// <summary>The earliest deadline; <see cref="Instant.Never"/> without timers.</summary>
    public Instant Next => Count == 0 ? Instant.Never : new Instant(_entries[0].DueTicks);

    /// <summary>Adds a timer that is due at <paramref name="due"/>.</summary>
    public void Add(in NodeTimer timer, Instant due)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        var entry = new Entry(due.Ticks, _sequence++, timer);
        int i = Count++;
        while (i > 0)
        {
            int parent = (i - 1) / 2;
            if (!entry.IsBefore(_entries[parent])) break;
            _entries[i] = _entries[parent];
            i = parent;
        }

        _entries[i] = entry;
    }

    /// <summary>Takes the earliest timer if it is due at <paramref name="now"/>.</summary>
    public bool TryTakeDue(Instant now, out NodeTimer timer)
    {
        timer = default;
        if (Count == 0 || _entries[0].DueTicks > now.Ticks) return false;
        timer = _entries[0].Timer;
        SiftDown(_entries[--Count]);
        return true;
    }

    /// <summary>Forgets all timers: those of a core that was dropped mean nothing to its successor.</summary>
    public int Clear()
    {
        int forgotten = Count;
        Count = 0;
        return forgotten;
    }

    private void SiftDown(in Entry moved)
    {
        int i = 0;
        while (true)
        {
            int child = (2 * i) + 1;
            if (child >= Count) break;
            if (child + 1 < Count && _entries[child + 1].IsBefore(_entries[child])) child++;
            if (!_entries[child].IsBefore(moved)) break;
            _entries[i] = _entries[child];
            i = child;
        }

        _entries[i] = moved;
    }

    private readonly record struct Entry(long DueTicks, long Sequence, NodeTimer Timer)
    {
        public bool IsBefore(in Entry other) => DueTicks < other.DueTicks || (DueTicks == other.DueTicks && Sequence < other.Sequence);
    }
}
