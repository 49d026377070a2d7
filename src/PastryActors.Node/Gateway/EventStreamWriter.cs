using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PastryActors.Node.Gateway;

/// <summary>Events as text/event-stream.</summary>
internal sealed class EventStreamWriter(HttpContext context) : ISubscriptionWriter
{
    /// <inheritdoc/>
    public bool HasBegun => context.Response.HasStarted;

    /// <inheritdoc/>
    public CancellationToken Gone => context.RequestAborted;

    /// <inheritdoc/>
    public Task BeginAsync()
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Event<T>(string kind, ulong? id, T data, JsonTypeInfo<T> type)
    {
        var writer = context.Response.BodyWriter;
        string head = id is null ? $"event: {kind}\ndata: " : $"event: {kind}\nid: {id}\ndata: ";
        Encoding.UTF8.GetBytes(head, writer);
        using (var json = new Utf8JsonWriter(writer)) JsonSerializer.Serialize(json, data, type);
        Encoding.UTF8.GetBytes("\n\n", writer);
    }

    /// <inheritdoc/>
    public async Task FlushAsync() => await context.Response.BodyWriter.FlushAsync(Gone).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task KeepAliveAsync()
    {
        // A comment, which readers of event streams leave out.
        Encoding.UTF8.GetBytes(":\n\n", context.Response.BodyWriter);
        return FlushAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
