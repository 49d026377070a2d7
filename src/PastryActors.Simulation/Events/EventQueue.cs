namespace PastryActors.Simulation.Events;

/// <summary>
/// All that will happen, in the order of time and, at the same time, of insertion. What is due within a moment lies in a small heap,
/// what comes in the next half minute in a wheel of unordered lists, and the rest in a large heap: so a ring of many nodes, each with
/// timers far ahead, pays the depth of the large heap only for those (calendar queues: Brown, CACM 1988).
/// </summary>
internal sealed class EventQueue
{
    /// <summary>A moment is 2^15 ticks, 3.3 ms: the wheel then reaches 27 s ahead, beyond most round trips and timeouts.</summary>
    private const int MomentShift = 15;

    private readonly EventHeap _near = new();
    private readonly EventHeap _far = new();
    private readonly TimeWheel _wheel = new();
    private Slot[] _slots = new Slot[1024];
    private int _free = -1;
    private int _used;
    private int _inWheel;
    private long _moment;
    private long _sequence;

    /// <summary>Number of events that wait.</summary>
    public int Count => _near.Count + _inWheel + _far.Count;

    /// <summary>Adds an event, after all that are due at the same tick already.</summary>
    public void Push(long dueTicks, in SimEvent body)
    {
        int slot = TakeSlot();
        ref Slot place = ref _slots[slot];
        place.Body = body;
        place.DueTicks = dueTicks;
        place.Sequence = ++_sequence;
        Place(new EventKey(dueTicks, place.Sequence, slot));
    }

    /// <summary>When the next event is due; false when nothing waits.</summary>
    public bool TryPeek(out long dueTicks)
    {
        if (_near.Count == 0) Advance();
        dueTicks = _near.Count > 0 ? _near.Top.DueTicks : long.MaxValue;
        return _near.Count > 0;
    }

    /// <summary>Takes the next event, which <see cref="TryPeek"/> has just seen.</summary>
    public long Pop(out SimEvent body)
    {
        EventKey key = _near.Pop();
        ref Slot place = ref _slots[key.Slot];
        body = place.Body;
        // The references go with the event, or the pool would keep alive whatever passed through it.
        place.Body = default;
        place.Next = _free;
        _free = key.Slot;
        return key.DueTicks;
    }

    private void Place(in EventKey key)
    {
        long moment = key.DueTicks >> MomentShift;
        if (moment <= _moment)
        {
            _near.Push(key);
        }
        else if (moment - _moment < TimeWheel.Size)
        {
            _slots[key.Slot].Next = _wheel.Add(moment, key.Slot);
            _inWheel++;
        }
        else
        {
            _far.Push(key);
        }
    }

    /// <summary>Goes to the next moment that holds an event, and brings near what is due in it.</summary>
    private void Advance()
    {
        long next = _inWheel > 0 ? _wheel.NextAfter(_moment) : long.MaxValue;
        if (_far.Count > 0) next = Math.Min(next, _far.Top.DueTicks >> MomentShift);
        if (next == long.MaxValue) return;
        _moment = next;
        for (int slot = _wheel.Take(next); slot >= 0; slot = _slots[slot].Next)
        {
            _near.Push(new EventKey(_slots[slot].DueTicks, _slots[slot].Sequence, slot));
            _inWheel--;
        }

        while (_far.Count > 0 && (_far.Top.DueTicks >> MomentShift) - _moment < TimeWheel.Size) Place(_far.Pop());
    }

    private int TakeSlot()
    {
        if (_free >= 0)
        {
            int slot = _free;
            _free = _slots[slot].Next;
            return slot;
        }

        if (_used == _slots.Length) Array.Resize(ref _slots, _used * 2);
        return _used++;
    }

    private struct Slot
    {
        public SimEvent Body;
        public long DueTicks;
        public long Sequence;
        public int Next;
    }
}
