using System.Numerics;

namespace PastryActors.Simulation.Events;

/// <summary>
/// Which coarse moments of the near future hold events: a ring of lists, and a bit per list so that empty stretches cost nothing to
/// cross. The lists themselves are threaded through the queue's slots.
/// </summary>
internal sealed class TimeWheel
{
    /// <summary>Number of moments that the wheel looks ahead, as a power of two.</summary>
    public const int SizeShift = 13;

    /// <summary>Number of moments that the wheel looks ahead.</summary>
    public const int Size = 1 << SizeShift;

    private readonly int[] _heads = new int[Size];
    private readonly ulong[] _occupied = new ulong[Size / 64];

    public TimeWheel() => Array.Fill(_heads, -1);

    /// <summary>Puts the slot in front of the list of <paramref name="moment"/> and answers the slot that comes after it, -1 for none.</summary>
    public int Add(long moment, int slot)
    {
        int at = (int)(moment & (Size - 1));
        int next = _heads[at];
        _heads[at] = slot;
        _occupied[at >> 6] |= 1UL << at;
        return next;
    }

    /// <summary>Takes the whole list of <paramref name="moment"/>: its first slot, -1 for none.</summary>
    public int Take(long moment)
    {
        int at = (int)(moment & (Size - 1));
        int head = _heads[at];
        _heads[at] = -1;
        _occupied[at >> 6] &= ~(1UL << at);
        return head;
    }

    /// <summary>The first moment after <paramref name="moment"/> whose list is not empty; <see cref="long.MaxValue"/> if there is none.</summary>
    public long NextAfter(long moment)
    {
        int start = (int)((moment + 1) & (Size - 1));
        ulong word = _occupied[start >> 6] & (ulong.MaxValue << start);
        for (int scanned = 0; scanned <= _occupied.Length; scanned++)
        {
            int index = ((start >> 6) + scanned) & (_occupied.Length - 1);
            if (scanned > 0) word = _occupied[index];
            if (word == 0) continue;
            int at = (index << 6) + BitOperations.TrailingZeroCount(word);
            return moment + 1 + ((at - start) & (Size - 1));
        }

        return long.MaxValue;
    }
}
