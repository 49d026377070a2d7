using PastryActors.Store.Files;
using PastryActors.Store.Format;

namespace PastryActors.Store.Volumes;

/// <summary>
/// One volume as the store sees it. The figures belong to the <see cref="Catalog"/> and change under its lock; the file closes when the
/// catalog has let go and the last reader has left.
/// </summary>
internal sealed class Volume(VolumeName name, IVolumeFile file)
{
    private int _leases = 1;
    private long _verifiedTicks;

    public VolumeName Name { get; } = name;

    public uint Number => Name.Number;

    public IVolumeFile File { get; } = file;

    /// <summary>Where the next record goes: everything before is durable. The writer's own.</summary>
    public long End { get; set; }

    /// <summary>Whether the volume is never appended to again. The writer's own.</summary>
    public bool IsSealed { get; set; }

    /// <summary>Whether compaction leaves it alone because not all of it could be read. The writer's own.</summary>
    public bool IsBarred { get; set; }

    /// <summary>Bytes that the file takes.</summary>
    public long LengthBytes { get; set; }

    /// <summary>Bytes of the records that the index points to.</summary>
    public long LiveBytes { get; set; }

    /// <summary>Records that the index points to.</summary>
    public int LiveRecords { get; set; }

    /// <summary>Bytes of removal records.</summary>
    public long RemovalBytes { get; set; }

    /// <summary>The highest volume number that one of the removal records here refers to.</summary>
    public uint NewestRemovedFrom { get; set; }

    /// <summary>
    /// When all records here were last known to be whole, or later: when the volume was begun (its records were checked when they were written) or the
    /// last scrub of it began. Null if nobody remembers.
    /// </summary>
    public DateTimeOffset? VerifiedAt
    {
        get => Interlocked.Read(ref _verifiedTicks) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => Interlocked.Exchange(ref _verifiedTicks, value?.UtcTicks ?? 0);
    }

    /// <summary>Keeps the file open for a reader. Under the catalog's lock, so that it cannot race with the last release.</summary>
    public void Lease() => Interlocked.Increment(ref _leases);

    /// <summary>Ends a reader's lease, or the catalog's own.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) == 0) File.Dispose();
    }
}
