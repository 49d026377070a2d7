using PastryActors.Core.Driving;

namespace PastryActors.Streams.Packets;

/// <summary>What of a stripe is on its way to one child: the pieces that it has not said to have.</summary>
internal sealed class ChildWindow
{
    private readonly Queue<(ulong Block, int Bytes)> _underway = new();
    private ulong _last;
    private long _bytes;
    private Instant? _heldSince;

    /// <summary>Whether it is held back: nothing is sent to it.</summary>
    public bool IsHeld => _heldSince is not null;

    /// <summary>Notes a piece that is to be sent; false, and the child is held back, if there is no room for it.</summary>
    public bool TryAdd(ulong block, int bytes, long bytesMax, Instant now)
    {
        // Another stream began: what is underway of the one before is of no use to anybody.
        if (block <= _last) Clear();
        if (_bytes + bytes > bytesMax)
        {
            _heldSince ??= now;
            return false;
        }

        _heldSince = null;
        _underway.Enqueue((block, bytes));
        (_last, _bytes) = (block, _bytes + bytes);
        return true;
    }

    /// <summary>The child says how far it has come. One that speaks, but was held for long, lost what was underway with its link: it begins anew.</summary>
    public void Reached(ulong block, Instant now, TimeSpan heldMax)
    {
        while (_underway.TryPeek(out (ulong Block, int Bytes) first) && first.Block <= block) _bytes -= _underway.Dequeue().Bytes;
        if (_heldSince is { } since && now - since > heldMax) Clear();
    }

    private void Clear()
    {
        _underway.Clear();
        (_bytes, _heldSince, _last) = (0, null, 0);
    }
}
