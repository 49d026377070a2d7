using System.Diagnostics;
using System.Globalization;

namespace PastryActors.Node.Benches;

/// <summary>What processes of a ring take that nobody asks for anything: memory, and processor time.</summary>
internal static class IdleBench
{
    public static async Task<BenchResult> RunAsync(BenchPlan plan, CancellationToken stop)
    {
        await using BenchCluster cluster = await BenchCluster.StartAsync(plan, plan.Processes, stop).ConfigureAwait(false);
        plan.Note("letting them be");
        await Task.Delay(plan.WarmUp, stop).ConfigureAwait(false);
        // This process's own time is in it: it does nothing meanwhile.
        (double before, long started) = (cluster.ProcessorMicros(), Stopwatch.GetTimestamp());
        await Task.Delay(plan.Load.Time, stop).ConfigureAwait(false);
        double share = (cluster.ProcessorMicros() - before) / Stopwatch.GetElapsedTime(started).TotalMicroseconds / plan.Processes;
        ProcessMemory[] memory = [.. cluster.Nodes.Select(n => ProcessMemory.Of(n.Pid))];
        var sheet = new FigureSheet();
        sheet.Set("workingSetBytes", Median(memory.Select(m => m.WorkingSetBytes)));
        sheet.Set("privateBytes", Median(memory.Select(m => m.PrivateBytes)));
        sheet.Set("processorShare", share);
        return sheet.ToResult("idle", plan.Processes);
    }

    private static double Median(IEnumerable<long> values)
    {
        long[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}

/// <summary>Memory of a process: what of it is in memory, and how much of that it shares with nobody.</summary>
internal readonly record struct ProcessMemory(long WorkingSetBytes, long PrivateBytes)
{
    public static ProcessMemory Of(int pid)
    {
        using var process = Process.GetProcessById(pid);
        string rollup = $"/proc/{pid}/smaps_rollup";
        // What .NET calls private on Linux counts what was reserved and never touched.
        return new ProcessMemory(process.WorkingSet64, File.Exists(rollup) ? PrivateOf(File.ReadAllText(rollup)) : process.PrivateMemorySize64);
    }

    /// <summary>Bytes of the lines "Private_Clean: 12 kB" and "Private_Dirty: 12 kB".</summary>
    public static long PrivateOf(string rollup) => rollup.Split('\n')
        .Where(line => line.StartsWith("Private_Clean:", StringComparison.Ordinal) || line.StartsWith("Private_Dirty:", StringComparison.Ordinal))
        .Sum(line => 1024 * long.Parse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..^2], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture));
}
