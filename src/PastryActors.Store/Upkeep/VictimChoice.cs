using PastryActors.Store.Format;
using PastryActors.Store.Volumes;

namespace PastryActors.Store.Upkeep;

/// <summary>
/// Which volume compaction takes next. Copying costs what is live and gives back what is dead, so the one with most to give back goes first
/// (the greedy choice; Rosenblum and Ousterhout, SOSP 1991, section 3.5), and the less room there is, the less is asked of it.
/// </summary>
internal static class VictimChoice
{
    // With half of the capacity free a volume must be half dead; with a twentieth free, a sixteenth dead will do.
    private const double RoomyShare = 0.5;
    private const double TightShare = 1.0 / 16;
    private const double RoomyFill = 0.5;
    private const double TightFill = 0.95;

    /// <summary>Bytes that compacting the volume would give back.</summary>
    public static long GainBytes(Volume volume, Catalog catalog)
    {
        bool keepsRemovals = volume.RemovalBytes > 0 && volume.NewestRemovedFrom >= catalog.OldestExcept(volume);
        return volume.LengthBytes - volume.LiveBytes - (keepsRemovals ? volume.RemovalBytes : 0) - VolumeHeader.SizeBytes;
    }

    /// <summary>The share of a volume that must be dead for compaction to be worth its while, by how full the store is (0 to 1).</summary>
    public static double DeadShareWanted(double fill)
    {
        double tightness = Math.Clamp((fill - RoomyFill) / (TightFill - RoomyFill), 0, 1);
        return RoomyShare + (tightness * (TightShare - RoomyShare));
    }

    /// <summary>The volume that gives back most, among those that give at least <paramref name="gainBytesMin"/> and that share of their length; null if none does.</summary>
    public static Volume? Best(ReadOnlySpan<Volume> volumes, Catalog catalog, long gainBytesMin, double gainShareMin)
    {
        Volume? best = null;
        long bestGain = gainBytesMin - 1;
        foreach (Volume volume in volumes)
        {
            if (volume.IsBarred) continue;
            long gain = GainBytes(volume, catalog);
            if (gain > bestGain && gain >= gainShareMin * volume.LengthBytes) (best, bestGain) = (volume, gain);
        }

        return best;
    }
}
