namespace PastryActors.Store.Upkeep;

/// <summary>How much of the disk the <see cref="StoreCaretaker"/> may take. Immutable.</summary>
public sealed record CaretakerOptions
{
    /// <summary>
    /// Bytes a second that scrubbing reads. At 8 MiB/s a terabyte takes a day and a half and a disk hardly notices; higher finds rot
    /// sooner, lower is gentler on a spinning disk.
    /// </summary>
    public long ScrubBytesPerSecond { get; init; } = 8L << 20;

    /// <summary>
    /// Pause between two passes over everything. Replicas rot independently, so what counts is that a pass takes less than the time in which
    /// k of them would: a week is the field's habit.
    /// </summary>
    public TimeSpan ScrubInterval { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Bytes a second that compaction copies while there is no need. When a write needs room it compacts at once, at full speed,
    /// and the writes wait for it: higher makes that rarer.
    /// </summary>
    public long CompactionBytesPerSecond { get; init; } = 32L << 20;

    /// <summary>How long to wait before looking again whether there is something to compact.</summary>
    public TimeSpan IdleInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of one unit of work: what a pause or a stop waits for at most, and what other writes wait behind.</summary>
    public long UnitBytes { get; init; } = 1L << 20;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ScrubBytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CompactionBytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(UnitBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(ScrubInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ScrubInterval, TimeSpan.FromDays(40)); // a timer's limit
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleInterval, TimeSpan.Zero);
    }
}
