using System.Net.Http.Json;

namespace PastryActors.Client;

/// <summary>The node spoken with and its ring, over HTTP.</summary>
public sealed class OverlayClient
{
    private readonly Gateway _gateway;

    internal OverlayClient(Gateway gateway) => _gateway = gateway;

    /// <summary>The node as it is now.</summary>
    public Task<NodeDescription> StatusAsync(CancellationToken cancellation = default) =>
        _gateway.GetAsync("/status", PastryJson.Default.NodeDescription, cancellation);

    /// <summary>Every node reached by walking leaf sets.</summary>
    public Task<RingWalk> RingAsync(CancellationToken cancellation = default) =>
        _gateway.GetAsync("/ring", PastryJson.Default.RingWalk, cancellation);

    /// <summary>What the node does in the background to keep files alive.</summary>
    public Task<RepairDescription> RepairAsync(CancellationToken cancellation = default) =>
        _gateway.GetAsync("/repair", PastryJson.Default.RepairDescription, cancellation);

    /// <summary>Pauses, resumes or paces it, or begins a scrub; answers how it is then. For a client of one node: of several, it is the one spoken with.</summary>
    public Task<RepairDescription> SteerRepairAsync(RepairOrder order, CancellationToken cancellation = default) => _gateway.AskAsync(
        HttpMethod.Post, "/repair", PastryJson.Default.RepairDescription, Repeat.Never, cancellation, () => JsonContent.Create(order, PastryJson.Default.RepairOrder));

    /// <summary>From which severity on the node logs.</summary>
    public Task<LogDescription> LogAsync(CancellationToken cancellation = default) => _gateway.GetAsync("/log", PastryJson.Default.LogDescription, cancellation);

    /// <summary>Changes that; answers how it is then. For a client of one node, as <see cref="SteerRepairAsync"/>.</summary>
    public Task<LogDescription> SetLogAsync(LogOrder order, CancellationToken cancellation = default) => _gateway.AskAsync(
        HttpMethod.Post, "/log", PastryJson.Default.LogDescription, Repeat.Never, cancellation, () => JsonContent.Create(order, PastryJson.Default.LogOrder));

    /// <summary>What is wrong with the ring, as the node finds by asking everyone it reaches.</summary>
    public Task<RingDiagnosis> DoctorAsync(CancellationToken cancellation = default) =>
        _gateway.GetAsync("/doctor", PastryJson.Default.RingDiagnosis, cancellation);

    /// <summary>The hops of a lookup, node by node.</summary>
    /// <param name="key">32 hexadecimal digits, a fileId, or any text (its hash is the key).</param>
    public Task<RouteTrace> RouteAsync(string key, CancellationToken cancellation = default) =>
        _gateway.GetAsync("/routes/" + Uri.EscapeDataString(key), PastryJson.Default.RouteTrace, cancellation);
}
