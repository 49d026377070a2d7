using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PastryActors.Client;

/// <summary>Scribe over HTTP: publish and subscribe.</summary>
public sealed class ScribeClient
{
    private readonly Gateway _gateway;

    internal ScribeClient(Gateway gateway) => _gateway = gateway;

    /// <summary>
    /// Creates a topic for the node's owner, or changes who may use one that the same owner created. Answers once a majority of the nodes
    /// that keep the topic's numbering knows it; "exists" means that it is another's, or has messages already.
    /// </summary>
    public Task<TopicCreated> CreateAsync(string topic, TopicDefinition definition, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Put, PathOf(topic), PastryJson.Default.TopicCreated, cancellation, JsonContent.Create(definition, PastryJson.Default.TopicDefinition));

    /// <summary>Publishes one message and answers with its number once it survives the death of the topic's root.</summary>
    /// <param name="payload">At most 1 MiB.</param>
    public Task<PublishReceipt> PublishAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        var body = new ReadOnlyMemoryContent(payload);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return _gateway.AskAsync(HttpMethod.Post, PathOf(topic), PastryJson.Default.PublishReceipt, cancellation, body);
    }

    /// <inheritdoc cref="SubscribeAsync(string, string?, Action{ulong}?, CancellationToken)"/>
    public IAsyncEnumerable<TopicEvent> SubscribeAsync(string topic, string? from = null, CancellationToken cancellation = default) =>
        SubscribeAsync(topic, from, null, cancellation);

    /// <summary>
    /// The messages of a topic in order, each once; what cannot be had is a gap. Ends only by <paramref name="cancellation"/> or by a
    /// <see cref="PastryException"/> that says why; resume with the last sequence seen plus one.
    /// </summary>
    /// <param name="from">The first number wanted: a sequence, "earliest", or null for what comes from now on.</param>
    /// <param name="subscribed">Told once, when the subscription stands: of the number of the first message that will come.</param>
    public IAsyncEnumerable<TopicEvent> SubscribeAsync(string topic, string? from, Action<ulong>? subscribed, CancellationToken cancellation = default) =>
        SubscribeAsync(topic, from, 0, subscribed, cancellation);

    /// <inheritdoc cref="SubscribeAsync(string, string?, Action{ulong}?, CancellationToken)"/>
    /// <param name="anycasts">How many messages to one subscriber alone (<see cref="AnycastAsync"/>) it takes, every one counted; those after are declined.</param>
    public async IAsyncEnumerable<TopicEvent> SubscribeAsync(
        string topic, string? from, int anycasts, Action<ulong>? subscribed, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string path = $"{PathOf(topic)}?anycast={anycasts}" + (from is null ? "" : $"&from={Uri.EscapeDataString(from)}");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        using HttpResponseMessage response = await _gateway.SendAsync(request, cancellation).ConfigureAwait(false);
        using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(cancellation).ConfigureAwait(false))
        {
            switch (item.EventType)
            {
                case "message" or "gap" or "anycast": yield return Read(item.Data, PastryJson.Default.TopicEvent); break;
                case "subscribed": subscribed?.Invoke(Read(item.Data, PastryJson.Default.PublishReceipt).Sequence); break;
                case "closed": throw Closed(Read(item.Data, PastryJson.Default.Problem));
                default: break;
            }
        }

        throw new PastryException("no-answer", "the node closed the subscription without a word; it may have died");
    }

    /// <summary>The topics whose trees the node is in.</summary>
    /// <param name="topic">One topic's name; null for all.</param>
    public Task<TopicList> DescribeAsync(string? topic = null, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Get, topic is null ? "/topics" : $"/topics?topic={Uri.EscapeDataString(topic)}", PastryJson.Default.TopicList, cancellation);

    /// <summary>Hands a message to one subscriber of the topic that takes anycasts, the nearest in the tree.</summary>
    /// <param name="payload">At most 64 KiB.</param>
    /// <exception cref="PastryException">"not-found": nobody takes it.</exception>
    public Task<AnycastReceipt> AnycastAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        var body = new ReadOnlyMemoryContent(payload);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return _gateway.AskAsync(HttpMethod.Post, PathOf(topic) + "/anycast", PastryJson.Default.AnycastReceipt, cancellation, body);
    }

    /// <summary>The topic's tree, node by node, as the nodes themselves describe it at this moment.</summary>
    /// <exception cref="PastryException">"not-found": nobody subscribes or publishes to the topic.</exception>
    public Task<TopicTree> TreeAsync(string topic, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Get, PathOf(topic) + "/tree", PastryJson.Default.TopicTree, cancellation);

    private static string PathOf(string topic) => "/topics/" + Uri.EscapeDataString(topic);

    private static T Read<T>(string data, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(data, type) ?? throw new PastryException("bad-answer", "an event of the subscription is empty");

    private static PastryException Closed(Problem problem) => new(problem.Code, problem.Detail);
}
