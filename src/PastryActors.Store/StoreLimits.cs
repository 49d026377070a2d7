using PastryActors.Store.Format;

namespace PastryActors.Store;

/// <summary>
/// The capacity, cut up: writes stop first, removals later, compaction last, so that a full store can always shrink.
/// </summary>
internal sealed class StoreLimits
{
    // What a volume costs beside its records: its own header, and the mark at its end.
    private const int VolumeOverheadBytes = VolumeHeader.SizeBytes + RecordHeader.SizeBytes;

    public StoreLimits(StoreOptions options)
    {
        long recordMax = RecordHeader.RecordLengthOf(options.ObjectBytesMax, 0);
        CapacityBytes = options.CapacityBytes;
        VolumeBytes = Math.Min(options.VolumeBytes, options.CapacityBytes / 16);
        // A volume is copied before it is deleted, and the copy may begin one volume and end in the next.
        RemovalBytes = CapacityBytes - Math.Max(VolumeBytes, recordMax) - (3 * VolumeOverheadBytes);
        WriteBytes = RemovalBytes - (CapacityBytes / 64);
    }

    public long CapacityBytes { get; }

    /// <summary>Size at which a volume is closed. Only a record that is larger by itself makes a larger one.</summary>
    public long VolumeBytes { get; }

    /// <summary>Used bytes that a removal may not exceed.</summary>
    public long RemovalBytes { get; }

    /// <summary>Used bytes that a write may not exceed.</summary>
    public long WriteBytes { get; }
}
