using System.Diagnostics;
using System.Numerics;
using Microsoft.Win32.SafeHandles;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store;

namespace PastryActors.Node.Benches;

/// <summary>The volume store alone: durable writes, then reads.</summary>
internal static class StoreBench
{
    private static readonly TimeSpan PeerTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FillTimeMax = TimeSpan.FromMinutes(4);

    /// <summary>As many as the store lets wait for its writer.</summary>
    private const int FillAtOnce = 4096;

    public static async Task<BenchResult> RunAsync(BenchPlan plan, CancellationToken stop)
    {
        if (plan.Bytes > 1 << 20) throw new InvalidDataException("the store takes objects of 1 MiB at most: give a smaller --size");
        var sheet = new FigureSheet();
        var options = new StoreOptions { Folder = Path.Combine(plan.Folder, "store"), CapacityBytes = 64L << 30 };
        await using (VolumeStore store = VolumeStore.Open(options, new Silent()))
        {
            byte[] meta = new byte[200];
            if (plan.Stored > 0) await FillAsync(plan, store, meta, sheet, stop).ConfigureAwait(false);
            plan.Note($"writing objects of {plan.Bytes} bytes");
            LoadResult writes = await LoadLoop.RunAsync(plan.Load, (number, _) => WriteAsync(store, plan.Stored + number, plan.Bytes, meta), stop).ConfigureAwait(false);
            sheet.Set("writesPerSecond", writes.PerSecond);
            sheet.Set("writtenBytesPerSecond", writes.PerSecond * plan.Bytes);
            sheet.Set("p50Micros", writes.Latencies.Percentile(0.5));
            sheet.Set("p99Micros", writes.Latencies.Percentile(0.99));
            plan.Note("reading them");
            // Each once, spread over all that is there: with a stride that has no divisor in common with their number, none comes twice.
            long stored = plan.Stored + Math.Max(writes.Done, 1);
            long stride = StrideOf(stored);
            LoadResult reads = await LoadLoop.RunAsync(plan.Load with { Count = stored }, (number, _) => ReadAsync(store, number * stride % stored), stop).ConfigureAwait(false);
            sheet.Set("readsPerSecond", reads.PerSecond);
            sheet.Set("readBytesPerSecond", reads.PerSecond * plan.Bytes);
            sheet.Set("failed", writes.Failed + reads.Failed);
        }

        MeasureAppend(Path.Combine(plan.Folder, "append"), plan.Bytes, sheet);
        return sheet.ToResult("store", 1);
    }

    // Thousands in a group: what a store holds after a year, in seconds.
    private static async Task FillAsync(BenchPlan plan, VolumeStore store, byte[] meta, FigureSheet sheet, CancellationToken stop)
    {
        plan.Note($"filling it with {plan.Stored} objects");
        LoadResult filled = await LoadLoop.RunAsync(new Load(plan.Stored, FillTimeMax, FillAtOnce), (number, _) => WriteAsync(store, number, plan.Bytes, meta), stop).ConfigureAwait(false);
        if (filled.Done < plan.Stored) throw new InvalidDataException($"{filled.Done} of {plan.Stored} objects were written in {filled.Seconds:0} s: {filled.Failure ?? "the disk is too slow for so many"}");
        sheet.Set("stored", filled.Done);
        sheet.Set("fillSeconds", filled.Seconds);
    }

    private static long StrideOf(long count)
    {
        long stride = Math.Max(1, (long)(count * 0.618));
        while (BigInteger.GreatestCommonDivisor(stride, count) > 1) stride++;
        return stride;
    }

    private static Task WriteAsync(VolumeStore store, long number, long bytes, byte[] meta)
    {
        byte[] content = new byte[bytes];
        _ = new BenchContent(number, bytes).Read(content);
        return DoAsync(store, new StoreWrite(number, IdOf(number), 1, meta, new MemoryContent(content)));
    }

    private static Task ReadAsync(VolumeStore store, long number) => DoAsync(store, new StoreRead(number, IdOf(number), MetaOnly: false));

    private static async Task DoAsync(VolumeStore store, Work work)
    {
        var done = new Completion();
        if (!store.TrySubmit(work, done)) throw new InvalidDataException("the store's queue is full");
        WorkResult result = await done.Task.ConfigureAwait(false);
        if (result is not (StoreChanged { Status: StoreStatus.Done } or StoreGot { Status: StoreStatus.Done })) throw new InvalidDataException($"the store answered {result}");
    }

    private static FileId IdOf(long number)
    {
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        Hash256.Of(BitConverter.GetBytes(number)).WriteTo(hash);
        return FileId.FromBytes(hash[..FileId.SizeBytes]);
    }

    // What a plain file does with the same bytes: one flush a write, as long as there is nobody to share it with.
    private static void MeasureAppend(string path, long bytes, FigureSheet sheet)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        byte[] content = new byte[bytes];
        (long done, long started) = (0L, Stopwatch.GetTimestamp());
        for (; Stopwatch.GetElapsedTime(started) < PeerTime; done++)
        {
            RandomAccess.Write(file, content, done * bytes);
            RandomAccess.FlushToDisk(file);
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        sheet.SetPeer("appendWithFlush", ("writesPerSecond", done / seconds), ("writtenBytesPerSecond", done * bytes / seconds));
    }

    private sealed class Completion : IWorkCompletion
    {
        private readonly TaskCompletionSource<WorkResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<WorkResult> Task => _done.Task;

        public void Completed(WorkResult result) => _done.TrySetResult(result);
    }

    private sealed class Silent : IStoreObserver
    {
        public void Observe(in StoreFact fact)
        {
        }
    }
}
