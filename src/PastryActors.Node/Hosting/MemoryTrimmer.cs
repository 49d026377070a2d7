namespace PastryActors.Node.Hosting;

/// <summary>
/// Gives memory back to the system when a busy time is over. The collector keeps what a transfer needed until it runs again, and in a
/// quiet process it does not: many nodes that share a machine would each hold on to their busiest moment.
/// </summary>
internal sealed class MemoryTrimmer : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>What an idle node allocates in a period, with room to spare.</summary>
    private const long QuietBytes = 4 << 20;

    /// <summary>Less than this was allocated since the last time: not worth a full collection, which takes some milliseconds.</summary>
    private const long WorthwhileBytes = 64 << 20;

    private readonly ITimer _timer;
    private long _allocatedBefore;
    private long _allocatedAtTrim;

    public MemoryTrimmer(TimeProvider time) => _timer = time.CreateTimer(_ => Look(), null, Period, Period);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        bool quiet = allocated - _allocatedBefore < QuietBytes;
        _allocatedBefore = allocated;
        if (!quiet || allocated - _allocatedAtTrim < WorthwhileBytes) return;
        _allocatedAtTrim = allocated;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
