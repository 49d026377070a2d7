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
