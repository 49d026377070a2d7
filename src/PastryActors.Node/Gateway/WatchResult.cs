using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;
using PastryActors.Streams.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>
/// A watch: "watching" once, then "began", "block" (id = number, payload in base64), "gap" and "ended" of stream after stream, and "closed" with a
/// problem document as the last word; as server-sent events, or over a WebSocket if one was asked for.
/// </summary>
internal sealed class WatchResult(INodeAccess node, string channel, int window, TimeSpan timeout, TimeProvider time) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext context) => new EventFeed(node, time).ExecuteAsync(
        context,
        id => new WatchChannel(id, timeout, channel) { Window = window },
        (id, watch) => new EndWatch(id, timeout, watch),
        static reply => reply is WatchBegan,
        Write);

    private void Write(ISubscriptionWriter writer, Reply reply)
    {
        ChannelEvent happened = reply switch
        {
            WatchBegan began => new(channel, "watching", Stripes: began.Stripes),
            StreamBegan began => new(channel, "began", began.First, Publisher: began.Key.Publisher.ToString()),
            StreamBlock block => new(channel, "block", block.Number, block.Payload.Memory.ToArray()),
            StreamGap gap => new(channel, "gap", Gap: [gap.From, gap.To], Reason: gap.Reason),
            StreamEnded ended => new(channel, "ended", ended.Last, Complete: ended.IsComplete),
            _ => throw new InvalidOperationException($"the node answered {reply.GetType().Name} to a watch"),
        };
        writer.Event(happened.Kind, happened.Kind == "block" ? happened.Block : null, happened, PastryJson.Default.ChannelEvent);
    }
}
