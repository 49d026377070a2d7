using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Packets;
using PastryActors.Streams.Requests;
using PastryActors.Streams.Tests.Coding;

namespace PastryActors.Streams.Tests.Packets;

/// <summary>What a child, or a root, missed is sent to it when it has somebody above it again. The node's first digit is 8: stripe 8 belongs to it.</summary>
public sealed class MadeUpTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly RingId Self = At(0x8E);
    private static readonly RingId Stripe = ChannelName.StripeOf(ChannelName.IdOf("live"), 8);
    private static readonly NodeHandle Parent = FakeHost.Peer(At(0x8F));
    private static readonly NodeHandle Child = FakeHost.Peer(At(0x81));
    private static readonly StreamKey Key = new(100, At(0x11));

    private readonly FakeHost _host = new(Self, null, Self.Plus(1), Self.Plus(2), Self.Plus(UInt128.MaxValue), Self.Plus(UInt128.MaxValue - 1));

    [Fact]
    public void A_child_that_comes_is_sent_what_it_missed_and_no_more()
    {
        Attach();
        for (ulong block = 1; block <= 5; block++) _host.Receive(Piece(block, Key), Parent);
        Assert.Equal([4UL, 5UL], SentTo(new JoinStripe(Stripe, Child, 1, true, new StreamPosition(Key, 3, false))));
        // Whoever is a child already and joins again lost what was underway.
        Assert.Equal([3UL, 4UL, 5UL], SentTo(new JoinStripe(Stripe, Child, 2, true, new StreamPosition(Key, 2, false))));
        Assert.Empty(SentTo(new JoinStripe(Stripe, FakeHost.Peer(At(0x33)), 3, true)));
        Assert.Equal(5, SentTo(new JoinStripe(Stripe, FakeHost.Peer(At(0x34)), 4, true, new StreamPosition(new StreamKey(50, Key.Publisher), 70, false))).Count);
    }

    [Fact]
    public void What_comes_before_a_childs_first_word_is_made_up_with_the_rest_and_in_order()
    {
        Attach();
        _host.Receive(Piece(1, Key), Parent);
        _host.Passes(new JoinStripe(Stripe, Child, 1, true, new StreamPosition(Key, 0, false)), Stripe, Child);
        _host.Receive(Piece(2, Key), Parent);
        Assert.Empty(_host.TakeSent<StripePiece>());
        _host.Receive(new StripeAlive(Stripe, true, 0), Child);
        _host.Receive(new StripeAlive(Stripe, true, 0), Child);
        _host.Receive(Piece(3, Key), Parent);
        Assert.Equal([1UL, 2UL, 3UL], _host.TakeSent<StripePiece>().Select(static s => s.Message.Block));
    }

    [Fact]
    public void A_parent_that_accepts_twice_is_answered_twice()
    {
        Attach();
        _host.Sent.Clear();
        _host.Receive(new StripeAccepted(Stripe, Join().Nonce, [Parent.Id]), Parent);
        Assert.Equal(Parent, _host.TakeSent<StripeAlive>().Single().To);
    }

    [Fact]
    public void What_nobody_waits_for_any_more_is_not_kept()
    {
        Attach();
        _host.Receive(Piece(1, Key), Parent);
        for (int i = 0; i < 6; i++)
        {
            _host.Pass(Second);
            _host.Receive(new StripeBeat(Stripe, [Parent.Id], default), Parent);
        }

        _host.Receive(Piece(2, Key), Parent);
        Assert.Equal([2UL], SentTo(new JoinStripe(Stripe, Child, 1, true, new StreamPosition(Key, 0, false))));
    }

    [Fact]
    public void A_node_that_lost_its_parent_says_how_far_it_has_come()
    {
        Attach();
        _host.Receive(Piece(7, Key), Parent);
        _host.Component.PeerFailed(Parent);
        Assert.Equal(new StreamPosition(Key, 7, false), Join().Reached);
    }

    [Fact]
    public void As_many_pieces_are_kept_as_a_receiver_puts_together_and_of_one_stream_alone()
    {
        var buffer = new PieceBuffer();
        for (ulong block = 1; block <= 5; block++) buffer.Add(Piece(block, Key), 3, new Instant(1));
        Assert.Equal([3UL, 4UL, 5UL], buffer.After(Key, 0).Select(static p => p.Block));
        buffer.Add(Piece(1, new StreamKey(200, Key.Publisher)), 3, new Instant(2));
        Assert.Equal(1, buffer.Count);
        buffer.Forget(new Instant(3));
        Assert.Equal(0, buffer.Count);
    }

    [Fact]
    public void A_root_that_takes_office_in_mid_stream_is_sent_what_the_one_before_did_not_take()
    {
        _host.Component.OnRequest(new OpenStream(1, Second * 60, "live", 100));
        for (int stripe = 0; stripe < 16; stripe++) Here(Root(stripe), stripe, 0);
        Publish(3);
        _host.Component.PeerFailed(Root(3));
        Publish(2);
        _host.Pass(Second * 2);
        _host.Sent.Clear();
        NodeHandle next = FakeHost.Peer(Root(3).Id.Plus(1));
        Here(next, 3, taken: 2);
        Assert.Equal([3UL, 4UL, 5UL], _host.TakeSent<StripePiece>().Where(s => s.To == next).Select(static s => s.Message.Block));
    }

    private static RingId At(int digits) => new(((UInt128)(uint)digits << 120) | 7);

    private static NodeHandle Root(int stripe) => FakeHost.Peer(ChannelName.StripeOf(ChannelName.IdOf("live"), stripe));

    private static StripePiece Piece(ulong block, StreamKey key)
    {
        Core.Collections.Blob[] pieces = BlockCode.Split(BlockCodeTests.Block(100, block));
        return new StripePiece(Stripe, key, block, 100, false, pieces[8], PieceTree.ProofsOf(pieces)[8]);
    }

    private void Attach()
    {
        _host.Component.OnRequest(new WatchChannel(1, Second * 300, "live"));
        _host.Receive(new StripeAccepted(Stripe, Join().Nonce, [Parent.Id]), Parent);
    }

    private JoinStripe Join() => _host.Routed.Where(static r => r.Key == Stripe).Select(static r => r.Message).OfType<JoinStripe>().Last();

    private List<ulong> SentTo(JoinStripe join)
    {
        _host.Sent.Clear();
        _host.Passes(join, Stripe, join.Child);
        // Nothing may overtake the word that it is a child.
        Assert.Equal(join.Child, Assert.Single(_host.Sent, s => s.To == join.Child).To);
        _host.Receive(new StripeAlive(Stripe, true, join.Reached.Last), join.Child);
        return [.. _host.TakeSent<StripePiece>().Where(s => s.To == join.Child).Select(static s => s.Message.Block)];
    }

    private void Here(NodeHandle from, int stripe, ulong taken)
    {
        RingId key = ChannelName.StripeOf(ChannelName.IdOf("live"), stripe);
        ulong nonce = ((StripeHead)_host.Routed.Last(r => r.Key == key).Message).Nonce;
        _host.Receive(new StripeHead(key, from, HeadWord.Here, new StreamKey(100, Self), taken, nonce), from);
    }

    private void Publish(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            _host.Component.OnRequest(new PublishBlock(2 + i, Second * 10, 1, BlockCodeTests.Block(1), false));
            _host.Pass(TimeSpan.FromMilliseconds(5));
        }
    }
}
