using System.Text;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Topics;

namespace PastryActors.Streams.Channels;

/// <summary>
/// How channels and their stripes get their places on the ring (SOSP 2003, section 3.2): the 16 stripes of a channel differ in the first
/// digit, so that routes to them meet in nodes of 16 disjoint parts of the ring. A channel whose name ends in @ and a nodeId is that node's: its
/// id says so, and no other node's blocks are taken in it by anybody.
/// </summary>
public static class ChannelName
{
    /// <summary>Stripes of a channel: one for each value of the first digit.</summary>
    public const int StripeCount = 16;

    /// <summary>Bits of the first digit, whatever the b of the ring.</summary>
    public const int DigitBits = 4;

    private const int FirstShift = RingId.SizeBits - DigitBits;

    private const int SecondShift = FirstShift - DigitBits;

    private const char OwnerMark = '@';

    /// <summary>Bits of its publisher's nodeId in the id of a channel that has an owner: as hard to meet with another key as a hash of that length, and 40 bits are left to tell the owner's channels apart.</summary>
    private const int OwnerBits = 80;

    /// <summary>
    /// The channelId: SHA-256 of a tag and the name, with 0 for its first digit, and a second digit of 4 to 11. The root of a stripe is to have the
    /// stripe's first digit, so its key stays a quarter of the digit's arc away from either end of it. The second digit is odd where the channel has
    /// an owner, and the last 80 bits are the first of the owner's nodeId then.
    /// </summary>
    public static RingId IdOf(string name)
    {
        (string own, RingId? owner) = Parts(name);
        UInt128 hash = Hash256.Of([.. "pastryactors/channel/1\0"u8, .. Encoding.UTF8.GetBytes(own)]).Truncated.Value;
        UInt128 second = 4 + ((hash >> SecondShift) & 6);
        UInt128 rest = hash & ((UInt128.One << SecondShift) - 1);
        if (owner is not { } only) return new RingId(rest | (second << SecondShift));
        return new RingId((rest >> OwnerBits << OwnerBits) | ((second | 1) << SecondShift) | OwnerPart(only));
    }

    /// <summary>Whether a channel has an owner, by its id or that of a stripe.</summary>
    public static bool HasOwner(RingId id) => (id.Value >> SecondShift & 1) == 1;

    /// <summary>Whether a node may publish on a channel, by its id or that of a stripe: anybody where it has no owner.</summary>
    public static bool MayPublish(RingId id, RingId publisher) => !HasOwner(id) || (id.Value & ((UInt128.One << OwnerBits) - 1)) == OwnerPart(publisher);

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
    public static string? Problem(string? name)
    {
        if (TopicName.Problem(name) is { } problem) return problem.Replace("a topic's name", "a channel's name", StringComparison.Ordinal);
        // A nodeId with a digit too few would make a channel that is everybody's.
        return name!.Contains(OwnerMark) && Parts(name) is { Owner: null } or { Own.Length: 0 } ? "a channel's name with an @ must be NAME@NODEID, with the 32 digits of its publisher's nodeId" : null;
    }

    private static UInt128 OwnerPart(RingId publisher) => publisher.Value >> (RingId.SizeBits - OwnerBits);

    private static (string Own, RingId? Owner) Parts(string name)
    {
        int at = name.LastIndexOf(OwnerMark);
        return at >= 0 && RingId.TryParse(name[(at + 1)..], out RingId owner) ? (name[..at], owner) : (name, null);
    }
}
