using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Past.Certificates;

/// <summary>
/// One signature for many digests: a hash tree over them, whose root is signed; each digest then proves itself by its path. Leaves
/// and inner nodes are hashed in domains of their own, so that no inner node passes for a leaf. A batch of one has no tree: the
/// digest itself is signed. Pure functions, for the worker that signs and the worker that verifies.
/// </summary>
public sealed class MerkleBatch
{
    /// <inheritdoc cref="SignatureFields.PathLengthMax"/>
    public const int PathLengthMax = SignatureFields.PathLengthMax;

    private const byte LeafDomain = 0;
    private const byte InnerDomain = 1;

    private readonly Hash256[][] _levels;

    /// <summary>The tree over <paramref name="digests"/>: at least one, at most 2^20.</summary>
    public MerkleBatch(ReadOnlySpan<Hash256> digests)
    {
        if (digests.IsEmpty || digests.Length > 1 << PathLengthMax) throw new ArgumentOutOfRangeException(nameof(digests), digests.Length, "a batch has 1 to 2^20 digests");
        List<Hash256[]> levels = [digests.Length == 1 ? [digests[0]] : Leaves(digests)];
        while (levels[^1].Length > 1) levels.Add(Above(levels[^1]));
        _levels = [.. levels];
    }

    /// <summary>What is signed.</summary>
    public Hash256 Root => _levels[^1][0];

    /// <summary>The signature of the digest at <paramref name="index"/>, given the signature of the root.</summary>
    public BatchSignature SignatureOf(int index, Blob rootSignature)
    {
        var path = new Hash256[_levels.Length - 1];
        for (int level = 0, at = index; level < path.Length; level++, at >>= 1)
        {
            // Where a level is odd, its last node's sibling is all zeroes: no hash is known to be that.
            path[level] = (at ^ 1) < _levels[level].Length ? _levels[level][at ^ 1] : default;
        }

        return new BatchSignature(rootSignature, (uint)index, new ValueList<Hash256>(path));
    }

    /// <summary>The hash that must have been signed if <paramref name="digest"/> is what <paramref name="signature"/> vouches for; null if its path is impossible.</summary>
    public static Hash256? RootOf(Hash256 digest, BatchSignature signature)
    {
        int length = signature.Path.Count;
        if (length > PathLengthMax || signature.LeafIndex >> length != 0) return null;
        if (length == 0) return digest;
        Hash256 node = Leaf(digest);
        uint at = signature.LeafIndex;
        foreach (Hash256 sibling in signature.Path)
        {
            node = (at & 1) == 0 ? Inner(node, sibling) : Inner(sibling, node);
            at >>= 1;
        }

        return node;
    }

    private static Hash256[] Leaves(ReadOnlySpan<Hash256> digests)
    {
        var leaves = new Hash256[digests.Length];
        for (int i = 0; i < leaves.Length; i++) leaves[i] = Leaf(digests[i]);
        return leaves;
    }

    private static Hash256[] Above(Hash256[] level)
    {
        var above = new Hash256[(level.Length + 1) / 2];
        for (int i = 0; i < above.Length; i++)
        {
            above[i] = Inner(level[2 * i], (2 * i) + 1 < level.Length ? level[(2 * i) + 1] : default);
        }

        return above;
    }

    private static Hash256 Leaf(Hash256 digest)
    {
        Span<byte> bytes = stackalloc byte[1 + Hash256.SizeBytes];
        bytes[0] = LeafDomain;
        digest.WriteTo(bytes[1..]);
        return Hash256.Of(bytes);
    }

    private static Hash256 Inner(Hash256 left, Hash256 right) => Hash256.OfPair(InnerDomain, left, right);
}
