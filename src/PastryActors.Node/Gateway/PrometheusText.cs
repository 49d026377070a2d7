using System.Globalization;
using System.Text;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>A node's status in the text format that Prometheus reads (version 0.0.4).</summary>
internal static class PrometheusText
{
    public static string Of(NodeStatus status)
    {
        var text = new StringBuilder(2048);
        Gauge(text, "active", "Whether the node is an active member of its ring.", status.Active ? 1 : 0);
        Gauge(text, "leaf_set_complete", "Whether the leaf set is full or the whole ring.", status.LeafSetComplete ? 1 : 0);
        Gauge(text, "leaf_set_members", "Distinct nodes in the leaf set.", status.LeafSetLeft.Concat(status.LeafSetRight).DistinctBy(p => p.Node.Id).Count());
        Gauge(text, "routing_table_entries", "Nodes in the routing table.", status.RoutingTable.Sum(r => r.Entries.Count));
        Gauge(text, "objects", "Objects on this node's disk.", status.Objects);
        Gauge(text, "object_bytes", "Bytes that they take.", status.Bytes);
        Gauge(text, "capacity_bytes", "Bytes that the disk may hold.", status.CapacityBytes);
        Gauge(text, "mailbox_depth", "Events waiting in the mailbox.", status.MailboxDepth);
        Gauge(text, "process_memory_bytes", "Memory that the process has resident.", Environment.WorkingSet);
        foreach ((string name, long value) in status.Counters.OrderBy(c => c.Key, StringComparer.Ordinal))
            Write(text, NameOf(name) + "_total", "counter", "Counted since the process started.", value);
        return text.ToString();
    }

    private static void Gauge(StringBuilder text, string name, string help, long value) => Write(text, name, "gauge", help, value);

    private static void Write(StringBuilder text, string name, string type, string help, long value) => text.Append(
        CultureInfo.InvariantCulture, $"# HELP pastry_{name} {help}\n# TYPE pastry_{name} {type}\npastry_{name} {value}\n");

    // Only what Prometheus allows in a name.
    private static string NameOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));
}
