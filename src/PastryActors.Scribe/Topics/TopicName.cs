using System.Text;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Topics;

/// <summary>How topics get their place on the ring.</summary>
public static class TopicName
{
    /// <summary>Longest name, in bytes of UTF-8.</summary>
    public const int MaxBytes = 256;

    /// <summary>
    /// The topicId: the first 128 bits of the SHA-256 of a tag and the name in UTF-8 (the papers' groupId, without a creator: whoever uses
    /// a name first creates the topic). The tag keeps topics apart from everything else that is hashed onto the ring.
    /// </summary>
    public static RingId IdOf(string name) => Hash256.Of([.. "pastryactors/topic/1\0"u8, .. Encoding.UTF8.GetBytes(name)]).Truncated;

    /// <summary>Answers what is wrong with a name, or null.</summary>
    public static string? Problem(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "a topic's name must not be empty";
        foreach (Rune rune in name.EnumerateRunes())
        {
            // A lone surrogate reads as the replacement character: two names that differ would be one on the wire.
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar) return "a topic's name must be text without control characters";
        }

        int bytes = Encoding.UTF8.GetByteCount(name);
        return bytes <= MaxBytes ? null : $"a topic's name may have {MaxBytes} bytes of UTF-8 at most, not {bytes}";
    }
}
