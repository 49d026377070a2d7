using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>One figure of a node.</summary>
/// <param name="Name">Lower case, words joined by underscores.</param>
/// <param name="Help">What it is, in a sentence.</param>
/// <param name="IsCounter">Whether it only grows while the process lives.</param>
internal readonly record struct NodeFigure(string Name, string Help, long Value, bool IsCounter);

/// <summary>The figures that a node's status holds, for /metrics and its history.</summary>
internal static class NodeFigures
{
    /// <summary>Those of a status' counters that also fall: what is there now. All others only grow while the process lives.</summary>
    private static readonly Dictionary<string, string> Levels = new(StringComparer.Ordinal)
    {
        ["past_objects"] = "Objects that PAST holds here.",
        ["past_tombstones"] = "Reclaimed objects that are remembered.",
        ["past_content_bytes"] = "Bytes of content that PAST holds here.",
        ["past_pointers"] = "Objects that a neighbour holds for this node.",
        ["past_fetches_open"] = "Objects being fetched to restore k.",
        ["past_surplus_watched"] = "Objects here that others should hold, not yet let go.",
        ["past_requests_open"] = "Requests of this node to the store of the ring that are open.",
        ["past_under_replicated"] = "Objects that should be here and are not, as far as the node knows.",
        ["connections_open"] = "Connections with other nodes.",
        ["store_live_bytes"] = "Bytes of the disk's records that are in use.",
        ["store_volumes"] = "Volume files.",
        ["coded_files_kept"] = "Coded files that this node keeps an eye on.",
        ["coded_chunks_missing"] = "Chunks of these that nobody holds now.",
        ["coded_stripes_lost"] = "Stripes of these of which too few chunks are left.",
    };

    public static IEnumerable<NodeFigure> Of(NodeStatus status)
    {
        yield return Gauge("active", "Whether the node is an active member of its ring.", status.Active ? 1 : 0);
        yield return Gauge("leaf_set_complete", "Whether the leaf set is full or the whole ring.", status.LeafSetComplete ? 1 : 0);
        yield return Gauge("leaf_set_members", "Distinct nodes in the leaf set.", status.LeafSetLeft.Concat(status.LeafSetRight).DistinctBy(p => p.Node.Id).Count());
        yield return Gauge("routing_table_entries", "Nodes in the routing table.", status.RoutingTable.Sum(r => r.Entries.Count));
        yield return Gauge("objects", "Objects on this node's disk.", status.Objects);
        yield return Gauge("object_bytes", "Bytes that they take.", status.Bytes);
        yield return Gauge("capacity_bytes", "Bytes that the disk may hold.", status.CapacityBytes);
        yield return Gauge("mailbox_depth", "Events waiting in the mailbox.", status.MailboxDepth);
        yield return Gauge("process_memory_bytes", "Memory that the process has resident.", Environment.WorkingSet);
        foreach ((string name, long value) in status.Counters.OrderBy(c => c.Key, StringComparer.Ordinal))
            yield return Levels.TryGetValue(name, out string? what) ? Gauge(NameOf(name), what, value) : new NodeFigure(NameOf(name), "Counted since the process started.", value, IsCounter: true);
    }

    private static NodeFigure Gauge(string name, string help, long value) => new(name, help, value, IsCounter: false);

    // Only what Prometheus allows in a name.
    private static string NameOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));
}
