using System.Net.Http.Headers;

namespace PastryActors.Client;

/// <summary>
/// Speaks with any node over its HTTP gateway. Every failure is a <see cref="PastryException"/>. Safe for any thread; make one and keep it.
/// </summary>
public sealed class PastryClient : IDisposable
{
    private readonly Gateway _gateway;

    /// <summary>A client of the node at <paramref name="node"/>.</summary>
    /// <param name="node">The base URL of its gateway.</param>
    /// <param name="token">The bearer token, where the node wants one.</param>
    public PastryClient(Uri node, string? token = null)
        : this(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false }, node, token)
    {
    }

    /// <summary>A client that sends through <paramref name="handler"/>, which it disposes of.</summary>
    public PastryClient(HttpMessageHandler handler, Uri node, string? token = null)
    {
        // The node has a deadline of its own for every request and says what was late; an upload may rightly take hours.
        var http = new HttpClient(handler) { BaseAddress = node, Timeout = Timeout.InfiniteTimeSpan };
        if (!string.IsNullOrEmpty(token)) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _gateway = new Gateway(http);
        Node = node;
        Past = new PastClient(_gateway);
        Scribe = new ScribeClient(_gateway);
        Overlay = new OverlayClient(_gateway);
    }

    /// <summary>The node spoken with.</summary>
    public Uri Node { get; }

    /// <summary>Files.</summary>
    public PastClient Past { get; }

    /// <summary>Topics.</summary>
    public ScribeClient Scribe { get; }

    /// <summary>The node and its ring.</summary>
    public OverlayClient Overlay { get; }

    /// <inheritdoc/>
    public void Dispose() => _gateway.Dispose();
}
