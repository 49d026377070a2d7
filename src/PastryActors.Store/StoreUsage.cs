namespace PastryActors.Store;

/// <summary>What the store holds and what happened to it since it opened, at one moment.</summary>
public sealed record StoreUsage
{
    /// <summary>Bytes that the store may take.</summary>
    public required long CapacityBytes { get; init; }

    /// <summary>Used bytes from which on a write is refused as full: the capacity less the reserve for removals and compaction.</summary>
    public required long WritableBytes { get; init; }

    /// <summary>Bytes of all volumes on the disk.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>Bytes of the records that are listed; what is used beyond them, compaction can give back.</summary>
    public required long LiveBytes { get; init; }

    /// <summary>Bytes of removal records, kept as long as an older volume may hold what they remove.</summary>
    public required long RemovalBytes { get; init; }

    /// <summary>Objects listed, tombstones not counted.</summary>
    public required long Objects { get; init; }

    /// <summary>Tombstones listed.</summary>
    public required long Tombstones { get; init; }

    /// <summary>Volumes on the disk.</summary>
    public required int Volumes { get; init; }

    /// <summary>Bytes of memory that the index takes.</summary>
    public required long IndexBytes { get; init; }

    /// <summary>Objects dropped because their bytes did not match. Rising: the disk goes bad.</summary>
    public required long Quarantined { get; init; }

    /// <summary>Bytes without a readable record, found while opening.</summary>
    public required long RottenBytes { get; init; }

    /// <summary>Bytes cut off the last volume while opening: writes that nobody was told of.</summary>
    public required long TornBytes { get; init; }

    /// <summary>Work refused because a queue was full. Rising: the disk is slower than what is asked of it.</summary>
    public required long QueueRefusals { get; init; }

    /// <summary>Writes refused because the capacity, or the disk itself, is full.</summary>
    public required long FullRefusals { get; init; }

    /// <summary>Writes and removals that the disk failed.</summary>
    public required long FailedChanges { get; init; }

    /// <summary>Reads that the disk failed.</summary>
    public required long FailedReads { get; init; }

    /// <summary>Group commits; changes divided by this is how many shared a sync.</summary>
    public required long Groups { get; init; }

    /// <summary>Writes and removals made durable.</summary>
    public required long Changes { get; init; }

    /// <summary>Objects read.</summary>
    public required long Reads { get; init; }

    /// <summary>Volumes compacted.</summary>
    public required long Compactions { get; init; }

    /// <summary>Live bytes that compaction copied.</summary>
    public required long MovedBytes { get; init; }

    /// <summary>Exceptions out of completions or observers, and surprises of the store's own: each one is a defect.</summary>
    public required long Unexpected { get; init; }
}
