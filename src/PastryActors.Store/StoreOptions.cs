namespace PastryActors.Store;

/// <summary>How a <see cref="VolumeStore"/> is set up. Immutable; validated when the store opens.</summary>
public sealed record StoreOptions
{
    /// <summary>
    /// The folder of the volumes. Made if it is not there; used by one store at a time, which a lock file in it ensures. One
    /// file system, local: over a network neither the lock nor the sync can be relied on.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Bytes that the store may take on the disk, dead records included. What is over it is refused as full, once compaction can make no more
    /// room. At least 16 times <see cref="ObjectBytesMax"/>: about an eighth at most is held back so that removals and compaction always have room.
    /// </summary>
    public required long CapacityBytes { get; init; }

    /// <summary>
    /// Bytes at which a volume is closed and the next begun; never more than a sixteenth of the capacity. Larger means fewer open
    /// files (one a volume); smaller means that compaction frees space in smaller steps. 1 MiB to 2 GiB; 256 MiB by default.
    /// </summary>
    public long VolumeBytes { get; init; } = 256L << 20;

    /// <summary>Largest meta and content together, in bytes: a larger write fails. The default is a chunk (1 MiB) and 64 KiB for its certificate.</summary>
    public int ObjectBytesMax { get; init; } = (1 << 20) + (64 << 10);

    /// <summary>
    /// Writes and removals that may wait for the writer; beyond it they are refused at once and counted. At 10,000 small writes a
    /// second, which a modest disk takes, 4,096 are under half a second: who waits longer has an asker that gave up.
    /// </summary>
    public int WriteQueueCountMax { get; init; } = 4096;

    /// <summary>Bytes of meta and content that may wait for the writer: this bounds the memory that a slow disk can hold up. 64 MiB by default.</summary>
    public long WriteQueueBytesMax { get; init; } = 64L << 20;

    /// <summary>Reads that may wait for a reader; beyond it they are refused at once and counted.</summary>
    public int ReadQueueCountMax { get; init; } = 4096;

    /// <summary>
    /// Threads that read. Each holds at most one object's bytes. More serve a disk that is good at parallel reads (flash: 4 to 16);
    /// a spinning disk gains nothing beyond 2.
    /// </summary>
    public int ReaderThreads { get; init; } = 4;

    /// <summary>
    /// Bytes that one group commit (one sync) takes at most. Larger means more throughput for large objects and a longer wait for the
    /// small ones in the same group: 16 MiB are about 10 ms of a fast disk and 150 ms of a slow one.
    /// </summary>
    public long GroupBytesMax { get; init; } = 16L << 20;

    /// <summary>How long closing waits for the writer and the readers to finish what is queued. What is not synced by then was not acknowledged either.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(Folder), nameof(Folder), "must name a folder");
        Require(ObjectBytesMax is >= 1024 and <= 1 << 30, nameof(ObjectBytesMax), "must be from 1 KiB to 1 GiB");
        Require(CapacityBytes >= 16L * ObjectBytesMax, nameof(CapacityBytes), $"must be at least 16 times {nameof(ObjectBytesMax)} ({16L * ObjectBytesMax})");
        Require(VolumeBytes is >= 1L << 20 and <= 2L << 30, nameof(VolumeBytes), "must be from 1 MiB to 2 GiB");
        Require(WriteQueueCountMax > 0, nameof(WriteQueueCountMax), "must be positive");
        Require(WriteQueueBytesMax >= ObjectBytesMax, nameof(WriteQueueBytesMax), $"must hold at least one object of {nameof(ObjectBytesMax)}");
        Require(ReadQueueCountMax > 0, nameof(ReadQueueCountMax), "must be positive");
        Require(ReaderThreads is >= 1 and <= 256, nameof(ReaderThreads), "must be from 1 to 256");
        Require(GroupBytesMax is >= 4096 and <= 1L << 30, nameof(GroupBytesMax), "must be from 4 KiB to 1 GiB");
        Require(CloseTimeout > TimeSpan.Zero, nameof(CloseTimeout), "must be positive");
    }

    private static void Require(bool holds, string key, string rule)
    {
        if (!holds) throw new ArgumentException($"{nameof(StoreOptions)}.{key} {rule}.", key);
    }
}
