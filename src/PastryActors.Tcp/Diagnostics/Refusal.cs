namespace PastryActors.Tcp.Diagnostics;

/// <summary>Why something that a peer sent, or a peer itself, was refused. The numbers travel in the farewell frame: they do not change.</summary>
public enum Refusal
{
    None = 0,

    /// <summary>TLS could not be agreed on: a stranger, an old version, a client without a P-256 key.</summary>
    Tls = 1,

    /// <summary>The bytes are not frames of this protocol.</summary>
    NotThisProtocol = 2,

    /// <summary>The peer speaks another version.</summary>
    Version = 3,

    /// <summary>The peer belongs to another ring.</summary>
    Ring = 4,

    /// <summary>The handshake's frames are malformed or out of order.</summary>
    BadHandshake = 5,

    /// <summary>A signature of the handshake does not prove what it should.</summary>
    BadProof = 6,

    /// <summary>Another node answered than the one that was dialled.</summary>
    WrongNode = 7,

    /// <summary>This process dialled itself.</summary>
    Self = 8,

    /// <summary>The handshake was not over in time.</summary>
    HandshakeTimeout = 9,

    /// <summary>More strangers are in the handshake than may be.</summary>
    TooManyHandshakes = 10,

    /// <summary>The peer announced more nodes than a process may host.</summary>
    TooManyNodes = 11,

    /// <summary>A message beyond the limit.</summary>
    MessageTooLarge = 12,

    /// <summary>Content beyond the limit.</summary>
    ContentTooLarge = 13,

    /// <summary>A message of a kind that is not known; it was skipped.</summary>
    UnknownKind = 14,

    /// <summary>A message whose bytes are not of its kind; it was skipped.</summary>
    MalformedMessage = 15,

    /// <summary>A message from or to a node that was not announced.</summary>
    UnknownNode = 16,

    /// <summary>A node announced by a process that it has left: a newer incarnation is elsewhere.</summary>
    StaleIncarnation = 17,

    /// <summary>The peer stopped in the middle of a frame, or did not read what was sent to it.</summary>
    Stalled = 18,
}
