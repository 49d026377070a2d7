using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;
using PastryActors.Streams.Tests.Coding;

namespace PastryActors.Streams.Tests;

/// <summary>Watching and publishing, and how pieces go on.</summary>
public sealed class StreamsComponentTests : StreamsComponentTest
{
    [Fact]
    public void A_watch_joins_all_16_stripes_and_stands_when_14_have_a_parent()
    {
        Watch(Host);
        Assert.Equal(16, Host.Routed.Count(static r => r.Message is JoinStripe));
        for (int stripe = 0; stripe < 13; stripe++) Attach(Host, stripe);
        Assert.Empty(Host.Replies);
        Attach(Host, 13);
        Assert.Equal([new WatchBegan(1, 14)], Host.Replies);
    }

    [Fact]
    public void A_watch_fails_with_a_reason_when_too_few_stripes_come_in_in_time()
    {
        Watch(Host);
        Host.Pass(Timeout + Second);
        Failed failed = Assert.IsType<Failed>(Host.Replies.Single());
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
    public void A_publisher_opens_when_14_roots_take_its_stream_and_cuts_blocks_into_pieces()
    {
        Open(Host);
        for (int stripe = 0; stripe < 14; stripe++)
        {
            Assert.Empty(Host.Replies);
            Here(Host, stripe);
        }

        Assert.IsType<StreamOpened>(Host.Replies.Single());
        Host.Sent.Clear();
        Host.Component.OnRequest(new PublishBlock(2, Timeout, 1, BlockCodeTests.Block(100), false));
        Assert.Equal(new BlockPublished(2, 1), Host.Replies[^1]);
        List<(StripePiece Message, NodeHandle To)> sent = Host.TakeSent<StripePiece>();
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
        Open(Host);
        for (int stripe = 0; stripe < 3; stripe++) Host.Receive(new StripeHead(Stripe(stripe), Root(stripe), HeadWord.InUse, Key, 0, NonceOf(Host, stripe)), Root(stripe));
        Failed failed = Assert.IsType<Failed>(Host.Replies.Single());
        Assert.Equal((1L, FailureCode.Busy), (failed.RequestId, failed.Code));
        Assert.Contains($"{Publisher.Id}", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_publisher_keeps_to_its_pace()
    {
        Open(Host, bytesPerSecond: 100);
        for (int stripe = 0; stripe < 16; stripe++) Here(Host, stripe);
        // Larger blocks would wait for each other beyond their time, and the stream would break off for its own pace.
        Assert.Equal(100, Assert.IsType<StreamOpened>(Host.Replies[^1]).BlockBytesMax);
        for (long id = 2; id < 5; id++) Host.Component.OnRequest(new PublishBlock(id, Timeout, 1, BlockCodeTests.Block(200), false));
        Assert.Single(Host.Replies.OfType<BlockPublished>());
        Host.Pass(Second * 2);
        Assert.Equal(2, Host.Replies.OfType<BlockPublished>().Count());
        Host.Pass(Second * 2);
        Assert.Equal(3, Host.Replies.OfType<BlockPublished>().Count());
    }

    [Fact]
    public void A_reader_that_does_not_keep_up_is_told_what_it_missed_and_goes_on()
    {
        FakeHost host = Host;
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
        Host.Component.OnRequest(new WatchChannel(1, Timeout, ""));
        Host.Component.OnRequest(new WatchChannel(2, Timeout, Name) { Window = -1 });
        Host.Component.OnRequest(new EndWatch(3, Timeout, 99));
        Host.Component.OnRequest(new OpenStream(4, Timeout, Name, 0));
        Host.Component.OnRequest(new PublishBlock(5, Timeout, 99, new byte[] { 1 }, false));
        Assert.Equal(
            [FailureCode.Invalid, FailureCode.Invalid, FailureCode.NotFound, FailureCode.Invalid, FailureCode.NotFound],
            Host.Replies.Cast<Failed>().Select(static f => f.Code));
    }

    [Fact]
    public void What_must_come_from_a_neighbour_is_not_taken_from_the_end_of_a_route()
    {
        Host.Component.Deliver(new Pastry.Applications.RoutedMessage { Key = Stripe(8), Source = Parent, Payload = Piece(8, 1) });
        Assert.Contains(Host.Facts, static f => f.Kind == FactKind.MessageRefused);
    }
}
