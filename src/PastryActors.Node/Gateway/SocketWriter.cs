using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PastryActors.Node.Gateway;

/// <summary>
/// Events over a WebSocket: a text message each, {"event","id","data"} with the data of the event of that name. The socket only
/// speaks: a reader that sends anything but a close is cut off.
/// </summary>
internal sealed class SocketWriter : ISubscriptionWriter
{
    private static readonly TimeSpan ClosingTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpContext _context;
    private readonly CancellationTokenSource _gone;
    private readonly List<byte[]> _waiting = [];
    private WebSocket? _socket;
    private Task _listening = Task.CompletedTask;

    public SocketWriter(HttpContext context)
    {
        _context = context;
        _gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        Gone = _gone.Token;
    }

    /// <inheritdoc/>
    public bool HasBegun => _socket is not null;

    /// <inheritdoc/>
    public CancellationToken Gone { get; }

    /// <inheritdoc/>
    public async Task BeginAsync()
    {
        _socket = await _context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        _listening = ListenAsync(_socket);
    }

    /// <inheritdoc/>
    public void Event<T>(string kind, ulong? id, T data, JsonTypeInfo<T> type)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("event", kind);
            if (id is { } number) json.WriteNumber("id", number);
            json.WritePropertyName("data");
            JsonSerializer.Serialize(json, data, type);
            json.WriteEndObject();
        }

        _waiting.Add(text.ToArray());
    }

    /// <inheritdoc/>
    public async Task FlushAsync()
    {
        foreach (byte[] message in _waiting) await SendAsync(message).ConfigureAwait(false);
        _waiting.Clear();
    }

    /// <summary>The protocol has pings of its own.</summary>
    public Task KeepAliveAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_socket is not null)
        {
            using var deadline = new CancellationTokenSource(ClosingTimeout);
            await Quietly(_socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token)).ConfigureAwait(false);
            await Quietly(_listening.WaitAsync(deadline.Token)).ConfigureAwait(false);
            _socket.Dispose();
        }

        _gone.Dispose();
    }

    private async Task SendAsync(byte[] message)
    {
        try
        {
            await _socket!.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, Gone).ConfigureAwait(false);
        }
        catch (WebSocketException)
        {
            await _gone.CancelAsync().ConfigureAwait(false);
            throw new OperationCanceledException(Gone);
        }
    }

    // One byte is room enough for a reader that has nothing to say.
    private async Task ListenAsync(WebSocket socket)
    {
        await Quietly(socket.ReceiveAsync(new byte[1], _context.RequestAborted)).ConfigureAwait(false);
        await Quietly(_gone.CancelAsync()).ConfigureAwait(false);
    }

    private static async Task Quietly(Task closing)
    {
        try
        {
            await closing.ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The line is going one way or the other.
        }
    }
}
