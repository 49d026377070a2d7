using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PastryActors.Client;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>Where the events of a subscription go, one way or another.</summary>
internal interface ISubscriptionWriter : IAsyncDisposable
{
    /// <summary>Whether the reader heard anything yet; until then a failure can still be a status.</summary>
    bool HasBegun { get; }

    /// <summary>Cancelled when the reader goes.</summary>
    CancellationToken Gone { get; }

    /// <summary>The subscription stands.</summary>
    Task BeginAsync();

    /// <summary>Takes one event.</summary>
    void Event<T>(string kind, ulong? id, T data, JsonTypeInfo<T> type);

    /// <summary>Sends what was taken.</summary>
    Task FlushAsync();

    /// <summary>Nothing happened for a while: a sign of life, where the way itself has none.</summary>
    Task KeepAliveAsync();
}

/// <summary>
/// A subscription: "subscribed" once, "message" (id = sequence, data = JSON with the payload in base64), "anycast" for a message to this
/// subscriber alone, "gap" for what cannot be had, and "closed" with a problem document as the last word; as server-sent events, or over
/// a WebSocket if one was asked for.
/// </summary>
internal sealed class SubscriptionResult(INodeAccess node, string topic, ulong? first, int window, TimeSpan timeout, TimeProvider time) : IResult
{
    /// <summary>How many anycasts the subscriber takes.</summary>
    public int AnycastsWanted { get; init; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext context) => new EventFeed(node, time).ExecuteAsync(
        context,
        id => new Subscribe(id, timeout, topic) { From = first, Window = window, AnycastsWanted = AnycastsWanted },
        (id, subscription) => new Unsubscribe(id, timeout, subscription),
        static reply => reply is Subscribed,
        Write);

    private void Write(ISubscriptionWriter writer, Reply reply)
    {
        switch (reply)
        {
            case Subscribed subscribed: Begin(writer, subscribed.Next); break;
            case TopicMessages messages: WriteMessages(writer, messages); break;
            case AnycastDelivered anycast: WriteAnycast(writer, anycast.Item); break;
            case TopicGap gap: WriteGap(writer, gap.From, gap.To, gap.Cause, gap.Reason); break;
            default: throw new InvalidOperationException($"the node answered {reply.GetType().Name} to a subscription");
        }
    }

    private static void Begin(ISubscriptionWriter writer, ulong next)
    {
        writer.Event("subscribed", null, new PublishReceipt(next), PastryJson.Default.PublishReceipt);
    }

    private void WriteMessages(ISubscriptionWriter writer, TopicMessages messages)
    {
        ulong sequence = messages.First;
        foreach (TopicItem item in messages.Items)
        {
            WriteMessage(writer, sequence++, item);
        }
    }

    private void WriteMessage(ISubscriptionWriter writer, ulong sequence, TopicItem item)
    {
        (string name, Blob payload) = (topic, item.Payload);
        // A prefix's messages say which topic they are of; what does not fit was not published by an honest node, and is left out with a word.
        if (TopicPrefix.IsPrefix(topic) && !TopicPrefix.TryUnwrap(topic, item.Payload, out name, out payload)) WriteGap(writer, sequence, sequence, GapCause.Forged, "not a message of a topic below the prefix");
        else writer.Event("message", sequence, new TopicEvent(name, sequence, item.Publisher.ToString(), payload.Memory.ToArray(), null, null), PastryJson.Default.TopicEvent);
    }

    private void WriteAnycast(ISubscriptionWriter writer, TopicItem item) =>
        writer.Event("anycast", null, new TopicEvent(topic, null, item.Publisher.ToString(), item.Payload.Memory.ToArray(), null, null), PastryJson.Default.TopicEvent);

    private void WriteGap(ISubscriptionWriter writer, ulong from, ulong to, GapCause cause, string reason) =>
        writer.Event("gap", to, new TopicEvent(topic, null, null, null, [from, to], reason) { Code = JsonNamingPolicy.KebabCaseLower.ConvertName(cause.ToString()) }, PastryJson.Default.TopicEvent);
}
