using System.Buffers.Binary;
using PastryActors.Core.Coding;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Trees;

/// <summary>One child of a tree node: a chunk, or a node of the level below.</summary>
/// <param name="Index">Its place in the node.</param>
/// <param name="Hash">SHA-256 of its bytes.</param>
/// <param name="Offset">Where in the file its reach begins.</param>
/// <param name="Size">How many bytes of the file it reaches over.</param>
/// <param name="Place">Under which of its ids a chunk lies (<see cref="FileIds.OfPart"/>).</param>
public readonly record struct TreeChild(int Index, Hash256 Hash, long Offset, long Size, PartPlace Place = default);

/// <summary>
/// A node of the hash tree over a large file's chunks: a view of its bytes. Everything but the hashes follows from four numbers
/// in the header, so a node that was parsed has no inconsistency left: all children but the last reach equally far.
/// </summary>
/// <remarks>
/// Layout, big-endian: "PHT1", level (1), whether attempts follow (1), rows of content and of parity in a stripe (1, 1), chunk size (4), fan-out (4), size (8), then 32 bytes a
/// child; of a coded file, whose tree is a top node of level 0, 32 bytes a chunk of parity, stripe by stripe, and its seal (64: <see cref="RowCertificates"/>); then, in a top node of level 0 and only
/// if one is not zero, the attempt of each chunk (1).
/// </remarks>
public sealed class HashTreeNode
{
    /// <summary>Children of a full node: 512 KiB of hashes, 16 GiB in one node of 1 MiB chunks.</summary>
    public const int DefaultFanOut = 16_384;

    internal const int HeaderBytes = 24;
    internal const int LevelMax = 7;

    private const int AttemptFlagAt = 5;
    private const int CodeAt = 6;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly long _childReach;

    private HashTreeNode(ReadOnlyMemory<byte> bytes, in TreeShape shape, int level, long offset, long size)
    {
        (_bytes, Shape, Level, Offset, Size) = (bytes, shape, level, offset, size);
        _childReach = shape.ReachOfChild(level);
        ChildCount = TreeShape.CountOf(size, _childReach);
        Code = CodeOf(bytes.Span);
    }

    /// <summary>Height above the chunks: the children of level 0 are chunks.</summary>
    public int Level { get; }

    /// <summary>Where in the file the node's reach begins.</summary>
    public long Offset { get; }

    /// <summary>Bytes of the file that the node reaches over: for the top node the file's size.</summary>
    public long Size { get; }

    /// <summary>Number of children.</summary>
    public int ChildCount { get; }

    /// <summary>How the file is coded.</summary>
    public StripeCode Code { get; }

    /// <summary>Chunks of parity, over all stripes.</summary>
    public int ParityCount => Code.ParityOf(ChildCount);

    /// <summary>The owner's signature of all certificates of a coded file's chunks at once.</summary>
    public ReadOnlyMemory<byte> Seal => _bytes.Slice(HashesEnd, SealBytesOf(Code));

    /// <summary>Bytes of every chunk of the file but the last.</summary>
    public int ChunkSizeBytes => Shape.ChunkSizeBytes;

    /// <summary>
    /// SHA-256 of the node's bytes as they would be without a code, had every chunk found room under its first id: what names a file's content, wherever
    /// its chunks lie, to whoever has nothing but the content.
    /// </summary>
    public Hash256 PlainHash => PlainHashOf(_bytes.Span);

    internal TreeShape Shape { get; }

    /// <summary>The same, of the bytes of a top node just made.</summary>
    public static Hash256 PlainHashOf(ReadOnlySpan<byte> top)
    {
        if (!top[AttemptFlagAt..(CodeAt + 2)].ContainsAnyExcept((byte)0)) return Hash256.Of(top);
        int count = TreeShape.CountOf(SizeOf(top), ShapeOf(top).ReachOfChild(top[4]));
        byte[] plain = top[..(HeaderBytes + (count * Hash256.SizeBytes))].ToArray();
        plain.AsSpan(AttemptFlagAt..(CodeAt + 2)).Clear();
        return Hash256.Of(plain);
    }

    /// <summary>Most chunks of content of a coded file: its one tree node, which names all its chunks, is an object itself.</summary>
    public static int ChunksMaxOf(StripeCode code, int chunkSizeBytes) =>
        Math.Min(DefaultFanOut, (chunkSizeBytes - HeaderBytes - CertificateRules.SignatureSizeBytes) / ((Hash256.SizeBytes + 1) * code.Rows) * code.Data);

    /// <summary>The child at <paramref name="index"/>.</summary>
    public TreeChild Child(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ChildCount, nameof(index));
        long from = index * _childReach;
        int? row = Code.IsNone ? null : (StripeOf(index) * Code.Rows) + (index % Code.Data);
        return new TreeChild(index, HashAt(index), Offset + from, Math.Min(_childReach, Size - from), new PartPlace(AttemptAt(index), row));
    }

    /// <summary>A chunk of parity: its index follows those of the children; its offset is that of its stripe, and its size that of the stripe's longest chunk.</summary>
    public TreeChild Parity(int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)ParityCount, nameof(number));
        int index = ChildCount + number;
        TreeChild first = Child(StripeOf(index) * Code.Data);
        int row = (StripeOf(index) * Code.Rows) + Code.Data + (number % Code.Parity);
        return first with { Index = index, Hash = HashAt(index), Place = new PartPlace(AttemptAt(index), row) };
    }

    /// <summary>All chunks of a coded file, by index: those of content, then those of parity.</summary>
    public IEnumerable<TreeChild> Rows() => Enumerable.Range(0, ChildCount).Select(Child).Concat(Enumerable.Range(0, ParityCount).Select(Parity));

    /// <summary>The stripe that a coded file's chunk is in.</summary>
    public int StripeOf(int index) => index < ChildCount ? index / Code.Data : (index - ChildCount) / Code.Parity;

    /// <summary>The chunks of a stripe by their number in it (<see cref="ReedSolomon"/>), those of content first.</summary>
    public IReadOnlyDictionary<int, TreeChild> Stripe(int stripe)
    {
        Dictionary<int, TreeChild> rows = [];
        for (int i = 0; i < DataCountOf(stripe); i++) rows[i] = Child((stripe * Code.Data) + i);
        for (int i = 0; i < Code.Parity; i++) rows[Code.Data + i] = Parity((stripe * Code.Parity) + i);
        return rows;
    }

    /// <summary>Chunks of content that a stripe has.</summary>
    public int DataCountOf(int stripe) => Math.Min(Code.Data, ChildCount - (stripe * Code.Data));

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
        if (node.Shape != Shape || node.Level != Level - 1 || node.Size != expected.Size || node._bytes.Span[AttemptFlagAt] != 0 || !node.Code.IsNone) refusal = "a tree node does not fit the node above it";
        return refusal.Length == 0 ? node : null;
    }

    /// <summary>Writes the seal into the bytes of a coded file's top node.</summary>
    internal static void WriteSeal(Span<byte> top, ReadOnlySpan<byte> seal)
    {
        int children = TreeShape.CountOf(SizeOf(top), ShapeOf(top).ReachOfChild(0));
        seal.CopyTo(top[HashesEndOf(children + CodeOf(top).ParityOf(children))..]);
    }

    /// <param name="chunks">The children; of a coded file the chunks of parity, too.</param>
    internal static byte[] Encode(in TreeShape shape, int level, long size, IReadOnlyList<TreeSlot> chunks, StripeCode code = default)
    {
        bool diverted = level == 0 && chunks.Any(static c => c.Attempt > 0);
        int attemptsAt = HashesEndOf(chunks.Count) + SealBytesOf(code);
        var bytes = new byte[attemptsAt + (diverted ? chunks.Count : 0)];
        (bytes[CodeAt], bytes[CodeAt + 1]) = ((byte)code.Data, (byte)code.Parity);
        "PHT1"u8.CopyTo(bytes);
        bytes[4] = (byte)level;
        bytes[AttemptFlagAt] = diverted ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), shape.ChunkSizeBytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), shape.FanOut);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), size);
        for (int i = 0; i < chunks.Count; i++)
        {
            chunks[i].Hash.WriteTo(bytes.AsSpan(HashesEndOf(i)));
            if (diverted) bytes[attemptsAt + i] = (byte)chunks[i].Attempt;
        }

        return bytes;
    }

    private static HashTreeNode? TryParse(ReadOnlyMemory<byte> memory, long offset, out string refusal)
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        if (bytes.Length < HeaderBytes || !bytes.StartsWith("PHT1"u8) || bytes[AttemptFlagAt] > 1)
        {
            refusal = "these bytes are not a tree node of version 1";
            return null;
        }

        int level = bytes[4];
        TreeShape shape = ShapeOf(bytes);
        StripeCode code = CodeOf(bytes);
        long size = SizeOf(bytes);
        refusal = shape.Problem(level, size) ?? "";
        if (refusal.Length == 0 && !code.IsNone && (level > 0 || !code.IsValid)) refusal = $"a tree node of level {level} cannot be coded {code}";
        if (refusal.Length > 0) return null;
        int children = TreeShape.CountOf(size, shape.ReachOfChild(level));
        int count = children + code.ParityOf(children);
        bool diverted = bytes[AttemptFlagAt] == 1;
        int attemptsAt = HashesEndOf(count) + SealBytesOf(code);
        if (bytes.Length != attemptsAt + (diverted ? count : 0)) refusal = $"a tree node over {size} bytes names {count} parts, not what fits into {bytes.Length} bytes";
        else if (diverted && (level > 0 || AttemptProblem(bytes[attemptsAt..]))) refusal = "the attempts of a tree node are 0 to 3, of chunks, and not all 0";
        return refusal.Length == 0 ? new HashTreeNode(memory, shape, level, offset, size) : null;
    }

    private int HashesEnd => HashesEndOf(ChildCount + ParityCount);

    private static int HashesEndOf(int count) => HeaderBytes + (count * Hash256.SizeBytes);

    private static int SealBytesOf(StripeCode code) => code.IsNone ? 0 : CertificateRules.SignatureSizeBytes;

    private static TreeShape ShapeOf(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadInt32BigEndian(bytes[8..]), BinaryPrimitives.ReadInt32BigEndian(bytes[12..]));

    private static StripeCode CodeOf(ReadOnlySpan<byte> bytes) => new(bytes[CodeAt], bytes[CodeAt + 1]);

    private static long SizeOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64BigEndian(bytes[16..]);

    private Hash256 HashAt(int index) => Hash256.FromBytes(_bytes.Span.Slice(HashesEndOf(index), Hash256.SizeBytes));

    private int AttemptAt(int index) => _bytes.Span[AttemptFlagAt] == 0 ? 0 : _bytes.Span[HashesEnd + SealBytesOf(Code) + index];

    private static bool AttemptProblem(ReadOnlySpan<byte> attempts) =>
        attempts.ContainsAnyExceptInRange((byte)0, (byte)FileIds.PartAttemptMax) || !attempts.ContainsAnyExcept((byte)0);
}
