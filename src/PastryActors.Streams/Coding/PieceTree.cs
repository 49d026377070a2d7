using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Coding;

/// <summary>
/// A hash tree over the 16 pieces of a block: every piece travels with the four siblings on its way up, so that whoever has it knows the
/// block's root. A block is put together from pieces of one root alone: whoever forges a root needs 14 stripes, and a node forwards one.
/// </summary>
public static class PieceTree
{
    /// <summary>Siblings that travel with a piece: the tree has 16 leaves.</summary>
    public const int ProofLength = 4;

    private const byte LeafTag = 0;

    private const byte InnerTag = 1;

    /// <summary>The proof of each of the 16 pieces.</summary>
    public static ValueList<Hash256>[] ProofsOf(ReadOnlySpan<Blob> pieces)
    {
        Hash256[][] levels = new Hash256[ProofLength + 1][];
        levels[0] = new Hash256[ChannelName.StripeCount];
        for (int i = 0; i < pieces.Length; i++) levels[0][i] = Leaf(i, pieces[i].Span);
        for (int level = 1; level <= ProofLength; level++)
        {
            Hash256[] below = levels[level - 1];
            levels[level] = [.. Enumerable.Range(0, below.Length / 2).Select(i => Inner(below[2 * i], below[(2 * i) + 1]))];
        }

        return [.. Enumerable.Range(0, ChannelName.StripeCount).Select(i => Enumerable.Range(0, ProofLength).Select(level => levels[level][(i >> level) ^ 1]).ToValueList())];
    }

    /// <summary>The root that a piece and its proof lead to.</summary>
    public static Hash256 RootOf(int index, Blob piece, ValueList<Hash256> proof)
    {
        Hash256 hash = Leaf(index, piece.Span);
        for (int level = 0; level < ProofLength; level++) hash = ((index >> level) & 1) == 0 ? Inner(hash, proof[level]) : Inner(proof[level], hash);
        return hash;
    }

    private static Hash256 Leaf(int index, ReadOnlySpan<byte> piece)
    {
        byte[] bytes = new byte[2 + piece.Length];
        (bytes[0], bytes[1]) = (LeafTag, (byte)index);
        piece.CopyTo(bytes.AsSpan(2));
        return Hash256.Of(bytes);
    }

    private static Hash256 Inner(Hash256 left, Hash256 right) => Hash256.OfPair(InnerTag, left, right);
}
