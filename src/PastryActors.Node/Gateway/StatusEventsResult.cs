using System.Text.Json;
using PastryActors.Client;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>
/// A node watched, as server-sent events: "status" with the document of /status each second while it changes, and at least every
/// fifteen seconds, so that whoever watches can tell silence from a dead line. Ends when the watcher goes or the node does.
/// </summary>
/// <param name="describe">The node as it is now.</param>
/// <param name="ended">Told once, at the end.</param>
internal sealed class StatusEventsResult(Func<CancellationToken, Task<NodeDescription>> describe, TimeProvider time, Action ended) : IResult
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private const int PeriodsOfSilenceMax = 15;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, context.StoppingToken());
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            using var timer = new PeriodicTimer(Period, time);
            NodeDescription? last = null;
            int silent = 0;
            do
            {
                NodeDescription? now = await TryDescribeAsync(end.Token).ConfigureAwait(false);
                if (now is null || (++silent < PeriodsOfSilenceMax && last is not null && IsSame(now, last))) continue;
                (last, silent) = (now, 0);
                await WriteAsync(context, now, end.Token).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The watcher has gone, or the node goes.
        }
        finally
        {
            ended();
        }
    }

    // A node that starts again answers later; the line to the watcher stands meanwhile.
    private async Task<NodeDescription?> TryDescribeAsync(CancellationToken end)
    {
        try
        {
            return await describe(end).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or RequestFailedException)
        {
            return null;
        }
    }

    // The uptime always differs, and a page can count seconds by itself.
    private static bool IsSame(NodeDescription now, NodeDescription before) =>
        Serialize(now with { UptimeSeconds = 0 }).AsSpan().SequenceEqual(Serialize(before with { UptimeSeconds = 0 }));

    private static byte[] Serialize(NodeDescription node) => JsonSerializer.SerializeToUtf8Bytes(node, PastryJson.Default.NodeDescription);

    private static async Task WriteAsync(HttpContext context, NodeDescription now, CancellationToken end)
    {
        byte[] item = [.. "event: status\ndata: "u8, .. Serialize(now), .. "\n\n"u8];
        await context.Response.Body.WriteAsync(item, end).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(end).ConfigureAwait(false);
    }
}
