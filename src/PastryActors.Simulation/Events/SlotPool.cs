namespace PastryActors.Simulation.Events;

/// <summary>
/// Places for structs that come and go, by number. It grows by pieces: no copy of millions of events when one more comes, and no
/// second array as large as the first beside it.
/// </summary>
internal sealed class SlotPool<T>
    where T : struct
{
    private const int PieceShift = 12;

    private const int PieceSize = 1 << PieceShift;

    private readonly List<T[]> _pieces = [];
    private readonly Stack<int> _free = new();
    private int _used;

    /// <summary>The place of a number that <see cref="Take"/> answered.</summary>
    public ref T this[int slot] => ref _pieces[slot >> PieceShift][slot & (PieceSize - 1)];

    /// <summary>A free place.</summary>
    public int Take()
    {
        if (_free.TryPop(out int slot)) return slot;
        if (_used >> PieceShift == _pieces.Count) _pieces.Add(new T[PieceSize]);
        return _used++;
    }

    /// <summary>Empties a place: what it referred to goes with it, or the pool would keep alive whatever passed through.</summary>
    public void Free(int slot)
    {
        this[slot] = default;
        _free.Push(slot);
    }
}
