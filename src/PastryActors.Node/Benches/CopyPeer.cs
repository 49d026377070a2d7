using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace PastryActors.Node.Benches;

/// <summary>What is beside inserting with three replicas: the same content written into three folders of one disk, each file flushed to it, by one writer.</summary>
internal static class CopyPeer
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(3);

    /// <param name="of">As the figures of the inserts are named that it is beside.</param>
    public static void Measure(BenchPlan plan, FigureSheet sheet, string of = "")
    {
        plan.Note("copying the same into folders");
        string folder = Path.Combine(plan.Folder, "copies");
        string[] folders = [.. Enumerable.Range(0, plan.Replicas).Select(i => Path.Combine(folder, $"{i}"))];
        foreach (string copy in folders) Directory.CreateDirectory(copy);
        byte[] buffer = new byte[(int)Math.Min(plan.Bytes, 1 << 20)];
        TimeSpan time = plan.Load.Time < TimeMax ? plan.Load.Time : TimeMax;
        long done = 0;
        long started = Stopwatch.GetTimestamp();
        for (; done < plan.Load.Count && Stopwatch.GetElapsedTime(started) < time; done++)
        {
            foreach (string copy in folders) Write(Path.Combine(copy, $"{done}"), new BenchContent(done, plan.Bytes), buffer);
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        sheet.SetPeer("copyWithFlush", ("insertsPerSecond", done / seconds), (FigureSheet.NameOf(of, "bytesPerSecond"), done * plan.Bytes / seconds));
        Directory.Delete(folder, recursive: true);
    }

    private static void Write(string path, BenchContent content, byte[] buffer)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        for (long at = 0; content.Read(buffer) is > 0 and int read; at += read) RandomAccess.Write(file, buffer.AsSpan(0, read), at);
        RandomAccess.FlushToDisk(file);
    }
}
