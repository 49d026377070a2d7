using System.Numerics;
using System.Runtime.InteropServices;

namespace PastryActors.Tcp.Actors;

/// <summary>
/// A bounded queue of values for many producers and one consumer, without locks: producers take a place by moving the tail, and a
/// sequence number in each cell tells the consumer that the place was filled (after D. Vyukov's bounded queue).
/// </summary>
internal sealed class MpscRing<T>
{
    private readonly Cell[] _cells;
    private readonly int _mask;
    private readonly int _publishMask;
    private PaddedCounter _tail;
    private PaddedCounter _head;
    private long _next;

    /// <summary>A ring of at least <paramref name="capacity"/> places; the capacity is rounded up to a power of two, the limits that producers give are not.</summary>
    public MpscRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)capacity);
        _cells = new Cell[size];
        _mask = size - 1;
        // Producers read the head: publishing it for every item taken would bounce its cache line between the cores.
        _publishMask = Math.Clamp(size / 8, 1, 32) - 1;
    }

    /// <summary>Number of places.</summary>
    public int Capacity => _cells.Length;

    /// <summary>How many items wait, as far as producers know: never too few.</summary>
    public int Count => (int)Math.Max(0, Volatile.Read(ref _tail.Value) - Volatile.Read(ref _head.Value));

    /// <summary>Whether the consumer would find nothing. For the consumer, or after a fence.</summary>
    public bool IsEmpty => Volatile.Read(ref _cells[Volatile.Read(ref _next) & _mask].Sequence) != _next + 1;

    /// <summary>Puts an item in unless <paramref name="limit"/> items wait already. For any thread.</summary>
    public bool TryEnqueue(in T item, int limit)
    {
        while (true)
        {
            long tail = Volatile.Read(ref _tail.Value);
            if (tail - Volatile.Read(ref _head.Value) >= limit) return false;
            if (Interlocked.CompareExchange(ref _tail.Value, tail + 1, tail) != tail) continue;
            ref Cell cell = ref _cells[tail & _mask];
            cell.Item = item;
            Volatile.Write(ref cell.Sequence, tail + 1);
            return true;
        }
    }

    /// <summary>Takes the oldest item. For the consumer alone.</summary>
    public bool TryDequeue(out T item)
    {
        ref Cell cell = ref _cells[_next & _mask];
        if (Volatile.Read(ref cell.Sequence) != _next + 1)
        {
            item = default!;
            PublishHead();
            return false;
        }

        item = cell.Item;
        cell.Item = default!;
        _next++;
        if ((_next & _publishMask) == 0) PublishHead();
        return true;
    }

    /// <summary>Lets producers see all the room there is. For the consumer, when it pauses.</summary>
    public void PublishHead() => Volatile.Write(ref _head.Value, _next);

    private struct Cell
    {
        public long Sequence;
        public T Item;
    }
}

/// <summary>A counter alone on its cache lines: the two ends of a ring are written by different cores.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedCounter
{
    [FieldOffset(128)]
    public long Value;
}
