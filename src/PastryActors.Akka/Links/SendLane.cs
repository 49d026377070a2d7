using PastryActors.Akka.Wire;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;

namespace PastryActors.Akka.Links;

/// <summary>A message that waits, encoded, with the content behind it.</summary>
internal sealed record Outgoing(byte Kind, ReadOnlyMemory<byte> Body, MemoryContent? Content)
{
    /// <summary>Whether what caused it stands before it in the body.</summary>
    public bool HasTrace { get; init; }

    /// <summary>Bytes in all.</summary>
    public int Length => Body.Length + (Content?.Length ?? 0);
}

/// <summary>
/// One lane of a link on the sending side: what waits, what is on its way, and how the next frame is cut. In: messages and credits.
/// Out: frames, as long as the window has room. Pure; not safe for two threads.
/// </summary>
internal sealed class SendLane(Lane lane, int pieceBytes, int windowBytes)
{
    private readonly Queue<Outgoing> _waiting = new();
    private Outgoing? _begun;
    private int _sentOfBegun;
    private uint _sequence;
    private ulong _sent;
    private ulong _taken;

    /// <summary>Whether something is on its way that the peer has not said to have taken.</summary>
    public bool IsAwaiting => _sent > _taken;

    /// <summary>Whether something waits for the peer to take what is on its way.</summary>
    public bool IsHeld => _begun is not null || _waiting.Count > 0;

    public void Add(Outgoing message) => _waiting.Enqueue(message);

    /// <summary>Notes what the peer took; false if that is more than was ever sent.</summary>
    public bool TryCredit(ulong taken)
    {
        if (taken > _sent) return false;
        _taken = Math.Max(_taken, taken);
        return true;
    }

    /// <summary>Takes out the next message that waits, if it is larger than the peer accepts.</summary>
    public bool TrySkip(long messageBytesMax, long contentBytesMax, out Outgoing? tooLarge)
    {
        tooLarge = null;
        return _begun is null && _waiting.TryPeek(out Outgoing? next) && (next.Body.Length > messageBytesMax || next.Content?.Length > contentBytesMax) && _waiting.TryDequeue(out tooLarge);
    }

    /// <summary>The next frame, if there is one and the window has room for it. <paramref name="finished"/> is the message that it ends.</summary>
    public Frame? Next(out Outgoing? finished)
    {
        finished = null;
        if (_sent - _taken >= (ulong)windowBytes) return null;
        Frame? frame = _begun is null ? Begin(out finished) : Continue(out finished);
        if (frame is not null) _sent += (ulong)Cost.Of(frame);
        return frame;
    }

    /// <summary>Gives up everything that waits, and tells how many messages that was and how much content.</summary>
    public IEnumerable<Outgoing> Drain()
    {
        if (_begun is { } begun) yield return begun;
        _begun = null;
        while (_waiting.TryDequeue(out Outgoing? waiting)) yield return waiting;
    }

    private Frame? Begin(out Outgoing? finished)
    {
        if (!_waiting.TryDequeue(out finished)) return null;
        if (finished.Content is null && finished.Body.Length <= pieceBytes) return new Whole(lane, ++_sequence, finished.Kind, finished.Body) { HasTrace = finished.HasTrace };
        var beginning = new Beginning(lane, ++_sequence, finished.Kind, finished.Body.Length, finished.Content?.Length ?? Beginning.NoContent) { HasTrace = finished.HasTrace };
        (_begun, _sentOfBegun) = (finished, 0);
        if (finished.Length == 0) _begun = null;
        else finished = null;
        return beginning;
    }

    private Piece Continue(out Outgoing? finished)
    {
        finished = null;
        Outgoing begun = _begun!;
        bool inBody = _sentOfBegun < begun.Body.Length;
        ReadOnlyMemory<byte> rest = inBody ? begun.Body[_sentOfBegun..] : begun.Content!.Bytes[(_sentOfBegun - begun.Body.Length)..];
        ReadOnlyMemory<byte> bytes = rest[..Math.Min(rest.Length, pieceBytes)];
        _sentOfBegun += bytes.Length;
        if (_sentOfBegun == begun.Length) (finished, _begun) = (begun, null);
        return new Piece(lane, ++_sequence, bytes);
    }
}
