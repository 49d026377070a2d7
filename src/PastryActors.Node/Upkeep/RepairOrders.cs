using PastryActors.Client;
using PastryActors.Past;

namespace PastryActors.Node.Upkeep;

/// <summary>What can be ordered of a node's background work.</summary>
public static class RepairOrders
{
    /// <summary>The workers that can be paused.</summary>
    public static IReadOnlyList<string> Workers { get; } = ["replicas", "stripes", "scrub", "compaction"];

    /// <summary>Why an order cannot be carried out, or null.</summary>
    public static string? Problem(RepairOrder order)
    {
        if (order.Action is not ("pause" or "resume" or "speed" or "scrub")) return $"action must be pause, resume, speed or scrub, not \"{order.Action}\"";
        if (order.Worker is not null && (order.Action is not ("pause" or "resume") || !Workers.Contains(order.Worker)))
            return $"worker goes with pause and resume, and is one of {string.Join(", ", Workers)}";
        if (order.Action != "speed") return null;
        if (order is { BytesPerSecond: null, ObjectsAtOnce: null }) return "speed wants bytesPerSecond, objectsAtOnce or both";
        if (order.BytesPerSecond < PastOptions.RepairBytesPerSecondMin) return $"bytesPerSecond must be at least {PastOptions.RepairBytesPerSecondMin}; to stop repair, pause it";
        return order.ObjectsAtOnce is < 1 or > PastOptions.RepairWindowMax ? $"objectsAtOnce must be 1 to {PastOptions.RepairWindowMax}" : null;
    }
}
