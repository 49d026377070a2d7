namespace PastryActors.Store.Upkeep;

/// <summary>What one unit of compaction did.</summary>
/// <param name="Worked">Whether there was anything to do; if not, there is none until more is removed.</param>
/// <param name="MovedBytes">Live bytes copied.</param>
/// <param name="FreedBytes">Bytes given back by a volume that was deleted.</param>
public readonly record struct CompactionStep(bool Worked, long MovedBytes, long FreedBytes);

/// <summary>What one unit of scrubbing did.</summary>
/// <param name="CheckedBytes">Bytes read and checked.</param>
/// <param name="CheckedObjects">Objects read and checked.</param>
/// <param name="Damaged">Of these, how many were quarantined.</param>
/// <param name="PassComplete">Whether the end of the index was reached: the next unit begins a new pass.</param>
public readonly record struct ScrubStep(long CheckedBytes, int CheckedObjects, int Damaged, bool PassComplete);

/// <summary>How far scrubbing is.</summary>
/// <param name="Under">When the pass under way began; null between two passes.</param>
/// <param name="PassBegan">When that, or the last, began.</param>
/// <param name="Completed">When the last complete pass ended; null if none did.</param>
/// <param name="LeftBytes">Bytes of records that the pass under way has still to read, about.</param>
/// <param name="LiveBytes">Bytes of all records.</param>
/// <param name="OldestVerifiedAt">When the oldest of what is held was last read or written and found whole; null if of some that is not known.</param>
public readonly record struct ScrubProgress(
    DateTimeOffset? Under, DateTimeOffset? PassBegan, DateTimeOffset? Completed, long LeftBytes, long LiveBytes, DateTimeOffset? OldestVerifiedAt);
