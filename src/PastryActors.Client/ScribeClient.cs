using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;

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
        _gateway.AskAsync(HttpMethod.Put, PathOf(topic), PastryJson.Default.TopicCreated, Repeat.IfUnseen, cancellation, () => JsonContent.Create(definition, PastryJson.Default.TopicDefinition));

    /// <summary>
    /// Publishes one message and answers with its number once it survives the death of the topic's root. A failure other than a connection that
    /// never came about is not repeated: whether the message is in the topic is not known then, and a second one would be a second message.
    /// </summary>
    /// <param name="payload">At most 1 MiB.</param>
    public Task<PublishReceipt> PublishAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Post, PathOf(topic), PastryJson.Default.PublishReceipt, Repeat.IfUnseen, cancellation, () => BodyOf(payload));

    /// <inheritdoc cref="SubscribeAsync(string, string?, Action{ulong}?, CancellationToken)"/>
    public IAsyncEnumerable<TopicEvent> SubscribeAsync(string topic, string? from = null, CancellationToken cancellation = default) =>
        SubscribeAsync(topic, from, null, cancellation);

    /// <summary>
    /// The messages of a topic in order, each once; what cannot be had is a gap. A connection that breaks is taken up where it was, at the next
    /// gateway if there are several. Ends only by <paramref name="cancellation"/> or by a <see cref="PastryException"/> that says why; resume
    /// with the last sequence seen plus one.
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
        await using var subscription = new Subscription(_gateway, PathOf(topic), from, anycasts, subscribed);
        while (true) yield return await subscription.NextAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The topics whose trees the node is in.</summary>
    /// <param name="topic">One topic's name; null for all.</param>
    public Task<TopicList> DescribeAsync(string? topic = null, CancellationToken cancellation = default) =>
        _gateway.GetAsync(topic is null ? "/topics" : $"/topics?topic={Uri.EscapeDataString(topic)}", PastryJson.Default.TopicList, cancellation);

    /// <summary>Hands a message to one subscriber of the topic that takes anycasts, the nearest in the tree.</summary>
    /// <param name="payload">At most 64 KiB.</param>
    /// <exception cref="PastryException">"not-found": nobody takes it.</exception>
    public Task<AnycastReceipt> AnycastAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Post, PathOf(topic) + "/anycast", PastryJson.Default.AnycastReceipt, Repeat.IfUnseen, cancellation, () => BodyOf(payload));

    /// <summary>The topic's tree, node by node, as the nodes themselves describe it at this moment.</summary>
    /// <exception cref="PastryException">"not-found": nobody subscribes or publishes to the topic.</exception>
    public Task<TopicTree> TreeAsync(string topic, CancellationToken cancellation = default) =>
        _gateway.GetAsync(PathOf(topic) + "/tree", PastryJson.Default.TopicTree, cancellation);

    private static string PathOf(string topic) => "/topics/" + Uri.EscapeDataString(topic);

    private static ReadOnlyMemoryContent BodyOf(ReadOnlyMemory<byte> payload) => new(payload) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
}
