using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Coding;

namespace PastryActors.Streams.Tests.Coding;

public sealed class BlockCodeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(1000)]
    public void Any_14_of_16_pieces_give_back_a_block(int bytes)
    {
        Blob block = Block(bytes);
        Blob[] pieces = BlockCode.Split(block);
        Assert.All(pieces, p => Assert.Equal(BlockCode.PieceBytesOf(bytes), p.Length));

        for (int a = 0; a < 16; a++)
        {
            for (int b = a; b < 16; b++) Assert.Equal(block, BlockCode.Join([.. pieces.Select((p, i) => i == a || i == b ? (Blob?)null : p)], bytes));
        }
    }

    [Fact]
    public void Thirteen_pieces_give_nothing() =>
        Assert.Null(BlockCode.Join([.. BlockCode.Split(Block(100)).Select((p, i) => i is 1 or 7 or 15 ? (Blob?)null : p)], 100));

    [Fact]
    public void Every_proof_leads_to_one_root_and_only_from_its_own_piece_and_place()
    {
        Blob[] pieces = BlockCode.Split(Block(1000));
        ValueList<Hash256>[] proofs = PieceTree.ProofsOf(pieces);
        Hash256 root = PieceTree.RootOf(0, pieces[0], proofs[0]);
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal(root, PieceTree.RootOf(i, pieces[i], proofs[i]));
            Assert.NotEqual(root, PieceTree.RootOf(i ^ 1, pieces[i], proofs[i]));
            Assert.NotEqual(root, PieceTree.RootOf(i, pieces[(i + 1) % 16], proofs[i]));
        }
    }

    internal static Blob Block(int bytes, ulong seed = 9)
    {
        var random = new RandomSource(seed);
        return Enumerable.Range(0, bytes).Select(_ => (byte)random.Next(256)).ToArray();
    }
}
