namespace PastryActors.Simulation.Events;

/// <summary>An event's place in time: when it is due, which was inserted first among those due at once, and where its body lies.</summary>
internal readonly record struct EventKey(long DueTicks, long Sequence, int Slot)
{
    public static bool operator <(in EventKey a, in EventKey b) => a.DueTicks != b.DueTicks ? a.DueTicks < b.DueTicks : a.Sequence < b.Sequence;

    public static bool operator >(in EventKey a, in EventKey b) => b < a;
}

/// <summary>A 4-ary min-heap of keys: half the levels of a binary heap, and the four children share a cache line and a half.</summary>
internal sealed class EventHeap
{
    private EventKey[] _keys = new EventKey[256];

    public int Count { get; private set; }

    public EventKey Top => _keys[0];

    public void Push(in EventKey key)
    {
        if (Count == _keys.Length) Array.Resize(ref _keys, Count * 2);
        EventKey[] keys = _keys;
        int at = Count++;
        while (at > 0)
        {
            int parent = (at - 1) >> 2;
            if (!(key < keys[parent])) break;
            keys[at] = keys[parent];
            at = parent;
        }

        keys[at] = key;
    }

    public EventKey Pop()
    {
        EventKey top = _keys[0];
        EventKey last = _keys[--Count];
        if (Count > 0) SiftDown(last);
        return top;
    }

    private void SiftDown(in EventKey key)
    {
        EventKey[] keys = _keys;
        int at = 0;
        for (int first = 1; first < Count; first = (at << 2) + 1)
        {
            int least = LeastOf(keys, first, Math.Min(first + 4, Count));
            if (!(keys[least] < key)) break;
            keys[at] = keys[least];
            at = least;
        }

        keys[at] = key;
    }

    private static int LeastOf(EventKey[] keys, int first, int end)
    {
        int least = first;
        for (int i = first + 1; i < end; i++)
        {
            if (keys[i] < keys[least]) least = i;
        }

        return least;
    }
}
