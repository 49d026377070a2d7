using System.Buffers.Binary;
using PastryActors.Core.Ring;

namespace PastryActors.Node.Files.Format;

/// <summary>
/// A node of a file's hash tree: the hashes of its children in order. Level 0 names chunks, level n names nodes of level n - 1. All
/// children but the last reach over the same number of bytes, so offsets follow from two numbers and a range is found without a walk.
/// </summary>
internal sealed class TreeNode
{
    /// <summary>Children a node may have: their hashes fill half a chunk.</summary>
    public const int FanOut = 16_384;

    private const int HeaderSizeBytes = 28;
    private readonly ReadOnlyMemory<byte> _hashes;

    private TreeNode(int level, long childReach, long reach, ReadOnlyMemory<byte> hashes) =>
        (Level, ChildReach, Reach, _hashes) = (level, childReach, reach, hashes);

    /// <summary>How far above the chunks.</summary>
    public int Level { get; }

    /// <summary>Bytes of the file under every child but the last.</summary>
    public long ChildReach { get; }

    /// <summary>Bytes of the file under this node.</summary>
    public long Reach { get; }

    /// <summary>Number of children.</summary>
    public int Count => _hashes.Length / Hash256.SizeBytes;

    /// <summary>The child at <paramref name="index"/>: its hash, and the bytes of this node's reach that are under it.</summary>
    public TreeChild this[int index] => new(
        Hash256.FromBytes(_hashes.Span.Slice(index * Hash256.SizeBytes, Hash256.SizeBytes)),
        index * ChildReach,
        Math.Min(ChildReach, Reach - (index * ChildReach)));

    /// <summary>Index of the child that holds the byte at <paramref name="offset"/>.</summary>
    public int IndexOf(long offset) => (int)(offset / ChildReach);

    /// <summary>The bytes of a node.</summary>
    public static byte[] Write(int level, long childReach, long reach, IReadOnlyList<Hash256> children)
    {
        byte[] bytes = new byte[HeaderSizeBytes + (children.Count * Hash256.SizeBytes)];
        "PTN1"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), level);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), children.Count);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(12), childReach);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(20), reach);
        for (int i = 0; i < children.Count; i++) children[i].WriteTo(bytes.AsSpan(HeaderSizeBytes + (i * Hash256.SizeBytes)));
        return bytes;
    }

    /// <summary>Reads a node; throws <see cref="InvalidDataException"/> for bytes that are none.</summary>
    public static TreeNode Read(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        if (span.Length < HeaderSizeBytes || !span.StartsWith("PTN1"u8)) throw new InvalidDataException("not a node of a hash tree");
        int level = BinaryPrimitives.ReadInt32BigEndian(span[4..]);
        int count = BinaryPrimitives.ReadInt32BigEndian(span[8..]);
        long childReach = BinaryPrimitives.ReadInt64BigEndian(span[12..]);
        long reach = BinaryPrimitives.ReadInt64BigEndian(span[20..]);
        bool sound = level is >= 0 and < 8 && count is > 0 and <= FanOut && span.Length == HeaderSizeBytes + (count * Hash256.SizeBytes)
            && childReach > 0 && childReach <= long.MaxValue / count && reach > (count - 1) * childReach && reach <= count * childReach;
        if (!sound) throw new InvalidDataException("a node of a hash tree with a header that contradicts itself");
        return new TreeNode(level, childReach, reach, bytes[HeaderSizeBytes..]);
    }
}

/// <summary>A child as its parent names it.</summary>
/// <param name="Offset">Of its first byte, counted from the parent's.</param>
/// <param name="Reach">Bytes of the file under it.</param>
internal readonly record struct TreeChild(Hash256 Hash, long Offset, long Reach);
