using PastryActors.Core.Driving;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;

namespace PastryActors.Streams.Tests.Publishing;

/// <summary>A stream that was told to end ends, whatever becomes of its blocks: else its channel would stay with a publisher that is gone.</summary>
public sealed class EndingTests : StreamsComponentTest
{
    private readonly FakeHost _host = HostAt(At(8, 0xE), new StreamsOptions { WindowBlocks = 2, PublishQueueBlocks = 1 });

    // Two blocks are on their way and not confirmed, the third waits, a fourth has no room.
    public EndingTests()
    {
        Open(_host);
        for (int stripe = 0; stripe < 16; stripe++) Here(_host, stripe);
        for (long id = 2; id < 6; id++) Publish(id, isEnd: false);
        Assert.Equal((5L, FailureCode.Busy), Assert.Single(_host.Replies.OfType<Failed>()) is var f ? (f.RequestId, f.Code) : default);
        _host.Replies.Clear();
    }

    [Fact]
    public void The_end_is_taken_where_no_block_has_room_and_is_sent_in_its_turn()
    {
        Publish(6, isEnd: true);
        Assert.Empty(_host.Replies);
        for (int stripe = 0; stripe < 14; stripe++) Here(_host, stripe, taken: 2);
        _host.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal([new BlockPublished(4, 3), new BlockPublished(6, 4)], _host.Replies);
        Assert.Equal(14, _host.Sent.Count(static s => s.Message is StripePiece { IsEnd: true, Block: 4 }));
    }

    [Fact]
    public void Nothing_follows_an_end_that_waits()
    {
        Publish(6, isEnd: true);
        Publish(7, isEnd: false);
        Publish(8, isEnd: true);
        Assert.Equal([(7, FailureCode.NotFound), (8, FailureCode.NotFound)], _host.Replies.Cast<Failed>().Select(static f => (f.RequestId, f.Code)));
    }

    [Fact]
    public void An_end_that_cannot_be_sent_in_its_time_ends_the_stream_all_the_same()
    {
        Publish(6, isEnd: true);
        for (int stripe = 0; stripe < 16; stripe++) _host.Component.PeerFailed(Root(stripe));
        _host.Pass(Timeout + Second);
        Assert.Equal([(4, FailureCode.TimedOut), (6, FailureCode.TimedOut)], _host.Replies.Cast<Failed>().Select(static f => (f.RequestId, f.Code)));
        _host.Routed.Clear();
        _host.Pass(Second * 10);
        Assert.DoesNotContain(_host.Routed, static r => r.Message is StripeHead);
        _host.Replies.Clear();
        Open(_host);
        for (int stripe = 0; stripe < 14; stripe++) Here(_host, stripe);
        Assert.IsType<StreamOpened>(Assert.Single(_host.Replies));
    }

    private void Publish(long id, bool isEnd)
    {
        _host.Component.OnRequest(new PublishBlock(id, Timeout, 1, new byte[] { 1 }, isEnd));
        // The pace lets one go at a time.
        _host.Pass(TimeSpan.FromMilliseconds(1));
    }
}
