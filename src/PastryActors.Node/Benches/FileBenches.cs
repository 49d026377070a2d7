namespace PastryActors.Node.Benches;

/// <summary>Inserts and lookups of files on a cluster of processes.</summary>
internal static class FileBenches
{
    /// <summary>Files that the bench of lookups reads from: few enough to insert in seconds.</summary>
    private const int FilesRead = 2000;

    private const long BytesRead = 256L << 20;

    /// <summary>Files that are read again and again where the reader's own cache is measured: of 1 KiB they and their certificates fit 64 KiB.</summary>
    private const int FilesOfOwnCache = 24;

    /// <summary>Of larger ones the bench has no row: they come from whatever has them.</summary>
    private const long OwnCacheBytesMax = 64 << 10;

    public static Task<BenchResult> InsertAsync(BenchPlan plan, CancellationToken stop) => OnClusterAsync("insert", plan, async (files, sheet) =>
    {
        await files.WarmUpAsync(stop).ConfigureAwait(false);
        FileRun inserts = await files.InsertAsync(plan.Load, stop).ConfigureAwait(false);
        sheet.SetLoad("insertsPerSecond", inserts.Load, plan.Bytes);
        sheet.Set("processorMicrosEach", inserts.ProcessorMicrosEach);
        CopyPeer.Measure(plan, sheet);
    }, stop);

    public static Task<BenchResult> LookupAsync(BenchPlan plan, CancellationToken stop) => OnClusterAsync("lookup", plan, async (files, sheet) =>
    {
        long wanted = Math.Clamp(BytesRead / Math.Max(plan.Bytes, 1), 1, FilesRead);
        FileRun inserted = await files.InsertAsync(plan.Load with { Count = wanted, Time = TimeSpan.FromMinutes(5) }, stop).ConfigureAwait(false);
        FileRun reads = await ReadAsync(plan, files, inserted.Files, stop).ConfigureAwait(false);
        sheet.SetLoad("lookupsPerSecond", reads.Load, plan.Bytes);
        SetReads(sheet, reads, of: "");
    }, stop);

    /// <summary>Both on one cluster: what was inserted is read, and then a few of it again and again.</summary>
    public static Task<BenchResult> BothAsync(BenchPlan plan, CancellationToken stop) => OnClusterAsync("files", plan, async (files, sheet) =>
    {
        string[] inserted = await MeasureBothAsync(plan, files, sheet, stop).ConfigureAwait(false);
        if (plan.Bytes <= OwnCacheBytesMax) await MeasureOwnCacheAsync(plan, files, [.. inserted.Take(FilesOfOwnCache)], sheet, stop).ConfigureAwait(false);
        CopyPeer.Measure(plan, sheet, "insert");
    }, stop);

    /// <summary>Inserts for a while, then reads from all of it; answers what was inserted.</summary>
    public static async Task<string[]> MeasureBothAsync(BenchPlan plan, FileLoad files, FigureSheet sheet, CancellationToken stop)
    {
        await files.WarmUpAsync(stop).ConfigureAwait(false);
        FileRun inserts = await files.InsertAsync(plan.Load, stop).ConfigureAwait(false);
        sheet.SetLoad("insertsPerSecond", inserts.Load, plan.Bytes, "insert");
        sheet.Set("insertProcessorMicrosEach", inserts.ProcessorMicrosEach);
        FileRun reads = await ReadAsync(plan, files, inserts.Files, stop).ConfigureAwait(false);
        sheet.SetLoad("lookupsPerSecond", reads.Load, plan.Bytes, "lookup");
        SetReads(sheet, reads, "lookup");
        sheet.Set("filesRead", inserts.Files.Length);
        return inserts.Files;
    }

    private static async Task<FileRun> ReadAsync(BenchPlan plan, FileLoad files, string[] inserted, CancellationToken stop)
    {
        await files.WarmUpReadsAsync(inserted, stop).ConfigureAwait(false);
        plan.Note("reading them");
        return await files.ReadAsync(plan.Load, inserted, stop).ConfigureAwait(false);
    }

    private static async Task MeasureOwnCacheAsync(BenchPlan plan, FileLoad files, string[] few, FigureSheet sheet, CancellationToken stop)
    {
        plan.Note("reading a few again and again");
        await files.ReadAsync(plan.Load with { Count = 10 * few.Length, Time = plan.Load.Time / 4 }, few, stop).ConfigureAwait(false);
        FileRun again = await files.ReadAsync(plan.Load with { Time = plan.Load.Time / 4 }, few, stop).ConfigureAwait(false);
        sheet.SetLoad("ownCacheLookupsPerSecond", again.Load, plan.Bytes, "ownCache");
    }

    private static void SetReads(FigureSheet sheet, FileRun reads, string of)
    {
        sheet.Set(FigureSheet.NameOf(of, "firstByteP50Micros"), reads.FirstBytes.Percentile(0.50));
        sheet.Set(FigureSheet.NameOf(of, "firstByteP99Micros"), reads.FirstBytes.Percentile(0.99));
        sheet.Set(FigureSheet.NameOf(of, "processorMicrosEach"), reads.ProcessorMicrosEach);
    }

    private static async Task<BenchResult> OnClusterAsync(string bench, BenchPlan plan, Func<FileLoad, FigureSheet, Task> measure, CancellationToken stop)
    {
        var sheet = new FigureSheet();
        await using BenchCluster cluster = await BenchCluster.StartAsync(plan, plan.OtherProcesses, stop).ConfigureAwait(false);
        await using IFileClient client = plan.Through == BenchThrough.Gateway
            ? new GatewayFileClient(new Uri(cluster.Nodes[0].Http))
            : new NodeFileClient(await BenchNode.JoinAsync(plan, cluster, stop).ConfigureAwait(false));
        await measure(new FileLoad(plan, cluster, client), sheet).ConfigureAwait(false);
        return sheet.ToResult(bench, plan.Processes);
    }
}
