using PastryActors.Core.Wire;
using PastryActors.Tcp.Diagnostics;

namespace PastryActors.Tcp.Frames;

/// <summary>The last frame of each side: the reason for the end, so that whoever misconfigured the other side reads why on this one.</summary>
internal static class Goodbye
{
    public static void Write(WireWriter writer, Refusal reason)
    {
        int start = writer.Length;
        writer.Reserve(FrameHeader.SizeBytes);
        writer.Number(1, (ulong)reason);
        new FrameHeader(FrameKind.Goodbye, HasContent: false, 0, 0, writer.Length - start - FrameHeader.SizeBytes, 0).WriteTo(writer.From(start));
    }

    /// <summary>The reason given; none if it cannot be read.</summary>
    public static Refusal Read(ReadOnlySpan<byte> body)
    {
        // One field, read by hand: the end of a connection is no place for exceptions. Tag 0x08 is field 1, a number.
        return body.Length == 2 && body[0] == 0x08 && Enum.IsDefined((Refusal)body[1]) ? (Refusal)body[1] : Refusal.None;
    }
}
