using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Subscribing;

/// <summary>
/// Which of the last <see cref="PublisherMemory.WindowSize"/> running numbers of one publisher a subscriber was given. While they come one after the
/// other it is where they begin and end; a bit for each only where there are holes.
/// </summary>
internal sealed class GivenPublishes(ulong first)
{
    private const int WordBits = 64;

    private ulong _highest = first;

    // All from here to the highest were given.
    private ulong _from = first;

    // A bit a number of the window, at its remainder; null while nothing below _from was given.
    private ulong[]? _bits;

    /// <summary>Notes a number; false if it was given before, or lies so far back that it counts as given.</summary>
    public bool TryMark(ulong number)
    {
        if (number > _highest) MarkAhead(number);
        else if (_highest - number >= PublisherMemory.WindowSize || number >= _from || HasBit(number)) return false;
        else MarkBehind(number);
        if (_highest - _from >= PublisherMemory.WindowSize - 1) _bits = null;
        return true;
    }

    private void MarkAhead(ulong number)
    {
        if (number - _highest >= PublisherMemory.WindowSize)
        {
            (_highest, _from, _bits) = (number, number, null);
            return;
        }

        bool isNext = number == _highest + 1;
        if (!isNext) Spread();
        // The place of a number that leaves the window becomes that of one that comes into it.
        for (ulong next = _highest + 1; _bits is not null && next <= number; next++) SetBit(next, next == number);
        _highest = number;
        if (!isNext) _from = number;
    }

    private void MarkBehind(ulong number)
    {
        Spread();
        SetBit(number, true);
        while (_from > 0 && _highest - _from < PublisherMemory.WindowSize - 1 && HasBit(_from - 1)) _from--;
    }

    /// <summary>Gives every number of the window its bit.</summary>
    private void Spread()
    {
        if (_bits is not null) return;
        _bits = new ulong[PublisherMemory.WindowSize / WordBits];
        ulong count = Math.Min(_highest - _from + 1, PublisherMemory.WindowSize);
        for (ulong i = 0; i < count; i++) SetBit(_highest - i, true);
    }

    private bool HasBit(ulong number) => _bits is { } bits && (bits[Word(number)] >> (int)(number % WordBits) & 1) != 0;

    private void SetBit(ulong number, bool given)
    {
        ulong bit = 1UL << (int)(number % WordBits);
        if (given) _bits![Word(number)] |= bit;
        else _bits![Word(number)] &= ~bit;
    }

    private static int Word(ulong number) => (int)(number % PublisherMemory.WindowSize / WordBits);
}
