namespace PastryActors.Store.Upkeep;

/// <summary>
/// The background work of a store as something that one can see and steer: scrubs and compacts in small units, no faster than told, and
/// pauses when asked. A host runs one for each store it has open.
/// </summary>
public sealed class StoreCaretaker
{
    private readonly VolumeStore _store;
    private readonly CaretakerOptions _options;
    private readonly TimeProvider _time;
    private long _scrubbedBytes;
    private long _scrubPasses;
    private volatile bool _scrubPaused;
    private volatile bool _compactionPaused;

    public StoreCaretaker(VolumeStore store, CaretakerOptions options, TimeProvider time)
    {
        options.Validate();
        (_store, _options, _time) = (store, options, time);
    }

    /// <summary>Whether scrubbing rests. Takes effect after the unit under way.</summary>
    public bool ScrubPaused
    {
        get => _scrubPaused;
        set => _scrubPaused = value;
    }

    /// <summary>Whether compaction rests, except where a write needs its room.</summary>
    public bool CompactionPaused
    {
        get => _compactionPaused;
        set => _compactionPaused = value;
    }

    /// <summary>Bytes scrubbed in the pass under way.</summary>
    public long ScrubbedBytes => Interlocked.Read(ref _scrubbedBytes);

    /// <summary>Complete passes over everything listed.</summary>
    public long ScrubPasses => Interlocked.Read(ref _scrubPasses);

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(
        Task.Run(() => RepeatAsync(ScrubUnit, cancel), CancellationToken.None),
        Task.Run(() => RepeatAsync(CompactUnitAsync, cancel), CancellationToken.None));

    private async Task RepeatAsync(Func<CancellationToken, ValueTask<TimeSpan>> unit, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            TimeSpan rest = await unit(cancel).ConfigureAwait(false);
            await Task.Delay(rest, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ValueTask<TimeSpan> ScrubUnit(CancellationToken cancel)
    {
        if (ScrubPaused) return ValueTask.FromResult(_options.IdleInterval);
        ScrubStep step = _store.Scrub(_options.UnitBytes, cancel);
        Interlocked.Add(ref _scrubbedBytes, step.CheckedBytes);
        if (!step.PassComplete) return ValueTask.FromResult(RestAfter(step.CheckedBytes, _options.ScrubBytesPerSecond));
        Interlocked.Exchange(ref _scrubbedBytes, 0);
        Interlocked.Increment(ref _scrubPasses);
        return ValueTask.FromResult(_options.ScrubInterval);
    }

    private async ValueTask<TimeSpan> CompactUnitAsync(CancellationToken _)
    {
        if (CompactionPaused) return _options.IdleInterval;
        CompactionStep step = await _store.CompactAsync(_options.UnitBytes).ConfigureAwait(false);
        return step.Worked ? RestAfter(step.MovedBytes, _options.CompactionBytesPerSecond) : _options.IdleInterval;
    }

    private static TimeSpan RestAfter(long bytes, long bytesPerSecond) => TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
}
