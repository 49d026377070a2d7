using System.Buffers.Binary;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Trees;

/// <summary>One child of a tree node: a chunk, or a node of the level below.</summary>
/// <param name="Index">Its place in the node.</param>
/// <param name="Hash">SHA-256 of its bytes.</param>
/// <param name="Offset">Where in the file its reach begins.</param>
/// <param name="Size">How many bytes of the file it reaches over.</param>
/// <param name="Attempt">Which of its ids a chunk has (<see cref="Certificates.FileIds.OfPart"/>): 0 to 3.</param>
public readonly record struct TreeChild(int Index, Hash256 Hash, long Offset, long Size, int Attempt = 0);

/// <summary>
/// A node of the hash tree over a large file's chunks: a view of its bytes. Everything but the hashes follows from four numbers
/// in the header, so a node that was parsed has no inconsistency left: all children but the last reach equally far.
/// </summary>
/// <remarks>
/// Layout, big-endian: "PHT1", level (1), whether attempts follow (1), zeroes (2), chunk size (4), fan-out (4), size (8), then 32 bytes a
/// child; then, in a top node of level 0 and only if one is not zero, the attempt of each child (1).
/// </remarks>
public sealed class HashTreeNode
{
    /// <summary>Children of a full node: 512 KiB of hashes, 16 GiB in one node of 1 MiB chunks.</summary>
    public const int DefaultFanOut = 16_384;

    internal const int HeaderBytes = 24;
    internal const int LevelMax = 7;

    private const int AttemptFlagAt = 5;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly long _childReach;

    private HashTreeNode(ReadOnlyMemory<byte> bytes, in TreeShape shape, int level, long offset, long size)
    {
        (_bytes, Shape, Level, Offset, Size) = (bytes, shape, level, offset, size);
        _childReach = shape.ReachOfChild(level);
        ChildCount = TreeShape.CountOf(size, _childReach);
    }

    /// <summary>Height above the chunks: the children of level 0 are chunks.</summary>
    public int Level { get; }

    /// <summary>Where in the file the node's reach begins.</summary>
    public long Offset { get; }

    /// <summary>Bytes of the file that the node reaches over: for the top node the file's size.</summary>
    public long Size { get; }

    /// <summary>Number of children.</summary>
    public int ChildCount { get; }

    /// <summary>Bytes of every chunk of the file but the last.</summary>
    public int ChunkSizeBytes => Shape.ChunkSizeBytes;

    /// <summary>
    /// SHA-256 of the node's bytes as they would be had every chunk found room under its first id: what names a file's content, wherever
    /// its chunks lie, to whoever has nothing but the content.
    /// </summary>
    public Hash256 PlainHash => PlainHashOf(_bytes.Span);

    internal TreeShape Shape { get; }

    /// <summary>The same, of the bytes of a top node just made.</summary>
    public static Hash256 PlainHashOf(ReadOnlySpan<byte> top)
    {
        if (top[AttemptFlagAt] == 0) return Hash256.Of(top);
        int count = (top.Length - HeaderBytes) / (Hash256.SizeBytes + 1);
        byte[] plain = top[..(HeaderBytes + (count * Hash256.SizeBytes))].ToArray();
        plain[AttemptFlagAt] = 0;
        return Hash256.Of(plain);
    }

    /// <summary>The child at <paramref name="index"/>.</summary>
    public TreeChild Child(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ChildCount, nameof(index));
        long from = index * _childReach;
        Hash256 hash = Hash256.FromBytes(_bytes.Span.Slice(HeaderBytes + (index * Hash256.SizeBytes), Hash256.SizeBytes));
        int attempt = _bytes.Span[AttemptFlagAt] == 0 ? 0 : _bytes.Span[HeaderBytes + (ChildCount * Hash256.SizeBytes) + index];
        return new TreeChild(index, hash, Offset + from, Math.Min(_childReach, Size - from), attempt);
    }

    /// <summary>The children that together cover the bytes [<paramref name="from"/>, <paramref name="to"/>) of the file, in order; what lies outside the node is left out.</summary>
    public IEnumerable<TreeChild> Cover(long from, long to)
    {
        long first = Math.Max(from - Offset, 0);
        long end = Math.Min(to - Offset, Size);
        for (long at = first / _childReach; at * _childReach < end && first < end; at++) yield return Child((int)at);
    }

    /// <summary>Reads the top node of a file. Null, with a reason, for anything that no builder makes.</summary>
    /// <param name="expectedSize">The file's size by its certificate.</param>
    /// <param name="chunkSizeBytesMax">The largest chunk that the ring allows.</param>
    public static HashTreeNode? TryParseTop(ReadOnlyMemory<byte> bytes, long expectedSize, int chunkSizeBytesMax, out string refusal)
    {
        HashTreeNode? node = TryParse(bytes, 0, out refusal);
        if (node is null) return null;
        if (node.Size != expectedSize) refusal = $"the tree is over {node.Size} bytes, the certificate says {expectedSize}";
        else if (node.ChunkSizeBytes > chunkSizeBytesMax) refusal = $"the tree's chunks of {node.ChunkSizeBytes} bytes exceed {chunkSizeBytesMax}";
        else if (node.ChildCount < 2) refusal = "a top node with one child could be replaced by that child: the tree is not minimal";
        return refusal.Length == 0 ? node : null;
    }

    /// <summary>Reads the bytes of the child at <paramref name="index"/> (their hash was checked by whoever fetched them). Null, with a reason, if they do not fit this node.</summary>
    public HashTreeNode? TryParseChild(int index, ReadOnlyMemory<byte> bytes, out string refusal)
    {
        TreeChild expected = Child(index);
        if (Level == 0)
        {
            refusal = "the children of this node are chunks";
            return null;
        }

        HashTreeNode? node = TryParse(bytes, expected.Offset, out refusal);
        if (node is null) return null;
        if (node.Shape != Shape || node.Level != Level - 1 || node.Size != expected.Size || node._bytes.Span[AttemptFlagAt] != 0) refusal = "a tree node does not fit the node above it";
        return refusal.Length == 0 ? node : null;
    }

    internal static byte[] Encode(in TreeShape shape, int level, long size, ReadOnlySpan<TreeSlot> children)
    {
        bool diverted = level == 0 && Array.Exists(children.ToArray(), static c => c.Attempt > 0);
        int attemptsAt = HeaderBytes + (children.Length * Hash256.SizeBytes);
        var bytes = new byte[attemptsAt + (diverted ? children.Length : 0)];
        "PHT1"u8.CopyTo(bytes);
        bytes[4] = (byte)level;
        bytes[AttemptFlagAt] = diverted ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), shape.ChunkSizeBytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), shape.FanOut);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), size);
        for (int i = 0; i < children.Length; i++)
        {
            children[i].Hash.WriteTo(bytes.AsSpan(HeaderBytes + (i * Hash256.SizeBytes)));
            if (diverted) bytes[attemptsAt + i] = (byte)children[i].Attempt;
        }

        return bytes;
    }

    private static HashTreeNode? TryParse(ReadOnlyMemory<byte> memory, long offset, out string refusal)
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        if (bytes.Length < HeaderBytes || !bytes.StartsWith("PHT1"u8) || bytes[5] > 1 || bytes[6..8].ContainsAnyExcept((byte)0))
        {
            refusal = "these bytes are not a tree node of version 1";
            return null;
        }

        int level = bytes[4];
        var shape = new TreeShape(BinaryPrimitives.ReadInt32BigEndian(bytes[8..]), BinaryPrimitives.ReadInt32BigEndian(bytes[12..]));
        long size = BinaryPrimitives.ReadInt64BigEndian(bytes[16..]);
        refusal = shape.Problem(level, size) ?? "";
        if (refusal.Length > 0) return null;
        int count = TreeShape.CountOf(size, shape.ReachOfChild(level));
        bool diverted = bytes[AttemptFlagAt] == 1;
        int attemptsAt = HeaderBytes + (count * Hash256.SizeBytes);
        if (bytes.Length != attemptsAt + (diverted ? count : 0)) refusal = $"a tree node over {size} bytes has {count} children, not what fits into {bytes.Length} bytes";
        else if (diverted && (level > 0 || AttemptProblem(bytes[attemptsAt..]))) refusal = "the attempts of a tree node are 0 to 3, of chunks, and not all 0";
        return refusal.Length == 0 ? new HashTreeNode(memory, shape, level, offset, size) : null;
    }

    private static bool AttemptProblem(ReadOnlySpan<byte> attempts) =>
        attempts.ContainsAnyExceptInRange((byte)0, (byte)Certificates.FileIds.PartAttemptMax) || !attempts.ContainsAnyExcept((byte)0);
}
