using System.Net.Http.Json;

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

    /// <summary>What the node does in the background to keep files alive.</summary>
    public Task<RepairDescription> RepairAsync(CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Get, "/repair", PastryJson.Default.RepairDescription, cancellation);

    /// <summary>Pauses, resumes or paces it, or begins a scrub; answers how it is then.</summary>
    public async Task<RepairDescription> SteerRepairAsync(RepairOrder order, CancellationToken cancellation = default)
    {
        using HttpContent body = JsonContent.Create(order, PastryJson.Default.RepairOrder);
        return await _gateway.AskAsync(HttpMethod.Post, "/repair", PastryJson.Default.RepairDescription, cancellation, body).ConfigureAwait(false);
    }

    /// <summary>What is wrong with the ring, as the node finds by asking everyone it reaches.</summary>
    public Task<RingDiagnosis> DoctorAsync(CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Get, "/doctor", PastryJson.Default.RingDiagnosis, cancellation);

    /// <summary>The hops of a lookup, node by node.</summary>
    /// <param name="key">32 hexadecimal digits, a fileId, or any text (its hash is the key).</param>
    public Task<RouteTrace> RouteAsync(string key, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Get, "/routes/" + Uri.EscapeDataString(key), PastryJson.Default.RouteTrace, cancellation);
}
