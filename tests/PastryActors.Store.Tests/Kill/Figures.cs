using System.Diagnostics;
using System.Globalization;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Store.Format;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Kill;

/// <summary>Figures of this machine: `dotnet run -c Release --project tests/PastryActors.Store.Tests -- figures FOLDER [FOLDER-FOR-A-MILLION]`.</summary>
internal static class Figures
{
    private const int Outstanding = 32;

    public static async Task PrintAsync(string folder, string bigFolder)
    {
        Checksum();
        await WritesAsync(folder, "1 KiB", 1 << 10, 20_000);
        await WritesAsync(folder, "1 MiB", 1 << 20, 1000);
        await OpenAsync(bigFolder, 1_000_000);
    }

    private static void Checksum()
    {
        byte[] bytes = Probe.Bytes(1 << 20, 1);
        uint sum = 0;
        for (int i = 0; i < 200; i++) sum ^= Crc32C.Of(bytes);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 2000; i++) sum ^= Crc32C.Of(bytes);
        Print($"CRC32C: {2000 / 1024.0 / Stopwatch.GetElapsedTime(start).TotalSeconds:f1} GiB/s ({sum})");
    }

    private static async Task WritesAsync(string parent, string name, int length, int count)
    {
        string folder = Path.Combine(parent, Path.GetRandomFileName());
        await using (VolumeStore store = VolumeStore.Open(new StoreOptions { Folder = folder, CapacityBytes = 8L << 30 }, new RecordingObserver()))
        {
            var content = new MemoryContent(Probe.Bytes(length, 1), default);
            TimeSpan wrote = await KeepOutstandingAsync(count, i => new StoreWrite(i, Probe.Id(i), 0, Probe.Meta(i), content), store);
            Print($"write {name}: {count / wrote.TotalSeconds:f0}/s, {count * (double)length / (1 << 20) / wrote.TotalSeconds:f0} MiB/s");
            Print($"  {(double)count / store.Usage.Groups:f1} a sync, {store.Usage.Groups / wrote.TotalSeconds:f0} syncs/s");
            TimeSpan read = await KeepOutstandingAsync(count, i => new StoreRead(i, Probe.Id(i), false), store);
            Print($"read {name} (page cache): {count / read.TotalSeconds:f0}/s, {count * (double)length / (1 << 20) / read.TotalSeconds:f0} MiB/s");
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task OpenAsync(string parent, int count)
    {
        string folder = Path.Combine(parent, Path.GetRandomFileName());
        var options = new StoreOptions { Folder = folder, CapacityBytes = 16L << 30 };
        await using (VolumeStore store = VolumeStore.Open(options, new RecordingObserver()))
        {
            var content = new MemoryContent(Probe.Bytes(1 << 10, 1), default);
            TimeSpan wrote = await KeepOutstandingAsync(count, i => new StoreWrite(i, Probe.Id(i), 0, Probe.Meta(i), content), store, outstanding: 1000);
            Print($"write {count} of 1 KiB, 1000 outstanding: {count / wrote.TotalSeconds:f0}/s");
        }

        long start = Stopwatch.GetTimestamp();
        await using (VolumeStore store = VolumeStore.Open(options, new RecordingObserver()))
        {
            TimeSpan opened = Stopwatch.GetElapsedTime(start);
            Print($"open {store.Usage.Objects}: {opened.TotalSeconds:f2} s, index {store.Usage.IndexBytes / (double)count:f1} bytes each");
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<TimeSpan> KeepOutstandingAsync(int count, Func<int, Work> work, VolumeStore store, int outstanding = Outstanding)
    {
        using var window = new Window(outstanding, count);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            window.Wait();
            if (!store.TrySubmit(work(i), window)) throw new InvalidOperationException("the queue is full");
        }

        await window.All;
        return Stopwatch.GetElapsedTime(start);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed class Window(int outstanding, int count) : IWorkCompletion, IDisposable
    {
        private readonly SemaphoreSlim _free = new(outstanding);
        private readonly TaskCompletionSource _all = new();
        private int _left = count;

        public Task All => _all.Task;

        public void Dispose() => _free.Dispose();

        public void Wait() => _free.Wait();

        public void Completed(WorkResult result)
        {
            _free.Release();
            bool failed = result is StoreChanged { Status: not StoreStatus.Done } or StoreGot { Status: not StoreStatus.Done };
            if (failed) _all.TrySetException(new InvalidOperationException(result.ToString()));
            if (Interlocked.Decrement(ref _left) == 0) _all.TrySetResult();
        }
    }
}
