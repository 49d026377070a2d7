using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Node.Workers;

/// <summary>
/// The hash tree that lets one signature stand for many digests: leaf = SHA-256(0x00, digest), inner = SHA-256(0x01, left, right),
/// padded with zero hashes to a power of two, so that a leaf's index alone says on which side each step of its path stands.
/// </summary>
internal static class MerkleBatch
{
    /// <summary>Longest path accepted: no batch has more than 2^32 leaves.</summary>
    public const int PathLengthMax = 32;

    /// <summary>The levels of the tree over <paramref name="digests"/>, leaves first, the root alone in the last.</summary>
    public static Hash256[][] Levels(ReadOnlySpan<Hash256> digests)
    {
        var level = new Hash256[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)digests.Length)];
        for (int i = 0; i < digests.Length; i++) level[i] = Leaf(digests[i]);
        var levels = new List<Hash256[]> { level };
        while (level.Length > 1)
        {
            var above = new Hash256[level.Length / 2];
            for (int i = 0; i < above.Length; i++) above[i] = Inner(level[2 * i], level[(2 * i) + 1]);
            levels.Add(level = above);
        }

        return [.. levels];
    }

    /// <summary>The siblings from a leaf up.</summary>
    public static ValueList<Hash256> Path(Hash256[][] levels, int leaf)
    {
        var path = new Hash256[levels.Length - 1];
        for (int i = 0; i < path.Length; i++) path[i] = levels[i][(leaf >> i) ^ 1];
        return new ValueList<Hash256>(path);
    }

    /// <summary>What was signed if <paramref name="signature"/> is one over <paramref name="digest"/>; null if its path is malformed.</summary>
    public static Hash256? SignedHash(Hash256 digest, BatchSignature signature)
    {
        int length = signature.Path.Count;
        if (length == 0) return signature.LeafIndex == 0 ? digest : null;
        if (length > PathLengthMax || (ulong)signature.LeafIndex >> length != 0) return null;
        Hash256 node = Leaf(digest);
        for (int i = 0; i < length; i++)
        {
            Hash256 sibling = signature.Path[i];
            bool right = (signature.LeafIndex >> i & 1) == 1;
            node = right ? Inner(sibling, node) : Inner(node, sibling);
        }

        return node;
    }

    private static Hash256 Leaf(Hash256 digest)
    {
        Span<byte> bytes = stackalloc byte[1 + Hash256.SizeBytes];
        bytes[0] = 0x00;
        digest.WriteTo(bytes[1..]);
        return Hash256.Of(bytes);
    }

    private static Hash256 Inner(Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Hash256.SizeBytes)];
        bytes[0] = 0x01;
        left.WriteTo(bytes[1..]);
        right.WriteTo(bytes[(1 + Hash256.SizeBytes)..]);
        return Hash256.Of(bytes);
    }
}
