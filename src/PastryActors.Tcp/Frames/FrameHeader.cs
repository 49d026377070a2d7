using System.Buffers.Binary;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;

namespace PastryActors.Tcp.Frames;

/// <summary>The kinds of frames that the transport itself speaks; all lower numbers are kinds of messages.</summary>
internal static class FrameKind
{
    public const byte FirstOfTransport = 0xF0;
    public const byte Hello = 0xF0;
    public const byte Announce = 0xF1;
    public const byte Withdraw = 0xF2;
    public const byte Goodbye = 0xF3;
}

/// <summary>
/// What stands before every message: 18 bytes, big-endian (docs/protocol-transport.md): magic 2, version 1, kind 1, flags 2, source 2,
/// target 2, message length 4, content length 4. Source and target are indices of announced nodes.
/// </summary>
internal readonly record struct FrameHeader(byte Kind, bool HasContent, ushort Source, ushort Target, int MessageBytes, int ContentBytes)
{
    public const int SizeBytes = 18;
    public const byte Version = 1;
    private const ushort Magic = 0x5041;
    private const ushort ContentFlag = 1;
    private const ushort TraceFlag = 2;

    /// <summary>Whether the message begins with what caused it (<see cref="TraceParent"/>).</summary>
    public bool HasTrace { get; init; }

    /// <summary>Bytes of the whole frame.</summary>
    public long FrameBytes => (long)SizeBytes + MessageBytes + ContentBytes;

    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, Magic);
        destination[2] = Version;
        destination[3] = Kind;
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)((HasContent ? ContentFlag : 0) | (HasTrace ? TraceFlag : 0)));
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], Source);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], Target);
        BinaryPrimitives.WriteInt32BigEndian(destination[10..], MessageBytes);
        BinaryPrimitives.WriteInt32BigEndian(destination[14..], ContentBytes);
    }

    /// <summary>Reads a header, and refuses it before anything is allocated for what it announces.</summary>
    public static Refusal TryRead(ReadOnlySpan<byte> source, int messageBytesMax, int contentBytesMax, out FrameHeader header)
    {
        header = default;
        if (BinaryPrimitives.ReadUInt16BigEndian(source) != Magic) return Refusal.NotThisProtocol;
        if (source[2] != Version) return Refusal.Version;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(source[4..]);
        uint message = BinaryPrimitives.ReadUInt32BigEndian(source[10..]);
        uint content = BinaryPrimitives.ReadUInt32BigEndian(source[14..]);
        bool hasContent = (flags & ContentFlag) != 0;
        bool hasTrace = (flags & TraceFlag) != 0;
        // A flag of a later version may change what follows: this version cannot skip what it does not understand.
        if ((flags & ~(ContentFlag | TraceFlag)) != 0 || (!hasContent && content != 0) || (hasTrace && message < TraceParent.SizeBytes)) return Refusal.NotThisProtocol;
        if (message > (uint)messageBytesMax) return Refusal.MessageTooLarge;
        if (content > (uint)contentBytesMax) return Refusal.ContentTooLarge;
        header = new FrameHeader(
            source[3],
            hasContent,
            BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(source[8..]),
            (int)message,
            (int)content)
        { HasTrace = hasTrace };
        return Refusal.None;
    }
}
