using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Tests.Coding;
using PastryActors.Streams.Watching;

namespace PastryActors.Streams.Tests.Watching;

public sealed class BlockAssemblerTests : IDisposable
{
    private const int Window = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly StreamKey Key = new(100, new RingId(1));
    private static readonly StreamKey Later = new(200, new RingId(2));

    private readonly Reader _reader = new();
    private readonly BlockAssembler _assembler;
    private Instant _now = new(1);

    public BlockAssemblerTests() => _assembler = new BlockAssembler(Window, Patience, _reader);

    /// <summary>Whatever a test does, nobody is ever told anything out of order.</summary>
    public void Dispose() => Assert.True(_reader.IsInOrder, string.Join("; ", _reader.Told));

    [Fact]
    public void Blocks_are_delivered_in_order_as_soon_as_14_pieces_are_there()
    {
        Give(1, stripes: 13);
        Assert.Empty(_reader.Told);
        Give(1, from: 13, stripes: 1);
        Give(2);
        Assert.Equal(["began 1", "block 1", "block 2"], _reader.Told);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 15)]
    [InlineData(14, 15)]
    public void Two_stripes_may_be_gone_for_good(int gone, int other)
    {
        for (ulong block = 1; block <= 20; block++) GiveBut(block, gone, other);
        Assert.Equal(["began 1", .. Enumerable.Range(1, 20).Select(static n => $"block {n}")], _reader.Told);
    }

    [Fact]
    public void A_block_waits_for_the_one_before_it()
    {
        Give(1);
        Give(3);
        Assert.Equal(["began 1", "block 1"], _reader.Told);
        Give(2);
        Assert.Equal(["began 1", "block 1", "block 2", "block 3"], _reader.Told);
    }

    [Fact]
    public void What_does_not_come_in_time_is_a_gap()
    {
        Give(1);
        Give(2, stripes: 13);
        Give(4);
        Pass(2);
        Assert.Equal(2, _reader.Told.Count);
        Pass(2);
        Assert.Equal(["began 1", "block 1", "gap 2-2", "gap 3-3", "block 4"], _reader.Told);
        Assert.Equal(2UL, _assembler.Lost);
        Assert.Equal(2UL, _assembler.Delivered);
    }

    [Fact]
    public void A_stream_that_runs_away_leaves_the_late_behind()
    {
        Give(1);
        for (ulong block = 3; block < 3 + Window; block++) Give(block);
        Assert.Equal(["began 1", "block 1", "gap 2-2", .. Enumerable.Range(3, Window).Select(static n => $"block {n}")], _reader.Told);
    }

    [Fact]
    public void Two_stripes_that_lie_about_how_far_they_are_move_nothing()
    {
        Give(1);
        for (int stripe = 0; stripe < 2; stripe++) Give(1UL << 40, from: stripe, stripes: 1);
        for (ulong block = 2; block < 20; block++) GiveBut(block, 0, 1);
        Pass(10);
        Assert.Equal(["began 1", .. Enumerable.Range(1, 19).Select(static n => $"block {n}")], _reader.Told);
    }

    [Fact]
    public void Pieces_that_two_stripes_forged_are_not_mixed_with_the_others()
    {
        Blob other = BlockCodeTests.Block(100, seed: 666);
        for (int stripe = 0; stripe < 2; stripe++) GivePiece(stripe, 1, other);
        Give(1);
        GiveBut(1, 0, 1);
        Assert.Equal(["began 1", "block 1"], _reader.Told);
        Assert.Equal(Content(1), _reader.Blocks[0]);
    }

    [Fact]
    public void Pieces_of_a_publisher_that_are_no_code_word_are_no_block()
    {
        Blob[] pieces = BlockCode.Split(Content(1));
        pieces[15] = new byte[pieces[15].Length];
        ValueList<Hash256>[] proofs = PieceTree.ProofsOf(pieces);
        for (int i = 0; i < 16; i++) _assembler.Take(i, new StripePiece(default, Key, 1, 100, false, pieces[i], proofs[i]), _now);
        Assert.Equal(["began 1"], _reader.Told);
        Give(2);
        Pass(4);
        Assert.Equal(["began 1", "gap 1-1", "block 2"], _reader.Told);
    }

    [Fact]
    public void Who_comes_in_mid_stream_begins_with_the_first_block_that_all_can_be_expected_of()
    {
        // The trees are joined one after the other, while the stream goes on.
        for (int stripe = 0; stripe < 16; stripe++)
        {
            for (int joined = 0; joined <= stripe; joined++) GivePiece(joined, 100 + (ulong)stripe, Content(100 + (ulong)stripe));
        }

        Assert.Equal(["began 113", "block 113", "block 114", "block 115"], _reader.Told);
    }

    [Fact]
    public void Where_too_few_stripes_carry_anything_the_reader_is_told_what_it_misses()
    {
        _assembler.Ready(_now);
        for (ulong block = 1; block <= 5; block++) Give(block, stripes: 10);
        Pass(4);
        Give(6, stripes: 10);
        Pass(4);
        Assert.Equal(["began 1", "gap 1-1", "gap 2-2", "gap 3-3", "gap 4-4", "gap 5-5", "gap 6-6"], _reader.Told);
    }

    [Fact]
    public void The_end_is_told_and_another_stream_may_follow()
    {
        Give(1);
        Give(2, isEnd: true);
        Give(1, key: Later);
        Assert.Equal(["began 1", "block 1", "block 2", "ended 2", "began 1", "block 1"], _reader.Told);
    }

    [Fact]
    public void An_end_that_did_not_come_is_known_from_what_parents_say()
    {
        Give(1);
        for (int stripe = 0; stripe < 3; stripe++) _assembler.Learn(stripe, new StreamPosition(Key, 3, true), _now);
        Pass(4);
        Assert.Equal(["began 1", "block 1", "gap 2-2", "gap 3-3", "ended 3"], _reader.Told);
    }

    [Fact]
    public void A_stream_that_takes_the_place_of_another_ends_it()
    {
        Give(1);
        Give(2, stripes: 5);
        Give(1, key: Later);
        Give(2, key: Later);
        Assert.Equal(["began 1", "block 1", "gap 2-2", "ended 2, broken off"], _reader.Told.Take(4));
        Assert.Contains("block 2", _reader.Told.Skip(4));
    }

    [Fact]
    public void Two_stripes_cannot_put_another_stream_in_the_place_of_one_that_goes_on()
    {
        Give(1);
        for (int stripe = 0; stripe < 2; stripe++) GivePiece(stripe, 1, Content(1), Later);
        GiveBut(2, 0, 1);
        Assert.Equal(["began 1", "block 1", "block 2"], _reader.Told);
    }

    private static Blob Content(ulong block) => BlockCodeTests.Block(100, block);

    private void Pass(int seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        _assembler.Tick(_now);
    }

    private void Give(ulong block, int from = 0, int stripes = 16, bool isEnd = false, StreamKey? key = null)
    {
        for (int i = from; i < from + stripes; i++) GivePiece(i, block, Content(block), key, isEnd);
    }

    private void GiveBut(ulong block, int gone, int other)
    {
        for (int i = 0; i < 16; i++)
        {
            if (i != gone && i != other) GivePiece(i, block, Content(block));
        }
    }

    private void GivePiece(int stripe, ulong block, Blob content, StreamKey? key = null, bool isEnd = false)
    {
        Blob[] pieces = BlockCode.Split(content);
        _assembler.Take(stripe, new StripePiece(default, key ?? Key, block, content.Length, isEnd, pieces[stripe], PieceTree.ProofsOf(pieces)[stripe]), _now);
    }

    private sealed class Reader : IBlockReader
    {
        private ulong _next;

        public List<string> Told { get; } = [];

        public List<Blob> Blocks { get; } = [];

        public bool IsInOrder { get; private set; } = true;

        public void Began(StreamKey key, ulong first)
        {
            _next = first;
            Told.Add($"began {first}");
        }

        public void Block(ulong number, Blob payload)
        {
            Step(number, number);
            Blocks.Add(payload);
            Told.Add($"block {number}");
        }

        public void Gap(ulong from, ulong to, string reason)
        {
            Step(from, to);
            Told.Add($"gap {from}-{to}");
        }

        public void Ended(ulong last, bool isComplete)
        {
            IsInOrder &= last + 1 == _next;
            Told.Add(isComplete ? $"ended {last}" : $"ended {last}, broken off");
        }

        private void Step(ulong from, ulong to)
        {
            IsInOrder &= from == _next;
            _next = to + 1;
        }
    }
}
