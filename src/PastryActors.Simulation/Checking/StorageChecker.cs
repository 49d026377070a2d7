using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// What nodes say they store is what their disks hold, and after quiescence all of them together hold k times what was acknowledged, as far as there was room.
/// Objects that nobody was promised (inserts that failed half way, reclaims) are told, not judged.
/// </summary>
public sealed class StorageChecker(SimRing ring, FileWorkload files, FileChecker placement) : IChecker
{
    /// <inheritdoc/>
    public string Name => "storage";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        files.Collect();
        long saidBytes = 0;
        foreach (SimNode node in ring.Live)
        {
            if (ring.StoreOf(node)?.Status() is not { } said) continue;
            (int objects, long bytes) = node.Disk is { } disk ? (disk.ContentCount, disk.ContentBytes) : default;
            if (said.Objects != objects || said.ContentBytes != bytes) return new CheckResult(Name, false, $"{node} says that it holds {said.Objects} objects of {said.ContentBytes} bytes; on its disk are {objects} of {bytes}");
            saidBytes += bytes;
        }

        long promised = files.Acknowledged.Sum(static c => (long)c.ContentLength * c.Replicas);
        long unplaced = files.Acknowledged.Sum(c => (long)c.ContentLength * Math.Max(0, c.Replicas - ring.Live.Count)) + placement.MissingForWantOfRoomBytes;
        bool ok = saidBytes >= promised - unplaced;
        return new CheckResult(Name, ok, string.Create(CultureInfo.InvariantCulture, $"{saidBytes} bytes on all disks, {promised - unplaced} promised, {saidBytes - promised + unplaced} beyond"));
    }
}
