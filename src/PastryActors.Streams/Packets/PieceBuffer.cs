using PastryActors.Core.Driving;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Packets;

/// <summary>
/// The newest pieces of one stripe at a node that passed them on, for as long as anybody may still wait for their blocks: who comes below the
/// node after it lost its parent is sent what it missed meanwhile, and a root that took office in mid-stream what its publisher had nobody for.
/// </summary>
internal sealed class PieceBuffer
{
    private readonly Queue<(StripePiece Piece, Instant At)> _pieces = new();

    public int Count => _pieces.Count;

    /// <summary>Keeps a piece that was passed on; the oldest gives way.</summary>
    /// <param name="piecesMax">As many as a receiver puts together at once: it would not take an older one.</param>
    public void Add(StripePiece piece, int piecesMax, Instant now)
    {
        // Another stream began: nobody waits for the one before.
        if (_pieces.TryPeek(out (StripePiece Piece, Instant At) first) && first.Piece.Key != piece.Key) _pieces.Clear();
        _pieces.Enqueue((piece, now));
        if (_pieces.Count > piecesMax) _pieces.Dequeue();
    }

    /// <summary>Forgets what has passed before a moment: its blocks were given up.</summary>
    public void Forget(Instant before)
    {
        while (_pieces.TryPeek(out (StripePiece Piece, Instant At) first) && first.At < before) _pieces.Dequeue();
    }

    /// <summary>What whoever has come so far has missed, in the order of the stream. One who knows of no stream has missed nothing.</summary>
    public IEnumerable<StripePiece> After(StreamKey key, ulong block) =>
        key == default ? [] : _pieces.Select(static p => p.Piece).Where(p => p.Key != key || p.Block > block);
}
