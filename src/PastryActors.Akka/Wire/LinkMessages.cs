using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;

namespace PastryActors.Akka.Wire;

/// <summary>What links say to each other: a closed set, told apart on the wire by a letter, never by a type's name.</summary>
internal abstract record LinkMessage;

/// <summary>A stranger asks for a link to a node.</summary>
/// <param name="Ring">Name of the ring.</param>
/// <param name="Version">Version of the wire's schema.</param>
/// <param name="Asker">The node that asks, as it calls itself: proved later.</param>
/// <param name="Target">The node meant; the default id for any of that process, which is how a seed is asked.</param>
/// <param name="Nonce">32 bytes of chance, so that the answer cannot be an old one.</param>
internal sealed record Hello(string Ring, uint Version, NodeHandle Asker, RingId Target, byte[] Nonce) : LinkMessage;

/// <summary>The node asked proves itself, and asks for the same.</summary>
/// <param name="AskersNonce">Of the greeting that this answers.</param>
/// <param name="Nonce">32 bytes of chance of its own.</param>
/// <param name="MessageBytesMax">What it accepts at most, without content.</param>
/// <param name="ContentBytesMax">What it accepts at most as content.</param>
internal sealed record Challenge(NodeHandle Node, byte[] AskersNonce, byte[] Nonce, byte[] PublicKey, byte[] Signature, uint MessageBytesMax, uint ContentBytesMax) : LinkMessage;

/// <summary>The asker proves itself.</summary>
/// <param name="Nonce">Of the challenge that this answers.</param>
internal sealed record Proof(byte[] Nonce, byte[] PublicKey, byte[] Signature) : LinkMessage;

/// <summary>The link stands. Its sender is the actor to send to: its path cannot be guessed, and whoever knows it is the asker.</summary>
/// <param name="Nonce">Of the challenge that was answered.</param>
internal sealed record Welcome(byte[] Nonce) : LinkMessage;

/// <summary>There will be no link.</summary>
/// <param name="AskersNonce">Of the greeting that this answers.</param>
internal sealed record Refused(byte[] AskersNonce, LinkRefusal Reason, string Detail) : LinkMessage;

/// <summary>The asker closes the link.</summary>
/// <param name="IsGone">Whether its node stopped, which the other core is to hear of; false for a link that nobody needed any more.</param>
internal sealed record Goodbye(bool IsGone) : LinkMessage;

/// <summary>Something that travels on a standing link. The number counts the frames of a lane from 1, so that a loss on the way is noticed.</summary>
internal abstract record Frame(Lane Lane, uint Sequence) : LinkMessage
{
    /// <summary>Whether the message that begins with this frame has what caused it (<see cref="TraceParent"/>) before its own bytes.</summary>
    public bool HasTrace { get; init; }
}

/// <summary>One whole message without content.</summary>
internal sealed record Whole(Lane Lane, uint Sequence, byte Kind, ReadOnlyMemory<byte> Body) : Frame(Lane, Sequence);

/// <summary>A message that comes in pieces, with the content behind it if there is any.</summary>
internal sealed record Beginning(Lane Lane, uint Sequence, byte Kind, int MessageBytes, int ContentBytes) : Frame(Lane, Sequence)
{
    /// <summary>Stands for "no content", which is not the same as content of no bytes.</summary>
    public const int NoContent = -1;
}

/// <summary>The next bytes of the message that began last on the lane, then of its content.</summary>
internal sealed record Piece(Lane Lane, uint Sequence, ReadOnlyMemory<byte> Bytes) : Frame(Lane, Sequence);

/// <summary>How much of a lane was taken since the link began, in the sender's own measure (<see cref="Cost"/>).</summary>
internal sealed record Credit(Lane Lane, ulong Taken) : LinkMessage;

/// <summary>What a frame counts for in a window: its bytes, and what an actor's message costs beside them.</summary>
internal static class Cost
{
    private const int OfFrame = 128;

    public static int Of(Frame frame) => OfFrame + frame switch
    {
        Whole whole => whole.Body.Length,
        Piece piece => piece.Bytes.Length,
        _ => 0,
    };
}

/// <summary>Why a link, or what came by it, was refused. The numbers travel: they do not change.</summary>
internal enum LinkRefusal : byte
{
    None = 0,

    /// <summary>The peer belongs to another ring.</summary>
    Ring = 1,

    /// <summary>The peer speaks another version.</summary>
    Version = 2,

    /// <summary>The node meant does not run here, or another answered than the one meant.</summary>
    WrongNode = 3,

    /// <summary>A signature does not prove what it should.</summary>
    BadProof = 4,

    /// <summary>More strangers are in the handshake than may be.</summary>
    TooManyHandshakes = 5,

    /// <summary>A newer incarnation of the node has a link already.</summary>
    StaleIncarnation = 6,

    /// <summary>A message or content beyond the limit.</summary>
    TooLarge = 7,

    /// <summary>A message of a kind that is not known; it was skipped.</summary>
    UnknownKind = 8,

    /// <summary>A message whose bytes are not of its kind; it was skipped.</summary>
    MalformedMessage = 9,

    /// <summary>Frames are missing or out of order.</summary>
    BrokenSequence = 10,

    /// <summary>Something that is no message of a link, or that has no place where it came.</summary>
    NotThisProtocol = 11,
}
