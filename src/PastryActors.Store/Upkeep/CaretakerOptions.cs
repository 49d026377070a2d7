namespace PastryActors.Store.Upkeep;

/// <summary>How much of the disk the <see cref="StoreCaretaker"/> may take. Immutable.</summary>
public sealed record CaretakerOptions
{
    /// <summary>
    /// In which everything that is held is read again. Replicas rot independently, so what counts is that it is less than the time in which
    /// k of them would: a month is the field's habit. The speed follows from it and from what is held.
    /// </summary>
    public TimeSpan ScrubPeriod { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Bytes a second that scrubbing reads at least while there is something to read, so that a small store is done within minutes and
    /// then rests. A disk hardly notices it.
    /// </summary>
    public long ScrubBytesPerSecondMin { get; init; } = 1L << 20;

    /// <summary>Bytes a second that scrubbing reads at most: when it is behind its time, or an operator asked for a pass now.</summary>
    public long ScrubBytesPerSecondMax { get; init; } = 32L << 20;

    /// <summary>
    /// Bytes a second that compaction copies while there is no need. When a write needs room it compacts at once, at full speed,
    /// and the writes wait for it: higher makes that rarer.
    /// </summary>
    public long CompactionBytesPerSecond { get; init; } = 32L << 20;

    /// <summary>How long to wait before looking again whether there is something to do.</summary>
    public TimeSpan IdleInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of one unit of work: what a pause or a stop waits for at most, and what other writes wait behind.</summary>
    public long UnitBytes { get; init; } = 1L << 20;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ScrubBytesPerSecondMin);
        ArgumentOutOfRangeException.ThrowIfLessThan(ScrubBytesPerSecondMax, ScrubBytesPerSecondMin);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CompactionBytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(UnitBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(ScrubPeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleInterval, TimeSpan.Zero);
    }
}
