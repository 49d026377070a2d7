using System.Buffers.Binary;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>
/// Where a node stands in a tree, in eight bytes: FNV-1a (64 bits) over the term's number, the term's root, the nodeId of the topic's root
/// the path from the node to it, and the topic's settings. By it a child sees that nothing has changed above it. No secret: whoever is above may claim anything.
/// </summary>
internal static class TreeStanding
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(Term term, RingId root, ReadOnlySpan<RingId> path, TopicSettings settings)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, term.Number);
        ulong hash = Id(Id(Bytes(Basis, number), term.Root), root);
        foreach (RingId node in path) hash = Id(hash, node);
        if (settings == TopicSettings.Default) return hash;
        var written = new WireWriter(64);
        written.Settings(1, settings);
        return Bytes(hash, written.Written.Span);
    }

    private static ulong Id(ulong hash, RingId id)
    {
        Span<byte> bytes = stackalloc byte[RingId.SizeBytes];
        id.WriteTo(bytes);
        return Bytes(hash, bytes);
    }

    private static ulong Bytes(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes) hash = unchecked((hash ^ value) * Prime);
        return hash;
    }
}
