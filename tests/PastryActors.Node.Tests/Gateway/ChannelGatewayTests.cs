using System.IO.Pipelines;
using System.Net;
using System.Text;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Requests;

namespace PastryActors.Node.Tests.Gateway;

/// <summary>Channels over HTTP, by the client library, over a node that a test answers for.</summary>
public sealed class ChannelGatewayTests : IDisposable
{
    private const int BlockBytes = 100;

    private static readonly StreamKey Key = new(123, new RingId(7));

    private readonly TestNode _node = new();
    private readonly List<PublishBlock> _blocks = [];
    private readonly SemaphoreSlim _published = new(0);
    private readonly TaskCompletionSource<WatchChannel> _watch = new();
    private readonly TaskCompletionSource<EndWatch> _ended = new();
    private readonly TaskCompletionSource<WatchCredit> _credit = new();
    private Func<OpenStream, Reply> _open = static o => new StreamOpened(o.Id, Key, BlockBytes);

    private Func<PublishBlock, Reply?> _publish = static _ => null;

    public ChannelGatewayTests() => _node.Ring.Before = Answer;

    [Fact]
    public async Task What_is_published_is_cut_into_blocks_and_ended()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        byte[] content = TestNode.Bytes(250);
        StreamReceipt receipt = await client.Streams.PublishAsync("a/b ü", new MemoryStream(content), 5000, TestNode.Deadline);
        Assert.Equal(new StreamReceipt("a/b ü", Key.Publisher.ToString(), Key.Epoch, 3, 250), receipt);
        Assert.Equal([100, 100, 50, 0], _blocks.Select(static b => b.Payload.Length));
        Assert.Equal([false, false, false, true], _blocks.Select(static b => b.IsEnd));
        Assert.Equal(content, _blocks.SelectMany(static b => b.Payload.Memory.ToArray()));
    }

    [Fact]
    public async Task What_comes_slowly_is_published_as_it_comes()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        var pipe = new Pipe();
        Task<StreamReceipt> publishing = client.Streams.PublishAsync("live", pipe.Reader.AsStream(), null, TestNode.Deadline);
        for (int i = 1; i <= 3; i++)
        {
            await pipe.Writer.WriteAsync(new byte[10], TestNode.Deadline);
            await _published.WaitAsync(TestNode.Deadline);
        }

        await pipe.Writer.CompleteAsync();
        Assert.Equal(30, (await publishing).Bytes);
    }

    [Fact]
    public async Task A_publisher_that_goes_ends_its_stream()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        var pipe = new Pipe();
        using var gone = new CancellationTokenSource();
        Task publishing = client.Streams.PublishAsync("live", pipe.Reader.AsStream(), null, gone.Token);
        await pipe.Writer.WriteAsync(new byte[10], TestNode.Deadline);
        await _published.WaitAsync(TestNode.Deadline);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publishing);
        await _published.WaitAsync(TestNode.Deadline);
        Assert.True(_blocks[^1].IsEnd);
    }

    [Fact]
    public async Task A_publisher_that_goes_before_its_stream_is_open_ends_it_when_it_is()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        var asked = new TaskCompletionSource<OpenStream>();
        var opens = new TaskCompletionSource();
        _node.Ring.Hold = request =>
        {
            if (request is not OpenStream open) return Task.CompletedTask;
            asked.TrySetResult(open);
            return opens.Task;
        };
        using var gone = new CancellationTokenSource();
        Task publishing = client.Streams.PublishAsync("live", new Pipe().Reader.AsStream(), null, gone.Token);
        OpenStream stream = await asked.Task.WaitAsync(TestNode.Deadline);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publishing);
        opens.SetResult();
        await _published.WaitAsync(TestNode.Deadline);
        Assert.True(Assert.Single(_blocks) is { IsEnd: true } end && end.Stream == stream.Id);
    }

    [Fact]
    public async Task An_end_that_the_node_has_no_room_for_is_handed_over_again()
    {
        int refusals = 2;
        _publish = b => b.IsEnd && refusals-- > 0 ? new Failed(b.Id, FailureCode.Busy, "the mailbox of this node is full") : null;
        (PastryClient client, _) = await _node.ServeAsync();
        Assert.Equal(10, (await client.Streams.PublishAsync("live", new MemoryStream(new byte[10]), null, TestNode.Deadline)).Bytes);
        Assert.Equal([false, true, true, true], _blocks.Select(static b => b.IsEnd));
    }

    [Fact]
    public async Task A_channel_in_use_is_told_with_its_code()
    {
        _open = static o => new Failed(o.Id, FailureCode.Busy, "node 07 publishes on the channel");
        (PastryClient client, _) = await _node.ServeAsync();
        var refused = await Assert.ThrowsAsync<PastryException>(() => client.Streams.PublishAsync("live", new MemoryStream(new byte[10]), null, TestNode.Deadline));
        Assert.Equal(("busy", HttpStatusCode.ServiceUnavailable), (refused.Code, refused.Status));
        Assert.Empty(_blocks);
    }

    [Fact]
    public async Task Who_watches_is_told_all_that_happens_in_order()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        await using IAsyncEnumerator<ChannelEvent> events = client.Streams.WatchAsync("live", TestNode.Deadline).GetAsyncEnumerator();
        ValueTask<bool> first = events.MoveNextAsync();
        long id = (await _watch.Task.WaitAsync(TestNode.Deadline)).Id;
        Reply[] replies =
        [
            new StreamBegan(id, Key, 4), new StreamBlock(id, 4, "four"u8.ToArray()), new StreamGap(id, 5, 6, "late"), new StreamEnded(id, 6, true),
        ];
        Assert.True(await first);
        Assert.Equal(("watching", 15), (events.Current.Kind, events.Current.Stripes));
        List<ChannelEvent> told = [];
        foreach (Reply reply in replies)
        {
            _node.Ring.Table.OnReply(reply);
            Assert.True(await events.MoveNextAsync());
            told.Add(events.Current);
        }

        Assert.Equal(["began", "block", "gap", "ended"], told.Select(static e => e.Kind));
        Assert.Equal((4UL, Key.Publisher.ToString()), (told[0].Block!.Value, told[0].Publisher));
        Assert.Equal((4UL, "four"), (told[1].Block!.Value, Encoding.UTF8.GetString(told[1].Payload!)));
        Assert.Equal([5UL, 6UL], told[2].Gap!);
        Assert.Equal((6UL, true), (told[3].Block!.Value, told[3].Complete!.Value));
        await events.DisposeAsync();
        Assert.Equal(id, (await _ended.Task.WaitAsync(TestNode.Deadline)).Watch);
    }

    [Fact]
    public async Task A_reader_that_reads_says_so()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        await using IAsyncEnumerator<ChannelEvent> events = client.Streams.WatchAsync("live", TestNode.Deadline).GetAsyncEnumerator();
        ValueTask<bool> next = events.MoveNextAsync();
        WatchChannel watch = await _watch.Task.WaitAsync(TestNode.Deadline);
        for (ulong block = 1; block <= (ulong)watch.Window / 2; block++)
        {
            Assert.True(await next);
            _node.Ring.Table.OnReply(new StreamBlock(watch.Id, block, new byte[1]));
            next = events.MoveNextAsync();
        }

        Assert.Equal((watch.Id, watch.Window / 2), await _credit.Task.WaitAsync(TestNode.Deadline) is var credit ? (credit.Watch, credit.Count) : default);
        Assert.True(await next);
    }

    [Theory]
    [InlineData("/streams/" + "%00")]
    [InlineData("/streams?channel=%07")]
    public async Task A_name_that_no_channel_has_is_refused(string path)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative), TestNode.Deadline);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_pace_that_is_none_is_refused()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using var content = new ByteArrayContent([1]);
        using HttpResponseMessage response = await http.PostAsync(new Uri("/streams/live?rate=0", UriKind.Relative), content, TestNode.Deadline);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task The_channels_of_a_node_are_listed_stripe_by_stripe()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        ChannelList list = await client.Streams.DescribeAsync("live", TestNode.Deadline);
        Assert.Equal((3, 24), (list.Children, list.Offer));
        ChannelDescription channel = Assert.Single(list.Channels);
        Assert.Equal((1, "attached", 9UL), (channel.Stripes.Count, channel.Stripes[0].Place, channel.Stripes[0].Last));
    }

    public void Dispose()
    {
        _node.Dispose();
        _published.Dispose();
    }

    private Reply? Answer(Request request)
    {
        switch (request)
        {
            case OpenStream open: return _open(open);
            case PublishBlock block:
                _blocks.Add(block);
                _published.Release();
                return _publish(block) ?? new BlockPublished(block.Id, (ulong)_blocks.Count);
            case WatchChannel watch:
                _watch.TrySetResult(watch);
                return new WatchBegan(watch.Id, 15);
            case WatchCredit credit:
                _credit.TrySetResult(credit);
                return null;
            case EndWatch end:
                _ended.TrySetResult(end);
                return new WatchEnded(end.Id);
            case DescribeChannels describe:
                var stripe = new StripeStatus(2, "attached", FakeRing.Self, [], 9);
                return new ChannelsDescribed(describe.Id, [new ChannelStatus(ChannelName.IdOf("live"), "live", 1, false, [stripe], 5, 1, 0)], 3, 24);
            default: return null;
        }
    }
}
