namespace PastryActors.Simulation.Events;

/// <summary>
/// All that will happen, in the order of time and, at the same time, of insertion. What is due within a moment lies in a small heap;
/// what comes in the next half minute in a wheel of unordered lists, a list a moment; what comes in the next days in a coarser wheel,
/// whose lists are dealt out to the first when their time is near; the little beyond in a large heap (hierarchical timing wheels:
/// Varghese and Lauck, SOSP 1987). So an event costs the same however many wait.
/// </summary>
internal sealed class EventQueue
{
    /// <summary>A moment is 2^15 ticks, 3.3 ms: the fine wheel then reaches 27 s ahead, beyond most round trips and timeouts, the coarse one 61 h.</summary>
    private const int MomentShift = 15;

    private readonly EventSlots _slots = new();
    private readonly EventHeap _near = new();
    private readonly EventHeap _far = new();
    private readonly TimeWheel _fine = new();
    private readonly TimeWheel _coarse = new();
    private int _inFine;
    private int _inCoarse;
    private long _moment;
    private long _sequence;

    /// <summary>Number of events that wait.</summary>
    public int Count => _near.Count + _inFine + _inCoarse + _far.Count;

    /// <summary>Adds an event, after all that are due at the same tick already.</summary>
    public void Push(long dueTicks, in SimEvent body)
    {
        long sequence = ++_sequence;
        Place(new EventKey(dueTicks, sequence, _slots.Put(dueTicks, sequence, body)));
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
        _slots.Take(key.Slot, out body);
        return key.DueTicks;
    }

    private static long BlockOf(long moment) => moment >> TimeWheel.SizeShift;

    private static long MomentOf(long dueTicks) => dueTicks >> MomentShift;

    private void Place(in EventKey key)
    {
        long moment = MomentOf(key.DueTicks);
        if (moment <= _moment)
        {
            _near.Push(key);
        }
        else if (moment - _moment <= TimeWheel.Size)
        {
            _slots[key.Slot].Next = _fine.Add(moment, key.Slot);
            _inFine++;
        }
        else if (BlockOf(moment) - BlockOf(_moment) <= TimeWheel.Size)
        {
            _slots[key.Slot].Next = _coarse.Add(BlockOf(moment), key.Slot);
            _inCoarse++;
        }
        else
        {
            _far.Push(key);
        }
    }

    /// <summary>Goes to the next moment that holds an event, and brings near what is due in it.</summary>
    private void Advance()
    {
        while (Count > 0)
        {
            while (_far.Count > 0 && BlockOf(MomentOf(_far.Top.DueTicks)) - BlockOf(_moment) <= TimeWheel.Size) Place(_far.Pop());
            long next = _inFine > 0 ? _fine.NextAfter(_moment) : long.MaxValue;
            long block = _inCoarse > 0 ? _coarse.NextAfter(BlockOf(_moment)) : long.MaxValue;
            if (_inCoarse > 0 && block << TimeWheel.SizeShift <= next)
            {
                Deal(block);
            }
            else if (_inFine > 0)
            {
                Bring(next);
                return;
            }
            else
            {
                // Nothing for days: go to just before the first that comes then.
                _moment = MomentOf(_far.Top.DueTicks) - 1;
            }
        }
    }

    /// <summary>A block of moments begins: its events go to the fine wheel. Nothing is due before it.</summary>
    private void Deal(long block)
    {
        _moment = Math.Max(_moment, (block << TimeWheel.SizeShift) - 1);
        for (int slot = _coarse.Take(block); slot >= 0;)
        {
            EventLink link = _slots[slot];
            _inCoarse--;
            Place(new EventKey(link.DueTicks, link.Sequence, slot));
            slot = link.Next;
        }
    }

    private void Bring(long moment)
    {
        _moment = moment;
        for (int slot = _fine.Take(moment); slot >= 0;)
        {
            EventLink link = _slots[slot];
            _inFine--;
            _near.Push(new EventKey(link.DueTicks, link.Sequence, slot));
            slot = link.Next;
        }
    }
}
