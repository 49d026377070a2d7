using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PastryActors.Client;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>
/// A subscription as server-sent events: "subscribed" once, "message" (id = sequence, data = JSON with the payload in base64), "anycast"
/// for a message to this subscriber alone, "gap" for what cannot be had, and "closed" with a problem document as the last word.
/// </summary>
internal sealed class SubscriptionResult(INodeAccess node, string topic, ulong? first, TimeSpan timeout) : IResult
{
    /// <summary>How many anycasts the subscriber takes.</summary>
    public int AnycastsWanted { get; init; }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext context)
    {
        CancellationToken gone = context.RequestAborted;
        IAsyncEnumerable<Reply> replies = node.StreamAsync(
            id => new Subscribe(id, timeout, topic) { AnycastsWanted = AnycastsWanted }, (id, subscription) => new Unsubscribe(id, timeout, subscription), gone);
        try
        {
            await foreach (Reply reply in replies.ConfigureAwait(false))
            {
                Write(context, reply);
                await context.Response.Body.FlushAsync(gone).ConfigureAwait(false);
            }
        }
        catch (RequestFailedException reason) when (context.Response.HasStarted)
        {
            Event(context, "closed", null, Problems.Of(reason), PastryJson.Default.Problem);
            await context.Response.Body.FlushAsync(gone).ConfigureAwait(false);
        }
    }

    private void Write(HttpContext context, Reply reply)
    {
        switch (reply)
        {
            case Subscribed subscribed: Begin(context, subscribed.Next); break;
            case TopicMessages messages: WriteMessages(context, messages); break;
            case AnycastDelivered anycast: WriteAnycast(context, anycast.Item); break;
            case TopicGap gap: WriteGap(context, gap.From, gap.To, gap.Reason); break;
            default: throw new InvalidOperationException($"the node answered {reply.GetType().Name} to a subscription");
        }
    }

    private void Begin(HttpContext context, ulong next)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        Event(context, "subscribed", null, new PublishReceipt(next), PastryJson.Default.PublishReceipt);
        if (first < next) WriteGap(context, first.Value, next - 1, "published before this subscription; topics keep no history to replay yet");
    }

    private void WriteMessages(HttpContext context, TopicMessages messages)
    {
        ulong sequence = messages.First;
        foreach (TopicItem item in messages.Items)
        {
            WriteMessage(context, sequence++, item);
        }
    }

    private void WriteMessage(HttpContext context, ulong sequence, TopicItem item)
    {
        (string name, Blob payload) = (topic, item.Payload);
        // A prefix's messages say which topic they are of; what does not fit was not published by an honest node, and is left out with a word.
        if (TopicPrefix.IsPrefix(topic) && !TopicPrefix.TryUnwrap(topic, item.Payload, out name, out payload)) WriteGap(context, sequence, sequence, "not a message of a topic below the prefix");
        else Event(context, "message", sequence, new TopicEvent(name, sequence, item.Publisher.ToString(), payload.Memory.ToArray(), null, null), PastryJson.Default.TopicEvent);
    }

    private void WriteAnycast(HttpContext context, TopicItem item) =>
        Event(context, "anycast", null, new TopicEvent(topic, null, item.Publisher.ToString(), item.Payload.Memory.ToArray(), null, null), PastryJson.Default.TopicEvent);

    private void WriteGap(HttpContext context, ulong from, ulong to, string reason) =>
        Event(context, "gap", to, new TopicEvent(topic, null, null, null, [from, to], reason), PastryJson.Default.TopicEvent);

    private static void Event<T>(HttpContext context, string kind, ulong? id, T data, JsonTypeInfo<T> type)
    {
        var writer = context.Response.BodyWriter;
        string head = id is null ? $"event: {kind}\ndata: " : $"event: {kind}\nid: {id}\ndata: ";
        Encoding.UTF8.GetBytes(head, writer);
        using (var json = new Utf8JsonWriter(writer)) JsonSerializer.Serialize(json, data, type);
        Encoding.UTF8.GetBytes("\n\n", writer);
    }
}
