using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>What a node answers again and again, as server-sent events, or over a WebSocket if one was asked for; with signs of life, and "closed" with a problem document as the last word.</summary>
internal sealed class EventFeed(INodeAccess node, TimeProvider time)
{
    /// <summary>Below what proxies take for a dead connection, and a quarter of what the client library does.</summary>
    internal static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(15);

    /// <summary>Runs until the reader or the node goes.</summary>
    /// <param name="open">Makes the opening request from its id.</param>
    /// <param name="close">Makes the closing one from its own id and that of the opening one.</param>
    /// <param name="stands">Whether an answer says that it stands; until then a failure is a status.</param>
    /// <param name="write">Writes one answer.</param>
    public async Task ExecuteAsync(HttpContext context, Func<long, Request> open, Func<long, long, Request> close, Func<Reply, bool> stands, Action<ISubscriptionWriter, Reply> write)
    {
        await using ISubscriptionWriter writer = context.WebSockets.IsWebSocketRequest ? new SocketWriter(context) : new EventStreamWriter(context);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(writer.Gone, context.StoppingToken());
        IAsyncEnumerable<Reply> replies = node.StreamAsync(open, close, end.Token);
        try
        {
            await foreach (Reply? reply in SilenceBreaker.Of(replies, SilenceMax, time, end.Token).ConfigureAwait(false))
            {
                if (reply is null)
                {
                    if (writer.HasBegun) await writer.KeepAliveAsync().ConfigureAwait(false);
                    continue;
                }

                if (stands(reply)) await writer.BeginAsync().ConfigureAwait(false);
                write(writer, reply);
                await writer.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (RequestFailedException reason) when (writer.HasBegun)
        {
            await CloseAsync(writer, Problems.Of(reason)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            if (writer.HasBegun && !writer.Gone.IsCancellationRequested) await CloseAsync(writer, Problems.Make(503, "not-active", "this node goes; ask another")).ConfigureAwait(false);
        }
    }

    private static Task CloseAsync(ISubscriptionWriter writer, Problem reason)
    {
        writer.Event("closed", null, reason, PastryJson.Default.Problem);
        return writer.FlushAsync();
    }
}
