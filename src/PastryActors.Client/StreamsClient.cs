using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PastryActors.Client;

/// <summary>Streams for many receivers over HTTP: publish to a channel, and watch one.</summary>
public sealed class StreamsClient
{
    private readonly Gateway _gateway;

    internal StreamsClient(Gateway gateway) => _gateway = gateway;

    /// <summary>
    /// Publishes what <paramref name="content"/> has, as it comes, and ends the stream where it ends. Streams are of the moment: who does not watch
    /// then gets nothing of it, and who publishes is not told who got it.
    /// </summary>
    /// <param name="bytesPerSecond">The pace; null for what the node allows.</param>
    /// <exception cref="PastryException">"busy": another node publishes on the channel.</exception>
    public Task<StreamReceipt> PublishAsync(string channel, Stream content, long? bytesPerSecond = null, CancellationToken cancellation = default)
    {
        string path = PathOf(channel) + (bytesPerSecond is { } rate ? string.Create(CultureInfo.InvariantCulture, $"?rate={rate}") : "");
        // What was read of the content is gone: it is sent once.
        return _gateway.AskAsync(HttpMethod.Post, path, PastryJson.Default.StreamReceipt, Repeat.Never, cancellation, () => new LiveContent(content));
    }

    /// <summary>
    /// What happens on a channel: blocks in order, each once, and gaps for those that cannot be had; stream after stream. Ends only by
    /// <paramref name="cancellation"/> or by a <see cref="PastryException"/> that says why.
    /// </summary>
    public async IAsyncEnumerable<ChannelEvent> WatchAsync(string channel, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        HttpResponseMessage response = await _gateway.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, PathOf(channel)) { Headers = { { "Accept", "text/event-stream" } } }, Repeat.Freely, cancellation)
            .ConfigureAwait(false);
        await using Stream body = await ResponseStream.OfAsync(response, _gateway.Options, cancellation).ConfigureAwait(false);
        await using IAsyncEnumerator<SseItem<string>> items = SseParser.Create(body).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (await NextAsync(items).ConfigureAwait(false)) yield return Read(items.Current);
        throw new PastryException("no-answer", "the node closed the stream without a word; it may have died");
    }

    /// <summary>The channels that the node takes part in.</summary>
    /// <param name="channel">One channel's name; null for all.</param>
    public Task<ChannelList> DescribeAsync(string? channel = null, CancellationToken cancellation = default) =>
        _gateway.GetAsync(channel is null ? "/streams" : $"/streams?channel={Uri.EscapeDataString(channel)}", PastryJson.Default.ChannelList, cancellation);

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new PastryException("no-answer", $"the stream broke: {e.Message}", null, e);
        }
    }

    private static ChannelEvent Read(SseItem<string> item)
    {
        try
        {
            if (item.EventType == "closed") throw JsonSerializer.Deserialize(item.Data, PastryJson.Default.Problem) is { } problem ? new PastryException(problem.Code, problem.Detail) : new JsonException("it is empty");
            return JsonSerializer.Deserialize(item.Data, PastryJson.Default.ChannelEvent) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new PastryException("bad-answer", $"an event of the stream cannot be read: {e.Message}", null, e);
        }
    }

    private static string PathOf(string channel) => "/streams/" + Uri.EscapeDataString(channel);
}
