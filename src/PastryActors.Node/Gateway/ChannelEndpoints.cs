using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>Channels over HTTP: POST publishes the body as one stream, as it comes; GET watches (server-sent events, or a WebSocket); GET /streams describes.</summary>
internal sealed class ChannelEndpoints(GatewayServices services, GatewayOptions options)
{
    private const string Prefix = "/streams/";

    /// <summary>How long a byte waits for others to fill its block: not to be noticed by who listens, and many small writes are one block.</summary>
    private static readonly TimeSpan BlockWaitMax = TimeSpan.FromMilliseconds(50);

    /// <summary>Between attempts to hand over the end of a stream to a node that has no room for a request: long enough for it to answer many.</summary>
    private static readonly TimeSpan EndRetryPause = TimeSpan.FromMilliseconds(100);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("GET", "/streams", DescribeAsync).Says("listChannels", "The channels that this node takes part in, stripe by stripe.", ApiAnswer.Json<ChannelList>(), body: "", [ApiParameter.Text("channel", "one channel's name")]);
        routes.Handle("POST", "/streams/{**channel}", PublishAsync).Says(
            "publishStream", "Publishes the body as one stream, block by block as it comes; answered when it has ended.", ApiAnswer.Json<StreamReceipt>(), body: ApiNote.AnyBytes, [ApiParameter.Number("rate", "bytes a second at most")]);
        routes.Handle("GET", "/streams/{**channel}", WatchAsync).Says(
            "watchChannel", "What happens on the channel as server-sent events, each a ChannelEvent; a WebSocket where one is asked for.", ApiAnswer.Text("text/event-stream"));
    }

    private async Task<IResult> PublishAsync(HttpContext context)
    {
        string channel = ChannelOf(RequestReading.NameOf(context, Prefix));
        long rate = RequestReading.LongOf(context, "rate", 1, 1L << 40) ?? 0;
        ulong now = (ulong)services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        // Also when who publishes goes meanwhile: a stream that opened unheard would hold the channel for ever, with nobody to end it.
        StreamOpened opened = await services.Node
            .AskAsync<StreamOpened>(id => new OpenStream(id, options.RequestTimeout, channel, now) { BytesPerSecond = rate }, CancellationToken.None).ConfigureAwait(false);
        (ulong blocks, long bytes) = await SendAsync(context, opened).ConfigureAwait(false);
        return TypedResults.Json(new StreamReceipt(channel, opened.Key.Publisher.ToString(), opened.Key.Epoch, blocks, bytes), PastryJson.Default.StreamReceipt);
    }

    private async Task<(ulong Blocks, long Bytes)> SendAsync(HttpContext context, StreamOpened opened)
    {
        long bytes = 0;
        BlockPublished end;
        try
        {
            var blocks = new BlockReader(context.Request.Body, opened.BlockBytesMax, BlockWaitMax, services.Time);
            while (await blocks.NextAsync(context.RequestAborted).ConfigureAwait(false) is { } block)
            {
                await PublishAsync(opened, block, isEnd: false, context.RequestAborted).ConfigureAwait(false);
                bytes += block.Length;
            }
        }
        finally
        {
            // Also when who published has gone: those who watch are told that nothing follows, and the channel is free.
            end = await EndAsync(opened, context.StoppingToken()).ConfigureAwait(false);
        }

        return (end.Number - 1, bytes);
    }

    /// <summary>A stream takes its end whatever waits before it; what may have no room for it is the way there.</summary>
    private async Task<BlockPublished> EndAsync(StreamOpened opened, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await PublishAsync(opened, [], isEnd: true, CancellationToken.None).ConfigureAwait(false);
            }
            catch (RequestFailedException e) when (e.Code == FailureCode.Busy)
            {
                await Task.Delay(EndRetryPause, services.Time, stopping).ConfigureAwait(false);
            }
        }
    }

    private Task<BlockPublished> PublishAsync(StreamOpened opened, byte[] block, bool isEnd, CancellationToken cancellation) =>
        services.Node.AskAsync<BlockPublished>(id => new PublishBlock(id, options.RequestTimeout, opened.RequestId, block, isEnd), cancellation);

    private Task<IResult> WatchAsync(HttpContext context)
    {
        string channel = ChannelOf(RequestReading.NameOf(context, Prefix));
        return Task.FromResult<IResult>(new WatchResult(services.Node, channel, options.WatchWindow, options.WatchTimeout, services.Time));
    }

    private async Task<IResult> DescribeAsync(HttpContext context)
    {
        string channel = context.Request.Query["channel"].ToString();
        if (channel.Length > 0) ChannelOf(channel);
        ChannelsDescribed answer = await services.Node
            .AskAsync<ChannelsDescribed>(id => new DescribeChannels(id, options.RequestTimeout, channel), context.RequestAborted).ConfigureAwait(false);
        NodeStatus status = await services.Node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(new ChannelList(status.Self.Id.ToString(), answer.Children, answer.Offer, [.. answer.Channels.Select(Documents.Of)]), PastryJson.Default.ChannelList);
    }

    private static string ChannelOf(string channel) => ChannelName.Problem(channel) is { } problem ? throw GatewayRefusalException.Invalid(problem) : channel;
}
