namespace PastryActors.Store.Upkeep;

/// <summary>
/// The background work of a store as something that one can see and steer: scrubs and compacts in small units, no faster than told, and
/// pauses when asked. A host runs one for each store it has open.
/// </summary>
public sealed class StoreCaretaker
{
    // A pass is to be over when this much of the period is: the rest is for days on which the node is down.
    private const double PassShare = 0.75;

    // The next begins a little before the period is over, or what was read first would always be overdue when it is read again.
    private const double CycleShare = 0.9;

    private readonly VolumeStore _store;
    private readonly CaretakerOptions _options;
    private readonly TimeProvider _time;
    private long _scrubbedBytes;
    private long _damaged;
    private long _scrubPasses;
    private long _scrubSpeed;
    private volatile bool _scrubPaused;
    private volatile bool _compactionPaused;
    private volatile bool _compacts;
    private volatile bool _hurries;

    public StoreCaretaker(VolumeStore store, CaretakerOptions options, TimeProvider time)
    {
        options.Validate();
        (_store, _options, _time) = (store, options, time);
    }

    /// <summary>Whether scrubbing rests. Takes effect after the unit under way; nothing of what was read is read twice for it.</summary>
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

    /// <summary>Bytes scrubbed since the start.</summary>
    public long ScrubbedBytes => Interlocked.Read(ref _scrubbedBytes);

    /// <summary>Objects that scrubbing found damaged since the start.</summary>
    public long ScrubDamaged => Interlocked.Read(ref _damaged);

    /// <summary>Complete passes over everything listed, since the start.</summary>
    public long ScrubPasses => Interlocked.Read(ref _scrubPasses);

    /// <summary>Bytes a second that scrubbing reads now; zero while it rests between two passes.</summary>
    public long ScrubBytesPerSecond => _scrubPaused ? 0 : Interlocked.Read(ref _scrubSpeed);

    /// <summary>Whether the last look of compaction found something to do.</summary>
    public bool Compacts => _compacts && !_compactionPaused;

    /// <summary>In which everything is to be read again.</summary>
    public TimeSpan ScrubPeriod => _options.ScrubPeriod;

    /// <summary>Begins a pass over everything now, as fast as it may; also while paused, which then ends.</summary>
    public void ScrubNow()
    {
        _store.RestartScrub();
        (_hurries, _scrubPaused) = (true, false);
    }

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(
        Task.Run(() => RepeatAsync(ScrubUnit, cancel), CancellationToken.None),
        Task.Run(() => RepeatAsync(CompactUnitAsync, cancel), CancellationToken.None));

    /// <summary>How fast to read: so that what is left is read when it should be, within the bounds.</summary>
    internal static long SpeedFor(in ScrubProgress progress, DateTimeOffset now, CaretakerOptions options)
    {
        TimeSpan left = (progress.Under ?? now) + (options.ScrubPeriod * PassShare) - now;
        double wanted = left > TimeSpan.Zero ? progress.LeftBytes / left.TotalSeconds : double.MaxValue;
        return (long)Math.Clamp(wanted, options.ScrubBytesPerSecondMin, options.ScrubBytesPerSecondMax);
    }

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
        ScrubProgress progress = _store.ScrubProgress;
        DateTimeOffset now = _time.GetUtcNow();
        bool isDue = progress.Under is not null || progress.PassBegan is not { } last || last + (_options.ScrubPeriod * CycleShare) <= now;
        if (ScrubPaused || !isDue)
        {
            Interlocked.Exchange(ref _scrubSpeed, 0);
            return ValueTask.FromResult(_options.IdleInterval);
        }

        long speed = _hurries ? _options.ScrubBytesPerSecondMax : SpeedFor(progress, now, _options);
        Interlocked.Exchange(ref _scrubSpeed, speed);
        ScrubStep step = _store.Scrub(_options.UnitBytes, cancel);
        Interlocked.Add(ref _scrubbedBytes, step.CheckedBytes);
        Interlocked.Add(ref _damaged, step.Damaged);
        if (!step.PassComplete) return ValueTask.FromResult(RestAfter(step.CheckedBytes, speed));
        _hurries = false;
        Interlocked.Exchange(ref _scrubSpeed, 0);
        Interlocked.Increment(ref _scrubPasses);
        return ValueTask.FromResult(_options.ScrubPeriod < _options.IdleInterval ? _options.ScrubPeriod : _options.IdleInterval);
    }

    private async ValueTask<TimeSpan> CompactUnitAsync(CancellationToken _)
    {
        if (CompactionPaused) return _options.IdleInterval;
        CompactionStep step = await _store.CompactAsync(_options.UnitBytes).ConfigureAwait(false);
        _compacts = step.Worked;
        return step.Worked ? RestAfter(step.MovedBytes, _options.CompactionBytesPerSecond) : _options.IdleInterval;
    }

    private static TimeSpan RestAfter(long bytes, long bytesPerSecond) => TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
}
