using System.Net.Http.Headers;

namespace PastryActors.Client;

/// <summary>
/// Speaks with the nodes of a ring over their HTTP gateways. Every failure is a <see cref="PastryException"/>. Safe for any thread; make one
/// and keep it.
/// </summary>
public sealed class PastryClient : IDisposable
{
    private readonly Gateway _gateway;

    /// <summary>A client of the node at <paramref name="node"/>.</summary>
    /// <param name="node">The base URL of its gateway.</param>
    /// <param name="token">The bearer token, where the node wants one.</param>
    public PastryClient(Uri node, string? token = null)
        : this(new PastryClientOptions { Nodes = [node], Token = token })
    {
    }

    /// <summary>A client of the nodes that the options name. Throws <see cref="ArgumentException"/> for options that cannot be.</summary>
    public PastryClient(PastryClientOptions options)
        : this(new SocketsHttpHandler { ConnectTimeout = options.ConnectTimeout, UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }, options)
    {
    }

    /// <summary>A client that sends through <paramref name="handler"/>, which it disposes of.</summary>
    public PastryClient(HttpMessageHandler handler, PastryClientOptions options)
    {
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        // The node has a deadline of its own for every request and says what was late; an upload may rightly take hours.
        var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        if (!string.IsNullOrEmpty(options.Token)) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        _gateway = new Gateway(http, options);
        Past = new PastClient(_gateway);
        Scribe = new ScribeClient(_gateway);
        Streams = new StreamsClient(_gateway);
        Overlay = new OverlayClient(_gateway);
    }

    /// <summary>The node spoken with at this moment.</summary>
    public Uri Node => _gateway.Current;

    /// <summary>Files.</summary>
    public PastClient Past { get; }

    /// <summary>Topics.</summary>
    public ScribeClient Scribe { get; }

    /// <summary>Streams for many receivers.</summary>
    public StreamsClient Streams { get; }

    /// <summary>The node and its ring.</summary>
    public OverlayClient Overlay { get; }

    /// <inheritdoc/>
    public void Dispose() => _gateway.Dispose();
}
