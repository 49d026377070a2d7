using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Store.Files;
using PastryActors.Store.Index;
using PastryActors.Store.Reading;
using PastryActors.Store.Upkeep;
using PastryActors.Store.Volumes;
using PastryActors.Store.Writing;

namespace PastryActors.Store;

/// <summary>
/// The disk of one node: immutable objects by fileId in append-only volumes (docs/store-format.md). Carries out <see cref="StoreWrite"/>,
/// <see cref="StoreRead"/> and <see cref="StoreRemove"/>; what it answers with <see cref="StoreStatus.Done"/> survives the loss of power.
/// Safe for all threads.
/// </summary>
public sealed class VolumeStore : IAsyncDisposable
{
    private readonly StoreOptions _options;
    private readonly IVolumeFolder _folder;
    private readonly StoreLimits _limits;
    private readonly StoreEvents _events;
    private readonly Catalog _catalog = new();
    private readonly Scrubber _scrubber;
    private readonly BoundedQueue<(Work Work, IWorkCompletion? Completion)> _writes;
    private readonly BoundedQueue<(StoreRead Work, IWorkCompletion Completion)> _reads;
    private readonly Task[] _threads;
    private int _disposed;

    private VolumeStore(StoreOptions options, IVolumeFolder folder, IStoreObserver observer, TimeProvider time)
    {
        _options = options;
        _folder = folder;
        _limits = new StoreLimits(options);
        _events = new StoreEvents(observer, time);
        _writes = new BoundedQueue<(Work, IWorkCompletion?)>(options.WriteQueueCountMax, options.WriteQueueBytesMax);
        _reads = new BoundedQueue<(StoreRead, IWorkCompletion)>(options.ReadQueueCountMax, long.MaxValue);
        var recovery = new StoreRecovery(folder, _limits, _catalog, _events);
        recovery.Run();
        var quarantine = new Quarantine(_catalog, _events, Remember);
        var appender = new VolumeAppender(folder, _limits, _catalog, _events, recovery);
        var compactor = new Compactor(folder, _limits, _catalog, appender, quarantine, _events);
        var writer = new GroupWriter(options, _limits, _writes, _catalog, appender, compactor, _events);
        var readers = new ReaderPool(_reads, _catalog, quarantine, _events);
        _scrubber = new Scrubber(_catalog, quarantine, _events, new ScrubLedger(folder));
        _threads = [Start("store writer", writer.Run), .. Enumerable.Range(0, options.ReaderThreads).Select(i => Start($"store reader {i}", readers.Run))];
    }

    /// <summary>
    /// Everything that is listed, tombstones too (their content length is 0). Complete before the first work is submitted; later, a
    /// view in motion.
    /// </summary>
    public IEnumerable<StoreEntry> Entries => _catalog.Entries();

    /// <summary>The figures of this moment.</summary>
    public StoreUsage Usage => _catalog.Usage(_limits, _events.Counters);

    /// <summary>
    /// Opens the folder and reads what is in it: about a second for a million small objects that are in the page cache. Nothing that it finds
    /// in there keeps it from starting.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    /// <exception cref="StoreUnusableException">The folder cannot be used, or another process holds it.</exception>
    public static VolumeStore Open(StoreOptions options, IStoreObserver observer)
    {
        options.Validate();
        return Open(options, DiskFolder.Acquire(options.Folder), observer);
    }

    internal static VolumeStore Open(StoreOptions options, IVolumeFolder folder, IStoreObserver observer, TimeProvider? time = null)
    {
        options.Validate();
        try
        {
            return new VolumeStore(options, folder, observer, time ?? TimeProvider.System);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            folder.Dispose();
            throw new StoreUnusableException($"The store folder '{options.Folder}' cannot be used: {error.Message}", error);
        }
    }

    /// <summary>
    /// Takes the work and returns at once; <paramref name="completion"/> is told exactly once, on a thread of the store, and must return at
    /// once. False if the queue is full (counted) or the store is closed: then nothing happens and nobody is told.
    /// </summary>
    /// <exception cref="ArgumentException">The work is not the store's.</exception>
    public bool TrySubmit(Work work, IWorkCompletion completion)
    {
        bool taken = work switch
        {
            StoreRead read => _reads.TryAdd((read, completion), 0),
            StoreWrite write => _writes.TryAdd((write, completion), WeightOf(write)),
            StoreRemove remove => _writes.TryAdd((remove, completion), remove.Tombstone.Length),
            _ => throw new ArgumentException($"{work.GetType().Name} is not work of a store.", nameof(work)),
        };
        if (!taken) Interlocked.Increment(ref _events.Counters.QueueRefusals);
        return taken;
    }

    /// <summary>
    /// Does one unit of compaction, of about <paramref name="bytesMax"/> copied bytes, in the writer's turn. Says that nothing was done
    /// also when the queue is full. A write that needs room compacts without being asked; this is for doing it before.
    /// </summary>
    public Task<CompactionStep> CompactAsync(long bytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        var order = new CompactionOrder(bytesMax, new TaskCompletionSource<CompactionStep>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _writes.TryAdd((order, null), 0) ? order.Done.Task : Task.FromResult(default(CompactionStep));
    }

    /// <summary>Reads and checks about <paramref name="bytesMax"/> bytes on the caller's thread, from where the last call ended.</summary>
    public ScrubStep Scrub(long bytesMax, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        return _scrubber.Step(bytesMax, cancel);
    }

    /// <summary>How far scrubbing is.</summary>
    public ScrubProgress ScrubProgress => _scrubber.Progress;

    /// <summary>Lets the next <see cref="Scrub"/> begin at the beginning.</summary>
    public void RestartScrub() => _scrubber.Restart();

    /// <summary>Takes no more work, finishes what is queued, closes the files and gives the folder free; waits no longer than the options say.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        bool scrubEnded = _scrubber.Close(_options.CloseTimeout);
        _reads.Close(takers: _threads.Length - 1);
        _writes.Close(takers: 1);
        try
        {
            await Task.WhenAll(_threads).WaitAsync(_options.CloseTimeout).ConfigureAwait(false);
            if (!scrubEnded) throw new TimeoutException("A scrub did not end in time.");
        }
        catch (TimeoutException error)
        {
            // A disk that hangs: its thread holds the files, and the lock must stay with them.
            _events.Surprise(error);
            return;
        }

        foreach (Volume volume in _catalog.Volumes()) volume.Release();
        _folder.Dispose();
    }

    private static int WeightOf(StoreWrite write) => (int)Math.Min(int.MaxValue, (long)write.Meta.Length + ((write.Content as MemoryContent)?.Length ?? 0));

    private void Remember(IndexEntry damaged)
    {
        if (!_writes.TryAdd((new ForgetDamaged(damaged.Object, damaged.Volume), null), 0)) Interlocked.Increment(ref _events.Counters.QueueRefusals);
    }

    private static Task Start(string name, Action body)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            body();
            ended.SetResult();
        })
        { IsBackground = true, Name = name }.Start();
        return ended.Task;
    }
}
