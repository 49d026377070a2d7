using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;
using PastryActors.Streams.Tests.Coding;

namespace PastryActors.Streams.Tests;

/// <summary>One component alone. The node's first digit is 8: stripe 8 of every channel belongs to it.</summary>
public sealed class StreamsComponentTests
{
    private const string Name = "live";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly RingId Channel = ChannelName.IdOf(Name);
    private static readonly NodeHandle Parent = FakeHost.Peer(At(8, 0xF));
    private static readonly NodeHandle Publisher = FakeHost.Peer(At(1, 1));
    private static readonly StreamKey Key = new(100, Publisher.Id);

    // Close to no stripe's key: a root of nothing, with neighbours all around.
    private readonly FakeHost _host = HostAt(At(8, 0xE));

    [Fact]
    public void A_watch_joins_all_16_stripes_and_stands_when_14_have_a_parent()
    {
        Watch(_host);
        Assert.Equal(16, _host.Routed.Count(static r => r.Message is JoinStripe));
        for (int stripe = 0; stripe < 13; stripe++) Attach(_host, stripe);
        Assert.Empty(_host.Replies);
        Attach(_host, 13);
        Assert.Equal([new WatchBegan(1, 14)], _host.Replies);
    }

    [Fact]
    public void A_watch_fails_with_a_reason_when_too_few_stripes_come_in_in_time()
    {
        Watch(_host);
        _host.Pass(Timeout + Second);
        Failed failed = Assert.IsType<Failed>(_host.Replies.Single());
        Assert.Equal((1L, FailureCode.TimedOut), (failed.RequestId, failed.Code));
    }

    [Fact]
    public void Who_wants_fewer_stripes_leaves_out_those_farthest_from_its_own_digit()
    {
        FakeHost host = HostAt(At(8, 0xE), new StreamsOptions { Want = 14 });
        Watch(host);
        Assert.Equal([0, 1], Enumerable.Range(0, 16).Except(host.Routed.Select(static r => ChannelName.IndexOf(r.Key))));
    }

    [Fact]
    public void A_join_passes_by_who_is_not_in_the_tree_and_whom_the_stripe_does_not_belong_to()
    {
        NodeHandle child = FakeHost.Peer(At(3, 3));
        Assert.True(_host.Passes(Join(8, child), Stripe(8), child));
        Watch(_host);
        Assert.True(_host.Passes(Join(8, child), Stripe(8), child));
        Attach(_host, 8);
        Attach(_host, 3);
        Assert.False(_host.Passes(Join(8, child), Stripe(8), child));
        Assert.True(_host.Passes(Join(3, child), Stripe(3), child));
    }

    [Fact]
    public void Nobody_serves_more_than_it_offers()
    {
        FakeHost host = Attached(offer: 2);
        host.Sent.Clear();
        NodeHandle[] children = [.. Enumerable.Range(1, 4).Select(i => FakeHost.Peer(At(i, 0)))];
        foreach (NodeHandle child in children) host.Passes(Join(8, child), Stripe(8), child);
        Assert.Equal(children.Take(2), host.Sent.Where(static s => s.Message is StripeAccepted).Select(static s => s.To));
        Assert.Equal(children.Skip(2), host.Sent.Where(static s => s.Message is StripeDeclined).Select(static s => s.To));
    }

    [Fact]
    public void One_who_can_forward_takes_the_place_of_one_who_shares_less_and_is_named_to_it()
    {
        FakeHost host = Attached(offer: 1);
        NodeHandle stranger = FakeHost.Peer(At(3, 3));
        NodeHandle near = FakeHost.Peer(At(8, 8));
        host.Passes(Join(8, stranger, nonce: 5), Stripe(8), stranger);
        host.Sent.Clear();
        host.Passes(Join(8, near), Stripe(8), near);
        Assert.Contains(host.Sent, s => s.Message is StripeAccepted && s.To == near);
        (StripeDeclined declined, NodeHandle to) = host.TakeSent<StripeDeclined>().Single();
        Assert.Equal((stranger, 5UL, Parent), (to, declined.Nonce, declined.Parent));
    }

    [Fact]
    public void A_node_without_an_offer_lets_joins_pass()
    {
        NodeHandle child = FakeHost.Peer(At(3, 3));
        Assert.True(Attached(offer: 0).Passes(Join(8, child), Stripe(8), child));
    }

    [Fact]
    public void A_root_without_an_offer_has_a_reader_be_root_in_its_place()
    {
        FakeHost root = HostAt(Stripe(8), new StreamsOptions { Offer = 0 });
        NodeHandle first = FakeHost.Peer(At(3, 3));
        NodeHandle other = FakeHost.Peer(At(4, 4));
        NodeHandle own = FakeHost.Peer(At(8, 1));
        Assert.False(root.Passes(Join(8, first), Stripe(8), first));
        Assert.Empty(root.TakeSent<StripeAccepted>().Single().Message.Path);
        root.Passes(Join(8, other), Stripe(8), other);
        Assert.Equal([first], root.TakeSent<StripeDeclined>().Single().Message.Candidates);
        // One whom the stripe belongs to is better.
        root.Passes(Join(8, own), Stripe(8), own);
        Assert.Contains(root.Sent, s => s.Message is LeaveStripe && s.To == first);
        Assert.Equal(own, root.TakeSent<StripeAccepted>().Single().To);
        root.Component.Deliver(new Pastry.Applications.RoutedMessage { Key = Stripe(8), Source = Publisher, Payload = new StripeHead(Stripe(8), Publisher, HeadWord.Ask, Key, 0, 77) });
        Assert.Equal((Publisher, new StripeHead(Stripe(8), own, HeadWord.Here, Key, 0, 77)), root.TakeSent<StripeHead>().Select(static s => (s.To, s.Message)).Single());
        root.Pass(Second * 10);
        root.Passes(Join(8, other), Stripe(8), other);
        Assert.Equal(other, root.TakeSent<StripeAccepted>().Single().To);
    }

    [Fact]
    public void A_deputy_takes_pieces_of_the_publisher_until_the_root_says_otherwise_or_is_silent()
    {
        FakeHost host = Attached(offer: 8, stripe: 3);
        NodeHandle root = FakeHost.Peer(Stripe(8));
        NodeHandle child = FakeHost.Peer(At(8, 1));
        host.Receive(new StripeAccepted(Stripe(8), RoutedJoin(host, 8).Nonce, []), root);
        Take(host, child);
        host.Receive(Piece(8, 1), Publisher);
        Assert.Equal(child, host.TakeSent<StripePiece>().Single().To);
        host.Pass(Second * 3);
        Assert.Contains(host.TakeSent<StripeAlive>(), s => s.To == root);
        host.Routed.Clear();
        host.Pass(Second * 7);
        Assert.Contains(host.Routed, static r => r.Key == Stripe(8) && r.Message is JoinStripe);
    }

    [Fact]
    public void Nobody_who_was_not_asked_is_taken_for_a_root()
    {
        Open(_host);
        for (int stripe = 0; stripe < 16; stripe++) _host.Receive(new StripeHead(Stripe(stripe), Parent, HeadWord.Here, new StreamKey(100, _host.Self.Id), 0), Parent);
        Assert.Empty(_host.Replies);
    }

    [Fact]
    public void Whoever_stands_above_is_no_child()
    {
        FakeHost host = Attached(offer: 8);
        host.Sent.Clear();
        host.Receive(Join(8, Parent), Parent);
        Assert.Equal(Parent, host.TakeSent<StripeDeclined>().Single().To);
    }

    [Fact]
    public void A_join_for_another_than_the_sender_is_refused()
    {
        FakeHost host = Attached(offer: 8);
        host.Sent.Clear();
        host.Receive(Join(8, FakeHost.Peer(At(3, 3))), FakeHost.Peer(At(4, 4)));
        Assert.Empty(host.Sent);
        Assert.Contains(host.Facts, static f => f.Kind == FactKind.MessageRefused);
    }

    [Fact]
    public void One_who_is_declined_asks_the_children_then_the_parent_then_those_with_room_and_then_rests()
    {
        Watch(_host);
        JoinStripe join = RoutedJoin(_host, 8);
        NodeHandle child = FakeHost.Peer(At(8, 1));
        NodeHandle full = FakeHost.Peer(At(8, 2));
        NodeHandle above = FakeHost.Peer(At(8, 3));
        _host.Sent.Clear();
        _host.Receive(new StripeDeclined(Stripe(8), join.Nonce, [child], above), full);
        Assert.Equal(child, _host.TakeSent<JoinStripe>().Single().To);
        _host.Receive(new StripeDeclined(Stripe(8), join.Nonce, [], full), child);
        Assert.Equal(above, _host.TakeSent<JoinStripe>().Single().To);
        _host.Receive(new StripeDeclined(Stripe(8), join.Nonce, [], null), above);
        Assert.Empty(_host.TakeSent<JoinStripe>());
        Assert.Single(_host.Anycasts).Done(null);
        _host.Routed.Clear();
        _host.Pass(Second * 3);
        Assert.Contains(_host.Routed, static r => r.Key == Stripe(8));
    }

    [Fact]
    public void An_orphan_begins_with_those_whom_its_parent_names()
    {
        FakeHost host = Attached(offer: 8);
        ulong nonce = RoutedJoin(host, 8).Nonce;
        NodeHandle sibling = FakeHost.Peer(At(8, 1));
        host.Sent.Clear();
        host.Routed.Clear();
        // Of another join than the one that was accepted: an answer that comes late.
        host.Receive(new StripeDeclined(Stripe(8), nonce + 2, [sibling], null), Parent);
        Assert.Empty(host.Sent);
        host.Receive(new StripeDeclined(Stripe(8), nonce, [sibling], null), Parent);
        Assert.Equal(sibling, host.TakeSent<JoinStripe>().Single().To);
        Assert.Empty(host.Routed);
    }

    [Fact]
    public void A_member_with_room_takes_an_orphan_of_any_stripe_that_it_has_and_no_other()
    {
        FakeHost host = Attached(offer: 1, stripe: 3);
        host.Pass(Second);
        NodeHandle orphan = FakeHost.Peer(At(4, 4));
        Assert.False(host.Membership!(orphan, Payload(Join(5, orphan))));
        Assert.False(host.Membership!(orphan, Payload(Join(3, FakeHost.Peer(At(4, 5))))));
        Assert.False(host.Membership!(orphan, new byte[] { 1, 2, 3 }));
        Assert.False(host.Membership!(Parent, Payload(Join(3, Parent))));
        host.Sent.Clear();
        Assert.True(host.Membership!(orphan, Payload(Join(3, orphan))));
        Assert.Equal(orphan, host.TakeSent<StripeAccepted>().Single().To);
        host.Pass(Second);
        Assert.Null(host.Membership);
    }

    [Fact]
    public void A_piece_goes_to_the_children_of_its_stripe_once_and_only_from_the_parent()
    {
        FakeHost host = Attached(offer: 8);
        NodeHandle child = FakeHost.Peer(At(8, 1));
        Take(host, child);
        host.Receive(Piece(8, 1), FakeHost.Peer(At(5, 5)));
        Assert.Empty(host.TakeSent<StripePiece>());
        host.Receive(Piece(8, 1), Parent);
        Assert.Equal(child, host.TakeSent<StripePiece>().Single().To);
        host.Receive(Piece(8, 1), Parent);
        Assert.Empty(host.TakeSent<StripePiece>());
    }

    [Fact]
    public void A_root_takes_pieces_of_the_publisher_alone_and_of_no_other_while_it_goes_on()
    {
        FakeHost root = HostAt(Stripe(8));
        NodeHandle child = FakeHost.Peer(At(8, 1));
        NodeHandle other = FakeHost.Peer(At(2, 2));
        Take(root, child);
        root.Receive(Piece(8, 1), other);
        Assert.Empty(root.TakeSent<StripePiece>());
        root.Receive(Piece(8, 1), Publisher);
        Assert.Equal(child, root.TakeSent<StripePiece>().Single().To);
        root.Receive(Piece(8, 1) with { Key = new StreamKey(200, other.Id) }, other);
        Assert.Equal(HeadWord.InUse, root.TakeSent<StripeHead>().Single().Message.Word);
    }

    [Fact]
    public void A_node_that_finds_itself_above_its_parent_leaves_it()
    {
        FakeHost host = Attached(offer: 8);
        host.Sent.Clear();
        host.Routed.Clear();
        host.Receive(new StripeBeat(Stripe(8), [Parent.Id, host.Self.Id], default), Parent);
        Assert.Equal(Parent, host.TakeSent<LeaveStripe>().Single().To);
        Assert.Equal(Stripe(8), host.Routed.Single().Key);
    }

    [Fact]
    public void A_silent_parent_is_lost_and_a_silent_child_forgotten()
    {
        FakeHost host = Attached(offer: 8);
        NodeHandle child = FakeHost.Peer(At(8, 1));
        host.Passes(Join(8, child), Stripe(8), child);
        host.Routed.Clear();
        for (int i = 0; i < 3; i++)
        {
            host.Pass(Second * 2);
            host.Receive(new StripeBeat(Stripe(8), [Parent.Id], default), Parent);
        }

        Assert.DoesNotContain(host.Routed, static r => r.Key == Stripe(8));
        host.Pass(Second * 6);
        Assert.Contains(host.Routed, static r => r.Key == Stripe(8));
        Assert.Contains(host.Facts, static f => f.Kind == FactKind.ChildRemoved);
    }

    [Fact]
    public void A_publisher_opens_when_14_roots_take_its_stream_and_cuts_blocks_into_pieces()
    {
        Open(_host);
        for (int stripe = 0; stripe < 14; stripe++)
        {
            Assert.Empty(_host.Replies);
            Here(_host, stripe);
        }

        Assert.IsType<StreamOpened>(_host.Replies.Single());
        _host.Sent.Clear();
        _host.Component.OnRequest(new PublishBlock(2, Timeout, 1, BlockCodeTests.Block(100), false));
        Assert.Equal(new BlockPublished(2, 1), _host.Replies[^1]);
        List<(StripePiece Message, NodeHandle To)> sent = _host.TakeSent<StripePiece>();
        Assert.Equal(Enumerable.Range(0, 14), sent.Select(static s => ChannelName.IndexOf(s.Message.Stripe)));
        Assert.All(sent, static s => Assert.Equal(Root(ChannelName.IndexOf(s.Message.Stripe)), s.To));
    }

    [Fact]
    public void A_publisher_is_held_back_by_roots_that_do_not_confirm_and_then_refused()
    {
        FakeHost host = HostAt(At(8, 0xE), new StreamsOptions { WindowBlocks = 2, PublishQueueBlocks = 1 });
        Open(host);
        for (int stripe = 0; stripe < 16; stripe++) Here(host, stripe);
        for (long id = 2; id < 6; id++)
        {
            host.Component.OnRequest(new PublishBlock(id, Timeout, 1, BlockCodeTests.Block(1), false));
            host.Pass(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([2, 3], host.Replies.OfType<BlockPublished>().Select(static r => r.RequestId));
        Failed failed = Assert.Single(host.Replies.OfType<Failed>());
        Assert.Equal((5L, FailureCode.Busy), (failed.RequestId, failed.Code));
        for (int stripe = 0; stripe < 14; stripe++) Here(host, stripe, taken: 2);
        Assert.Equal(new BlockPublished(4, 3), host.Replies[^1]);
    }

    [Fact]
    public void A_channel_that_another_publishes_on_is_busy()
    {
        Open(_host);
        for (int stripe = 0; stripe < 3; stripe++) _host.Receive(new StripeHead(Stripe(stripe), Root(stripe), HeadWord.InUse, Key, 0, NonceOf(_host, stripe)), Root(stripe));
        Failed failed = Assert.IsType<Failed>(_host.Replies.Single());
        Assert.Equal((1L, FailureCode.Busy), (failed.RequestId, failed.Code));
        Assert.Contains($"{Publisher.Id}", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_publisher_keeps_to_its_pace()
    {
        Open(_host, bytesPerSecond: 100);
        for (int stripe = 0; stripe < 16; stripe++) Here(_host, stripe);
        for (long id = 2; id < 5; id++) _host.Component.OnRequest(new PublishBlock(id, Timeout, 1, BlockCodeTests.Block(200), false));
        Assert.Single(_host.Replies.OfType<BlockPublished>());
        _host.Pass(Second * 2);
        Assert.Equal(2, _host.Replies.OfType<BlockPublished>().Count());
        _host.Pass(Second * 2);
        Assert.Equal(3, _host.Replies.OfType<BlockPublished>().Count());
    }

    [Fact]
    public void A_reader_that_does_not_keep_up_is_told_what_it_missed_and_goes_on()
    {
        FakeHost host = _host;
        host.Component.OnRequest(new WatchChannel(1, Timeout, Name) { Window = 1 });
        for (int stripe = 0; stripe < 16; stripe++) Attach(host, stripe);
        host.Replies.Clear();
        for (ulong block = 1; block <= 3; block++) GiveAll(host, block);
        Assert.Equal([typeof(StreamBegan), typeof(StreamBlock)], host.Replies.Select(static r => r.GetType()));
        host.Component.OnRequest(new WatchCredit(2, Timeout, 1, 1));
        Assert.Equal((2UL, 3UL), host.Replies[^1] is StreamGap gap ? (gap.From, gap.To) : default);
        host.Component.OnRequest(new WatchCredit(3, Timeout, 1, 1));
        GiveAll(host, 4);
        Assert.Equal(4UL, Assert.IsType<StreamBlock>(host.Replies[^1]).Number);
    }

    [Fact]
    public void Who_watches_no_longer_leaves_its_parents_and_lets_its_children_go()
    {
        FakeHost host = Attached(offer: 8);
        NodeHandle child = FakeHost.Peer(At(8, 1));
        host.Passes(Join(8, child), Stripe(8), child);
        host.Sent.Clear();
        host.Component.OnRequest(new EndWatch(2, Timeout, 1));
        Assert.Equal([child, Parent], host.TakeSent<LeaveStripe>().Select(static s => s.To));
        Assert.Contains(new WatchEnded(2), host.Replies);
    }

    [Fact]
    public void Wrong_requests_are_answered_with_a_reason()
    {
        _host.Component.OnRequest(new WatchChannel(1, Timeout, ""));
        _host.Component.OnRequest(new WatchChannel(2, Timeout, Name) { Window = -1 });
        _host.Component.OnRequest(new EndWatch(3, Timeout, 99));
        _host.Component.OnRequest(new OpenStream(4, Timeout, Name, 0));
        _host.Component.OnRequest(new PublishBlock(5, Timeout, 99, new byte[] { 1 }, false));
        Assert.Equal(
            [FailureCode.Invalid, FailureCode.Invalid, FailureCode.NotFound, FailureCode.Invalid, FailureCode.NotFound],
            _host.Replies.Cast<Failed>().Select(static f => f.Code));
    }

    [Fact]
    public void What_must_come_from_a_neighbour_is_not_taken_from_the_end_of_a_route()
    {
        _host.Component.Deliver(new Pastry.Applications.RoutedMessage { Key = Stripe(8), Source = Parent, Payload = Piece(8, 1) });
        Assert.Contains(_host.Facts, static f => f.Kind == FactKind.MessageRefused);
    }

    /// <summary>A point with these two first digits, far from any stripe's key.</summary>
    private static RingId At(int first, int second) => new(((UInt128)(uint)((first << 4) | second) << 120) | 7);

    private static RingId Stripe(int index) => ChannelName.StripeOf(Channel, index);

    private static NodeHandle Root(int stripe) => FakeHost.Peer(Stripe(stripe));

    private static FakeHost HostAt(RingId self, StreamsOptions? options = null) => new(self, options, self.Plus(1), self.Plus(2), self.Plus(3), self.Plus(4), self.Plus(UInt128.MaxValue), self.Plus(UInt128.MaxValue - 1), self.Plus(UInt128.MaxValue - 2), self.Plus(UInt128.MaxValue - 3));

    private static JoinStripe Join(int stripe, NodeHandle child, ulong nonce = 1) => new(Stripe(stripe), child, nonce, true);

    private static void Watch(FakeHost host) => host.Component.OnRequest(new WatchChannel(1, Timeout, Name));

    /// <summary>A child of stripe 8 that has said its first word.</summary>
    private static void Take(FakeHost host, NodeHandle child)
    {
        host.Passes(Join(8, child), Stripe(8), child);
        host.Receive(new StripeAlive(Stripe(8), true, 0), child);
        host.Sent.Clear();
    }

    private static JoinStripe RoutedJoin(FakeHost host, int stripe) => (JoinStripe)host.Routed.Last(r => r.Key == Stripe(stripe)).Message;

    private static void Attach(FakeHost host, int stripe) => host.Receive(new StripeAccepted(Stripe(stripe), RoutedJoin(host, stripe).Nonce, [Parent.Id]), Parent);

    private static FakeHost Attached(int offer, int stripe = 8)
    {
        FakeHost host = HostAt(At(8, 0xE), new StreamsOptions { Offer = offer });
        Watch(host);
        Attach(host, stripe);
        return host;
    }

    private static void Open(FakeHost host, long bytesPerSecond = 0) => host.Component.OnRequest(new OpenStream(1, Timeout, Name, 100) { BytesPerSecond = bytesPerSecond });

    private static void Here(FakeHost host, int stripe, ulong taken = 0) =>
        host.Receive(new StripeHead(Stripe(stripe), Root(stripe), HeadWord.Here, new StreamKey(100, host.Self.Id), taken, NonceOf(host, stripe)), Root(stripe));

    private static ulong NonceOf(FakeHost host, int stripe) => ((StripeHead)host.Routed.Last(r => r.Key == Stripe(stripe)).Message).Nonce;

    private static void GiveAll(FakeHost host, ulong block)
    {
        for (int stripe = 0; stripe < 16; stripe++) host.Receive(Piece(stripe, block), Parent);
    }

    private static StripePiece Piece(int stripe, ulong block)
    {
        Blob content = BlockCodeTests.Block(100, block);
        Blob[] pieces = BlockCode.Split(content);
        return new StripePiece(Stripe(stripe), Key, block, content.Length, false, pieces[stripe], PieceTree.ProofsOf(pieces)[stripe]);
    }

    private static Blob Payload(JoinStripe join)
    {
        var writer = new WireWriter();
        join.Write(writer);
        return writer.Written.ToArray();
    }
}
