namespace PastryActors.Client;

/// <summary>The node spoken with and its ring, over HTTP.</summary>
public sealed class OverlayClient
{
    private readonly Gateway _gateway;

    internal OverlayClient(Gateway gateway) => _gateway = gateway;

    /// <summary>The node as it is now.</summary>
    public Task<NodeDescription> StatusAsync(CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Get, "/status", PastryJson.Default.NodeDescription, cancellation);

    /// <summary>Every node reached by walking leaf sets.</summary>
    public Task<RingWalk> RingAsync(CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Get, "/ring", PastryJson.Default.RingWalk, cancellation);

    /// <summary>The hops of a lookup, node by node.</summary>
    /// <param name="key">32 hexadecimal digits, a fileId, or any text (its hash is the key).</param>
    public Task<RouteTrace> RouteAsync(string key, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Get, "/routes/" + Uri.EscapeDataString(key), PastryJson.Default.RouteTrace, cancellation);
}
