using System.Collections.Concurrent;

namespace PastryActors.Store.Writing;

#pragma warning disable CA1001 // The semaphore is never disposed: an adder may still be about to release it when the last taker has gone, and it holds only memory.
/// <summary>
/// A queue with a bound in items and one in bytes: many may add, each without waiting; a fixed number of threads take. After
/// closing nothing gets in, and everything that got in before is still taken: no item is lost between the two.
/// </summary>
internal sealed class BoundedQueue<T>(int countMax, long bytesMax)
#pragma warning restore CA1001
{
    private readonly ConcurrentQueue<(T Item, int Bytes)> _items = new();
    private readonly SemaphoreSlim _ready = new(0);
    private long _bytes;
    private int _count;
    private volatile bool _closed;

    /// <summary>Items waiting.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds an item that weighs some bytes; false if that would exceed a bound, or the queue is closed.</summary>
    public bool TryAdd(T item, int bytes)
    {
        // Reserve first and look at "closed" after it: whoever closes waits for the reservations that were made before.
        bool fits = Interlocked.Increment(ref _count) <= countMax & Interlocked.Add(ref _bytes, bytes) <= bytesMax;
        if (!fits || _closed)
        {
            Interlocked.Add(ref _bytes, -bytes);
            Interlocked.Decrement(ref _count);
            return false;
        }

        _items.Enqueue((item, bytes));
        _ready.Release();
        return true;
    }

    /// <summary>Waits for an item; false when the queue is closed and empty.</summary>
    public bool Take(out T item)
    {
        while (true)
        {
            _ready.Wait();
            if (Dequeue(out item)) return true;
            if (_closed && Volatile.Read(ref _count) == 0) return false;

            // Woken by closing while someone is between reserving and adding: come back at once.
            _ready.Release();
            Thread.Yield();
        }
    }

    /// <summary>Takes an item if one is there.</summary>
    public bool TryTake(out T item)
    {
        item = default!;
        return _ready.Wait(0) && (Dequeue(out item) || Rearm());
    }

    /// <summary>Lets nothing in any more and wakes the takers so that they find out.</summary>
    public void Close(int takers)
    {
        _closed = true;
        _ready.Release(takers);
    }

    private bool Dequeue(out T item)
    {
        bool any = _items.TryDequeue(out (T Item, int Bytes) first);
        item = first.Item;
        if (!any) return false;
        Interlocked.Add(ref _bytes, -first.Bytes);
        Interlocked.Decrement(ref _count);
        return true;
    }

    private bool Rearm()
    {
        _ready.Release();
        return false;
    }
}
