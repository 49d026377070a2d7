using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Trees;

namespace PastryActors.Past.Tests.Trees;

public sealed class HashTreeTests
{
    private const int ChunkSize = 10;

    [Fact]
    public void Any_size_and_any_range_is_covered_by_exactly_the_right_chunks()
    {
        var random = new RandomSource(3);
        for (int round = 0; round < 400; round++)
        {
            int size = ChunkSize + 1 + random.Next(900);
            Tree tree = Build(size, fanOut: 2 + random.Next(4));
            long from = random.Next(size), to = from + 1 + random.Next(size - (int)from);
            List<TreeChild> chunks = tree.Chunks(from, to);
            Assert.Equal(Enumerable.Range((int)(from / ChunkSize), (int)((to - 1) / ChunkSize) - (int)(from / ChunkSize) + 1).Select(ChunkHash), chunks.Select(c => c.Hash));
            Assert.All(chunks, c => Assert.Equal(Math.Min(ChunkSize, size - c.Offset), c.Size));
            Assert.True(chunks[0].Offset <= from && chunks[^1].Offset + chunks[^1].Size >= to);
        }
    }

    [Fact]
    public void The_whole_range_of_every_small_size_gives_every_chunk()
    {
        for (int size = ChunkSize + 1; size < 300; size++)
        {
            List<TreeChild> chunks = Build(size, fanOut: 3).Chunks(0, size);
            Assert.Equal(size, chunks.Sum(c => c.Size));
            Assert.Equal((size + ChunkSize - 1) / ChunkSize, chunks.Count);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(7, 3)]
    [InlineData(500, 600)]
    public void An_empty_range_or_one_beyond_the_end_is_covered_by_nothing(long from, long to) => Assert.Empty(Build(100, 4).Chunks(from, to));

    [Fact]
    public void A_tree_that_ends_exactly_full_has_no_level_too_many()
    {
        Tree tree = Build(4 * ChunkSize, fanOut: 4);
        Assert.Equal(0, tree.Top.Level);
        Assert.Empty(tree.Nodes);
        Assert.Equal(1, Build((4 * ChunkSize) + 1, fanOut: 4).Top.Level);
    }

    [Fact]
    public void One_node_of_default_size_reaches_16_GiB_and_fits_into_a_chunk()
    {
        var builder = new HashTreeBuilder(1 << 20);
        List<FinishedNode> finished = [];
        for (int i = 0; i < HashTreeNode.DefaultFanOut; i++) builder.Add(default, 1 << 20, finished);
        byte[] top = builder.Finish(finished);
        Assert.Empty(finished);
        Assert.True(top.Length < 1 << 20);
        Assert.Equal(16L << 30, HashTreeNode.TryParseTop(top, 16L << 30, 1 << 20, out _)!.Size);
    }

    [Fact]
    public void Where_chunks_went_is_in_the_tree_only_if_one_went_elsewhere()
    {
        byte[] plain = Build(95, 10).TopBytes;
        var builder = new HashTreeBuilder(ChunkSize, 10);
        List<TreeSlot> slots = [.. Enumerable.Range(0, 10).Select(i => builder.Add(ChunkHash(i), i < 9 ? ChunkSize : 5, []))];
        slots[3].Attempt = 2;
        byte[] diverted = builder.Finish([]);
        Assert.Equal(plain.Length + 10, diverted.Length);
        HashTreeNode top = HashTreeNode.TryParseTop(diverted, 95, ChunkSize, out _)!;
        Assert.Equal([0, 0, 0, 2, 0, 0, 0, 0, 0, 0], top.Cover(0, 95).Select(c => c.Place.Attempt));
        foreach (byte[] bad in new[] { [.. diverted[..^10], .. new byte[10]], [.. diverted[..^1], 4], diverted[..^1] })
        {
            Assert.Null(HashTreeNode.TryParseTop(bad, 95, ChunkSize, out string refusal));
            Assert.NotEmpty(refusal);
        }
    }

    [Fact]
    public void Malformed_nodes_are_refused_with_a_reason_and_nothing_is_thrown()
    {
        byte[] good = Build(95, 4).TopBytes;
        var random = new RandomSource(5);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bad = [.. good];
            for (int flips = 1 + random.Next(3); flips > 0; flips--) bad[random.Next(24)] = (byte)random.NextUInt64();
            byte[] cut = random.Next(4) == 0 ? bad[..random.Next(bad.Length)] : bad;
            if (HashTreeNode.TryParseTop(cut, 95, ChunkSize, out string refusal) is { } node) Assert.InRange(node.Chunk(94).Offset, 0, 94);
            else Assert.NotEmpty(refusal);
        }
    }

    [Fact]
    public void Header_fields_that_do_not_fit_are_refused()
    {
        byte[] good = Build(95, 4).TopBytes;
        Assert.Null(HashTreeNode.TryParseTop(good, 96, ChunkSize, out string size));
        Assert.Contains("95", size);
        Assert.Null(HashTreeNode.TryParseTop(good, 95, ChunkSize - 1, out string chunk));
        Assert.Contains("exceed", chunk);
        Assert.Null(HashTreeNode.TryParseTop(good.AsMemory(0, good.Length - 1), 95, ChunkSize, out _));
        Assert.Null(HashTreeNode.TryParseTop(HashTreeNode.Encode(new TreeShape(ChunkSize, 4), 0, 9, [new TreeSlot(default)]), 9, ChunkSize, out string minimal));
        Assert.Contains("minimal", minimal);
    }

    [Fact]
    public void A_node_from_another_place_of_the_tree_is_refused()
    {
        Tree tree = Build(95, 4);
        TreeChild first = tree.Top.Child(0), last = tree.Top.Child(tree.Top.ChildCount - 1);
        Assert.NotNull(tree.Top.TryParseChild(0, tree.Nodes[first.Hash], out _));
        Assert.Null(tree.Top.TryParseChild(0, tree.Nodes[last.Hash], out _));
        Assert.Null(tree.Top.TryParseChild(0, tree.TopBytes, out _));
    }

    [Fact]
    public void A_chunk_after_a_short_one_is_a_mistake_of_the_caller()
    {
        var builder = new HashTreeBuilder(ChunkSize, 4);
        builder.Add(default, 3, []);
        Assert.Throws<InvalidOperationException>(() => builder.Add(default, 3, []));
        Assert.Throws<InvalidOperationException>(() => builder.Finish([]));
    }

    private static Hash256 ChunkHash(int index) => Hash256.Of(BitConverter.GetBytes(index));

    private static Tree Build(int size, int fanOut)
    {
        var builder = new HashTreeBuilder(ChunkSize, fanOut);
        List<FinishedNode> finished = [];
        for (int at = 0; at < size; at += ChunkSize) builder.Add(ChunkHash(at / ChunkSize), Math.Min(ChunkSize, size - at), finished);
        byte[] top = builder.Finish(finished);
        return new Tree(top, HashTreeNode.TryParseTop(top, size, ChunkSize, out string refusal) ?? throw new Xunit.Sdk.XunitException(refusal), finished.ToDictionary(n => n.Hash, n => n.Bytes));
    }

    private sealed record Tree(byte[] TopBytes, HashTreeNode Top, Dictionary<Hash256, byte[]> Nodes)
    {
        public List<TreeChild> Chunks(long from, long to) => [.. Walk(Top, from, to)];

        private IEnumerable<TreeChild> Walk(HashTreeNode node, long from, long to)
        {
            foreach (TreeChild child in node.Cover(from, to))
            {
                if (node.Level == 0)
                {
                    yield return child;
                    continue;
                }

                HashTreeNode below = node.TryParseChild(child.Index, Nodes[child.Hash], out string refusal) ?? throw new Xunit.Sdk.XunitException(refusal);
                foreach (TreeChild chunk in Walk(below, from, to)) yield return chunk;
            }
        }
    }
}

internal static class HashTreeNodeReading
{
    public static TreeChild Chunk(this HashTreeNode node, long at) => node.Cover(at, at + 1).Single();
}
