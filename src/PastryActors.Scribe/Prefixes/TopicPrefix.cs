using System.Buffers.Binary;
using System.Text;
using PastryActors.Core.Collections;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Prefixes;

/// <summary>
/// Topics in levels, parted by '/': <c>news/#</c> names everything below <c>news</c>. A prefix is a topic like any other, whose messages
/// carry the name of the topic that they were published to.
/// </summary>
public static class TopicPrefix
{
    /// <summary>Levels that a prefix has at most. A message is numbered once more for every prefix above it that anybody wants.</summary>
    public const int LevelsMax = 8;

    /// <summary>What carrying the name adds to a message at most, in bytes.</summary>
    public const int OverheadBytes = sizeof(ushort) + TopicName.MaxBytes;

    private const string Wildcard = "/#";

    /// <summary>Whether a name is a prefix: one that is subscribed to, and not published to.</summary>
    public static bool IsPrefix(string name) => name.EndsWith(Wildcard, StringComparison.Ordinal);

    /// <summary>What is wrong with a name to subscribe to, or null.</summary>
    public static string? ProblemOfSubscription(string name)
    {
        if (!name.Contains('#', StringComparison.Ordinal)) return null;
        string above = IsPrefix(name) ? name[..^Wildcard.Length] : "#";
        if (above.Length == 0 || above.Contains('#', StringComparison.Ordinal)) return "'#' stands for all below and is the last level of a name, after at least one other: news/#";
        return LevelsOf(above) <= LevelsMax ? null : $"a prefix has {LevelsMax} levels at most, not {LevelsOf(above)}";
    }

    /// <summary>What is wrong with a name to publish to, or null.</summary>
    public static string? ProblemOfPublish(string name) =>
        name.Contains('#', StringComparison.Ordinal) ? "a message goes to one topic: a name with '#' is subscribed to, not published to" : null;

    /// <summary>The prefixes that a topic is below, the longest last: of a/b/c they are a/# and a/b/#.</summary>
    public static IEnumerable<string> Above(string name)
    {
        int levels = 0;
        for (int slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0 && levels < LevelsMax; slash = name.IndexOf('/', slash + 1))
        {
            levels++;
            // Nothing before the first slash is no level that a prefix could name.
            string prefix = name[..slash] + Wildcard;
            if (slash > 0 && TopicName.Problem(prefix) is null) yield return prefix;
        }
    }

    /// <summary>A message of a topic, as the prefixes above carry it: the length of the name (2 bytes, big-endian), the name, the message.</summary>
    public static Blob Wrap(string name, Blob payload)
    {
        int length = Encoding.UTF8.GetByteCount(name);
        byte[] wrapped = new byte[sizeof(ushort) + length + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(wrapped, (ushort)length);
        Encoding.UTF8.GetBytes(name, wrapped.AsSpan(sizeof(ushort)));
        payload.Span.CopyTo(wrapped.AsSpan(sizeof(ushort) + length));
        return wrapped;
    }

    /// <summary>
    /// Takes apart what a subscription to <paramref name="prefix"/> is given. False for bytes that no honest node published there: not of that
    /// form, or with a name that is not below the prefix.
    /// </summary>
    public static bool TryUnwrap(string prefix, Blob wrapped, out string name, out Blob payload)
    {
        (name, payload) = ("", default);
        if (NameOf(prefix, wrapped) is not { } found) return false;
        name = found;
        payload = wrapped.Memory[(sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(wrapped.Span))..].ToArray();
        return true;
    }

    /// <summary>Of which topic below the prefix a message is; null where it is not of that form, or of none below.</summary>
    public static string? NameOf(string prefix, Blob wrapped)
    {
        ReadOnlySpan<byte> bytes = wrapped.Span;
        if (bytes.Length < sizeof(ushort)) return null;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (length > TopicName.MaxBytes || bytes.Length < sizeof(ushort) + length) return null;
        string name = Encoding.UTF8.GetString(bytes.Slice(sizeof(ushort), length));
        return Above(name).Contains(prefix) ? name : null;
    }

    private static int LevelsOf(string name) => name.Count(static c => c == '/') + 1;
}
