using System.Security.Cryptography;
using PastryActors.Akka.Wire;
using PastryActors.Core.Content;
using PastryActors.Core.Ring;
using PastryActors.Engine;

namespace PastryActors.Akka.Links;

/// <summary>A message as it came in, not yet read.</summary>
internal readonly record struct Incoming(byte Kind, ReadOnlyMemory<byte> Body, MemoryContent? Content)
{
    /// <summary>What caused it, where somebody traces.</summary>
    public TraceParent? Trace { get; init; }

    /// <summary>A message whose bytes may have its trace before them.</summary>
    public static Incoming Of(byte kind, ReadOnlyMemory<byte> body, MemoryContent? content, bool hasTrace) => hasTrace
        ? new Incoming(kind, body[TraceParent.SizeBytes..], content) { Trace = TraceParent.Read(body.Span) }
        : new Incoming(kind, body, content);
}

/// <summary>
/// One lane of a link on the receiving side: puts pieces together and hashes content as it comes. Limits are checked before memory is
/// taken. In: frames. Out: messages, or the reason why the link is to end. Not safe for two threads.
/// </summary>
internal sealed class ReceiveLane(int messageBytesMax, int contentBytesMax) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Beginning? _begun;
    private byte[] _body = [];
    private byte[]? _content;
    private int _have;
    private uint _sequence;

    /// <summary>Takes a frame. A message if it ends one.</summary>
    public LinkRefusal Take(Frame frame, out Incoming? message)
    {
        message = null;
        if (frame.Sequence != unchecked(_sequence + 1)) return LinkRefusal.BrokenSequence;
        _sequence = frame.Sequence;
        return frame switch
        {
            Whole whole => TakeWhole(whole, out message),
            Beginning beginning => Begin(beginning, out message),
            Piece piece => TakePiece(piece, out message),
            _ => LinkRefusal.NotThisProtocol,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private LinkRefusal TakeWhole(Whole whole, out Incoming? message)
    {
        message = null;
        if (_begun is not null) return LinkRefusal.BrokenSequence;
        if (whole.Body.Length > messageBytesMax) return LinkRefusal.TooLarge;
        message = Incoming.Of(whole.Kind, whole.Body, null, whole.HasTrace);
        return LinkRefusal.None;
    }

    private LinkRefusal Begin(Beginning beginning, out Incoming? message)
    {
        message = null;
        if (_begun is not null || beginning.MessageBytes < 0 || beginning.ContentBytes < Beginning.NoContent) return LinkRefusal.BrokenSequence;
        if (beginning.MessageBytes > messageBytesMax || beginning.ContentBytes > contentBytesMax) return LinkRefusal.TooLarge;
        _body = GC.AllocateUninitializedArray<byte>(beginning.MessageBytes);
        _content = beginning.ContentBytes >= 0 ? GC.AllocateUninitializedArray<byte>(beginning.ContentBytes) : null;
        (_begun, _have) = (beginning, 0);
        if (_body.Length == 0 && _content is null or { Length: 0 }) message = Finish();
        return LinkRefusal.None;
    }

    private LinkRefusal TakePiece(Piece piece, out Incoming? message)
    {
        message = null;
        int left = _body.Length + (_content?.Length ?? 0) - _have;
        if (_begun is null || piece.Bytes.Length == 0 || piece.Bytes.Length > left) return LinkRefusal.BrokenSequence;
        ReadOnlySpan<byte> bytes = piece.Bytes.Span;
        int ofBody = Math.Min(bytes.Length, Math.Max(0, _body.Length - _have));
        bytes[..ofBody].CopyTo(_body.AsSpan(Math.Min(_have, _body.Length)));
        if (bytes.Length > ofBody)
        {
            bytes[ofBody..].CopyTo(_content.AsSpan(_have + ofBody - _body.Length));
            _hash.AppendData(bytes[ofBody..]);
        }

        _have += bytes.Length;
        if (bytes.Length == left) message = Finish();
        return LinkRefusal.None;
    }

    private Incoming Finish()
    {
        var message = Incoming.Of(_begun!.Kind, _body, _content is null ? null : new MemoryContent(_content, TakeHash()), _begun.HasTrace);
        (_begun, _body, _content) = (null, [], null);
        return message;
    }

    private Hash256 TakeHash()
    {
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        _hash.GetHashAndReset(hash);
        return Hash256.FromBytes(hash);
    }
}
