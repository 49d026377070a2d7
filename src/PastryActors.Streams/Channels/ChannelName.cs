using System.Text;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Topics;

namespace PastryActors.Streams.Channels;

/// <summary>
/// How channels and their stripes get their places on the ring (SOSP 2003, section 3.2): the 16 stripes of a channel differ in the first
/// digit, so that routes to them meet in nodes of 16 disjoint parts of the ring.
/// </summary>
public static class ChannelName
{
    /// <summary>Stripes of a channel: one for each value of the first digit.</summary>
    public const int StripeCount = 16;

    /// <summary>Bits of the first digit, whatever the b of the ring.</summary>
    public const int DigitBits = 4;

    private const int FirstShift = RingId.SizeBits - DigitBits;

    private const int SecondShift = FirstShift - DigitBits;

    /// <summary>
    /// The channelId: SHA-256 of a tag and the name, with 0 for its first digit, and a second digit of 4 to 11. The root of a stripe is to have the
    /// stripe's first digit, so its key stays a quarter of the digit's arc away from either end of it.
    /// </summary>
    public static RingId IdOf(string name)
    {
        UInt128 hash = Hash256.Of([.. "pastryactors/channel/1\0"u8, .. Encoding.UTF8.GetBytes(name)]).Truncated.Value;
        UInt128 second = 4 + ((hash >> SecondShift) & 7);
        return new RingId((hash & ((UInt128.One << SecondShift) - 1)) | (second << SecondShift));
    }

    /// <summary>The key of a stripe.</summary>
    public static RingId StripeOf(RingId channel, int index) => new(channel.Value | ((UInt128)(uint)index << FirstShift));

    /// <summary>The channel that a stripe belongs to.</summary>
    public static RingId ChannelOf(RingId stripe) => new(stripe.Value & ((UInt128.One << FirstShift) - 1));

    /// <summary>Which of its channel's stripes it is.</summary>
    public static int IndexOf(RingId stripe) => stripe.Digit(0, DigitBits);

    /// <summary>Whether a node has a stripe's first digit: then it is one of those that forward it.</summary>
    public static bool Shares(RingId node, RingId stripe) => IndexOf(node) == IndexOf(stripe);

    /// <summary>The group of a channel's nodes that have capacity to spare: a topic of Scribe.</summary>
    public static string SpareGroupOf(RingId channel) => $"streams/spare/{channel}";

    /// <summary>Answers what is wrong with a name, or null.</summary>
    public static string? Problem(string? name) => TopicName.Problem(name)?.Replace("a topic's name", "a channel's name", StringComparison.Ordinal);
}
