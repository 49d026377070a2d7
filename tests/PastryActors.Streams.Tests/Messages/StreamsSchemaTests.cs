using Google.Protobuf;
using Google.Protobuf.Reflection;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Messages;
using PastryActors.Tests.Wire;
using static PastryActors.Tests.Wire.SchemaValues;
using Schema = PastryActors.Wire.Schema;

namespace PastryActors.Streams.Tests.Messages;

/// <summary>The messages of streams are what docs/wire/streams.proto says.</summary>
public sealed class StreamsSchemaTests : SchemaContract
{
    protected override FileDescriptor Schema => Schema::StreamsReflection.Descriptor;

    protected override IReadOnlyList<MessageKind> Kinds => StreamsMessages.Kinds;

    protected override WireCodec Codec { get; } = new(StreamsMessages.Kinds);

    [Fact]
    public void Every_kind_has_a_number_of_streams() => Assert.All(StreamsMessages.Kinds, static k => Assert.InRange(k.Number, 112, 127));

    [Theory]
    [InlineData(0UL, 14, 1)]
    [InlineData(1UL, 15, 1)]
    [InlineData(1UL, BlockCode.BlockBytesLimit + 1, BlockCode.PieceBytesMax + 1)]
    public void A_piece_that_is_not_of_its_block_is_refused(ulong block, int length, int pieceBytes)
    {
        var piece = new StripePiece(default, default, block, length, false, new byte[pieceBytes], [default, default, default, default]);
        Assert.False(Codec.TryRead(StripePiece.Number, Encode(piece).Span, out _, out _));
    }

    [Fact]
    public void A_piece_with_another_proof_than_of_four_hashes_is_refused()
    {
        var piece = new StripePiece(default, default, 1, 14, false, new byte[1], [default, default, default]);
        Assert.False(Codec.TryRead(StripePiece.Number, Encode(piece).Span, out _, out _));
        Assert.False(Codec.TryRead(StripePiece.Number, Encode(piece with { Proof = [default, default, default, default, default] }).Span, out _, out _));
        Assert.True(Codec.TryRead(StripePiece.Number, Encode(piece with { Proof = [default, default, default, default] }).Span, out _, out _));
    }

    [Fact]
    public void Numbers_paths_and_lists_beyond_their_bounds_are_refused()
    {
        var node = new NodeHandle(new RingId(7), "host:1", 1);
        AssertRefused(new StripeAlive(default, true, ulong.MaxValue));
        AssertRefused(new StripeBeat(default, [.. Enumerable.Repeat(node.Id, 65)], default));
        AssertRefused(new StripeAccepted(default, 1, [.. Enumerable.Repeat(node.Id, 65)]));
        AssertRefused(new StripeDeclined(default, 1, [.. Enumerable.Repeat(node, 33)], null));
        AssertRefused(new StripeHead(default, node, (HeadWord)4, default, 0));
        AssertRefused(new StripeHead(default, node, HeadWord.Ask, new StreamKey(ulong.MaxValue, default), 0));
    }

    protected override Message Sample(byte kind, RandomSource random) => kind switch
    {
        JoinStripe.Number => new JoinStripe(random.Id(), random.Node(), random.Number(), random.Flag(), Position(random)),
        StripeAccepted.Number => new StripeAccepted(random.Id(), random.Number(), random.ListUpTo(64, static r => r.Id())),
        StripeDeclined.Number => new StripeDeclined(random.Id(), random.Number(), random.ListUpTo(32, static r => r.Node()), random.Flag() ? random.Node() : null),
        LeaveStripe.Number => new LeaveStripe(random.Id()),
        StripeBeat.Number => new StripeBeat(random.Id(), random.ListUpTo(64, static r => r.Id()), Position(random)),
        StripeAlive.Number => new StripeAlive(random.Id(), random.Flag(), Number(random)),
        StripePiece.Number => Piece(random),
        StripeHead.Number => new StripeHead(random.Id(), random.Node(), (HeadWord)random.Next(4), Key(random), Number(random), random.Number()),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not in the schema"),
    };

    protected override IMessage Translate(Message message) => message switch
    {
        JoinStripe m => new Schema::JoinStripe { Stripe = Bytes(m.Stripe), Child = NodeOf(m.Child), Nonce = m.Nonce, CanForward = m.CanForward, Reached = PositionOf(m.Reached) },
        StripeAccepted m => new Schema::StripeAccepted { Stripe = Bytes(m.Stripe), Nonce = m.Nonce, Path = { m.Path.Select(Bytes) } },
        StripeDeclined m => new Schema::StripeDeclined { Stripe = Bytes(m.Stripe), Nonce = m.Nonce, Candidates = { m.Candidates.Select(NodeOf) }, Parent = m.Parent is null ? null : NodeOf(m.Parent) },
        LeaveStripe m => new Schema::LeaveStripe { Stripe = Bytes(m.Stripe) },
        StripeBeat m => new Schema::StripeBeat { Stripe = Bytes(m.Stripe), Path = { m.Path.Select(Bytes) }, Position = PositionOf(m.Position) },
        StripeAlive m => new Schema::StripeAlive { Stripe = Bytes(m.Stripe), HasRoom = m.HasRoom, Reached = m.Reached },
        StripePiece m => new Schema::StripePiece
        {
            Stripe = Bytes(m.Stripe),
            Key = KeyOf(m.Key),
            Block = m.Block,
            Length = (uint)m.Length,
            IsEnd = m.IsEnd,
            Piece = ByteString.CopyFrom(m.Piece.Span),
            Proof = { m.Proof.Select(Bytes) },
        },
        StripeHead m => new Schema::StripeHead { Stripe = Bytes(m.Stripe), Asker = NodeOf(m.Asker), Word = (Schema::HeadWord)m.Word, Key = KeyOf(m.Key), Taken = m.Taken, Nonce = m.Nonce },
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "not in the schema"),
    };

    private static StripePiece Piece(RandomSource random)
    {
        int length = random.Next(4) switch { 0 => 0, 1 => 14 * 65_536, _ => random.Next(3000) };
        return new StripePiece(random.Id(), Key(random), 1 + random.Number(WireReader.NumberMax - 1), length, random.Flag(), new byte[BlockCode.PieceBytesOf(length)], random.List(PieceTree.ProofLength, static r => r.Hash()));
    }

    private static StreamPosition Position(RandomSource random) => new(Key(random), Number(random), random.Flag());

    private static StreamKey Key(RandomSource random) => new(Number(random), random.Id());

    private static ulong Number(RandomSource random) => random.Number(WireReader.NumberMax);

    private static Schema::StreamPosition PositionOf(StreamPosition position) => new() { Key = KeyOf(position.Key), Last = position.Last, Ended = position.Ended };

    private static Schema::StreamKey KeyOf(StreamKey key) => new() { Epoch = key.Epoch, Publisher = Bytes(key.Publisher) };

    private void AssertRefused(Message message)
    {
        Assert.False(Codec.TryRead(message.Kind, Encode(message).Span, out _, out string refusal));
        Assert.NotEmpty(refusal);
    }
}
