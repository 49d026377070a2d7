namespace PastryActors.Node.Benches;

/// <summary>Inserts and lookups of files on a cluster of processes.</summary>
internal static class FileBenches
{
    /// <summary>Files that the bench of lookups reads from: more than fit any one node's cache of a bench's moment, few enough to insert in seconds.</summary>
    private const int FilesRead = 2000;

    private const long BytesRead = 256L << 20;

    /// <summary>Numbers of the files of the warming up, and so their contents, are none of those that are measured.</summary>
    private const long WarmUpFirst = 1L << 48;

    public static async Task<BenchResult> InsertAsync(BenchPlan plan, CancellationToken stop)
    {
        var sheet = new FigureSheet();
        await using BenchCluster cluster = await BenchCluster.StartAsync(plan, plan.OtherProcesses, stop).ConfigureAwait(false);
        await using IFileClient client = await ClientAsync(plan, cluster, stop).ConfigureAwait(false);
        plan.Note("warming up");
        await InsertAsync(plan, client, plan.WarmUpLoad, first: WarmUpFirst, stop).ConfigureAwait(false);
        plan.Note($"inserting files of {plan.Bytes} bytes");
        double before = cluster.ProcessorMicros();
        (LoadResult load, _) = await InsertAsync(plan, client, plan.Load, first: 0, stop).ConfigureAwait(false);
        sheet.Set("processorMicrosEach", (cluster.ProcessorMicros() - before) / Math.Max(load.Done, 1));
        Complain(plan, load);
        sheet.SetLoad("insertsPerSecond", load, plan.Bytes);
        plan.Note("copying the same into three folders");
        CopyPeer.Measure(Path.Combine(plan.Folder, "copies"), plan, sheet);
        return sheet.ToResult("insert", plan.Processes);
    }

    public static async Task<BenchResult> LookupAsync(BenchPlan plan, CancellationToken stop)
    {
        var sheet = new FigureSheet();
        await using BenchCluster cluster = await BenchCluster.StartAsync(plan, plan.OtherProcesses, stop).ConfigureAwait(false);
        await using IFileClient client = await ClientAsync(plan, cluster, stop).ConfigureAwait(false);
        long wanted = Math.Clamp(BytesRead / Math.Max(plan.Bytes, 1), 1, FilesRead);
        plan.Note($"inserting {wanted} files of {plan.Bytes} bytes");
        (LoadResult inserted, string[] files) = await InsertAsync(plan, client, plan.Load with { Count = wanted, Time = TimeSpan.FromMinutes(5) }, first: 0, stop).ConfigureAwait(false);
        Complain(plan, inserted);
        if (files.Length == 0) throw new InvalidDataException($"no file could be inserted: {inserted.Failure}");
        plan.Note("warming up");
        await ReadAsync(plan, client, plan.WarmUpLoad, files, stop).ConfigureAwait(false);
        plan.Note("reading them");
        double before = cluster.ProcessorMicros();
        LoadResult load = await ReadAsync(plan, client, plan.Load, files, stop).ConfigureAwait(false);
        sheet.Set("processorMicrosEach", (cluster.ProcessorMicros() - before) / Math.Max(load.Done, 1));
        Complain(plan, load);
        sheet.SetLoad("lookupsPerSecond", load, plan.Bytes);
        return sheet.ToResult("lookup", plan.Processes);
    }

    private static async Task<IFileClient> ClientAsync(BenchPlan plan, BenchCluster cluster, CancellationToken stop) =>
        plan.Through == BenchThrough.Gateway ? new GatewayFileClient(new Uri(cluster.Nodes[0].Http)) : new NodeFileClient(await BenchNode.JoinAsync(plan, cluster, stop).ConfigureAwait(false));

    private static async Task<(LoadResult Load, string[] Files)> InsertAsync(BenchPlan plan, IFileClient client, Load load, long first, CancellationToken stop)
    {
        var files = new System.Collections.Concurrent.ConcurrentQueue<string>();
        LoadResult result = await LoadLoop.RunAsync(load, async (number, token) =>
        {
            await using var content = new BenchContent(first + number, plan.Bytes);
            files.Enqueue(await client.InsertAsync($"bench-{first + number}", content, plan.Replicas, token).ConfigureAwait(false));
        }, stop).ConfigureAwait(false);
        return (result, [.. files]);
    }

    private static Task<LoadResult> ReadAsync(BenchPlan plan, IFileClient client, Load load, string[] files, CancellationToken stop) => LoadLoop.RunAsync(load, async (number, token) =>
    {
        string file = files[(int)(Mix(number) % (ulong)files.Length)];
        long length = await client.ReadAsync(file, token).ConfigureAwait(false);
        if (length != plan.Bytes) throw new InvalidDataException($"{file} has {length} bytes, not {plan.Bytes}");
    }, stop);

    private static void Complain(BenchPlan plan, LoadResult load)
    {
        if (load.Failed > 0) plan.Note($"{load.Failed} failed; the first: {load.Failure}");
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
