using System.Collections.Concurrent;

namespace PastryActors.Node.Benches;

/// <summary>What came of inserting or reading many files.</summary>
/// <param name="Files">Those that were inserted; none where they were read.</param>
/// <param name="ProcessorMicrosEach">Processor time of all processes for one of them: it does not ask how busy the machine is.</param>
/// <param name="FirstBytes">How long a read waited for its first byte; empty where files were inserted.</param>
internal sealed record FileRun(LoadResult Load, string[] Files, double ProcessorMicrosEach, LatencyHistogram FirstBytes);

/// <summary>A client of a cluster that inserts files and reads them.</summary>
internal sealed class FileLoad(BenchPlan plan, BenchCluster cluster, IFileClient client)
{
    /// <summary>Numbers of the files of the warming up, and so their contents, are none of those that are measured.</summary>
    private const long WarmUpFirst = 1L << 48;

    /// <summary>What the compiler has to learn of a large file is in its first chunks.</summary>
    private const long WarmUpBytesMax = 64L << 20;

    private readonly long _warmUpBytes = Math.Min(plan.Bytes, WarmUpBytesMax);
    private string[] _warmUpFiles = [];

    /// <summary>Inserts until the processes have done it for a while.</summary>
    public async Task WarmUpAsync(CancellationToken stop)
    {
        plan.Note("warming up");
        _warmUpFiles = Complain(await InsertAsync(plan.WarmUpLoad, WarmUpFirst, _warmUpBytes, stop).ConfigureAwait(false)).Files;
    }

    /// <summary>Reads until the processes have done it for a while: what was inserted to warm up, or else these files.</summary>
    public Task WarmUpReadsAsync(IReadOnlyList<string> files, CancellationToken stop)
    {
        plan.Note("warming up");
        return _warmUpFiles.Length > 0 ? ReadAsync(plan.LaterWarmUpLoad, _warmUpFiles, _warmUpBytes, stop) : ReadAsync(plan.WarmUpLoad, files, stop);
    }

    /// <summary>Inserts files that nobody has.</summary>
    public async Task<FileRun> InsertAsync(Load load, CancellationToken stop)
    {
        plan.Note($"inserting files of {plan.Bytes} bytes");
        FileRun run = Complain(await InsertAsync(load, 0, plan.Bytes, stop).ConfigureAwait(false));
        return run.Files.Length > 0 ? run : throw new InvalidDataException($"no file could be inserted: {run.Load.Failure}");
    }

    /// <summary>Reads these files, at random.</summary>
    public Task<FileRun> ReadAsync(Load load, IReadOnlyList<string> files, CancellationToken stop) => ReadAsync(load, files, plan.Bytes, stop);

    private async Task<FileRun> ReadAsync(Load load, IReadOnlyList<string> files, long bytes, CancellationToken stop)
    {
        var firstBytes = new LatencyHistogram();
        double before = cluster.ProcessorMicros();
        LoadResult result = await LoadLoop.RunAsync(load, async (number, token) =>
        {
            string file = files[(int)(Mix(number) % (ulong)files.Count)];
            FileRead read = await client.ReadAsync(file, token).ConfigureAwait(false);
            if (read.Bytes != bytes) throw new InvalidDataException($"{file} has {read.Bytes} bytes, not {bytes}");
            firstBytes.Add(read.FirstByte.Ticks / TimeSpan.TicksPerMicrosecond);
        }, stop).ConfigureAwait(false);
        return Complain(new FileRun(result, [], MicrosEach(before, result), firstBytes));
    }

    private async Task<FileRun> InsertAsync(Load load, long first, long bytes, CancellationToken stop)
    {
        var files = new ConcurrentQueue<string>();
        double before = cluster.ProcessorMicros();
        LoadResult result = await LoadLoop.RunAsync(load, async (number, token) =>
        {
            await using var content = new BenchContent(first + number, bytes);
            files.Enqueue(await client.InsertAsync($"bench-{first + number}", content, plan.Replicas, token).ConfigureAwait(false));
        }, stop).ConfigureAwait(false);
        return new FileRun(result, [.. files], MicrosEach(before, result), new LatencyHistogram());
    }

    private double MicrosEach(double before, LoadResult load) => (cluster.ProcessorMicros() - before) / Math.Max(load.Done, 1);

    private FileRun Complain(FileRun run)
    {
        if (run.Load.Failed > 0) plan.Note($"{run.Load.Failed} failed; the first: {run.Load.Failure}");
        return run;
    }

    // Any order without a pattern that a disk or a cache could follow (SplitMix64's finalizer).
    private static ulong Mix(long number)
    {
        ulong x = (ulong)number + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
