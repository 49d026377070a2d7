using System.Diagnostics;
using System.Globalization;

namespace PastryActors.Node.Cluster;

/// <summary>Tells a process from another that later got the same pid, by when it started.</summary>
public static class ProcessStamp
{
    /// <summary>The stamp of a running process; 0 if there is none.</summary>
    public static long Of(int pid)
    {
        try
        {
            return OperatingSystem.IsLinux() ? OfLinux(pid) : Process.GetProcessById(pid).StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Whether the process with this stamp still runs.</summary>
    public static bool IsAlive(int pid, long stamp) => pid > 0 && stamp != 0 && Of(pid) == stamp;

    // The kernel's own number (ticks since boot): the calendar may be set back, this cannot. A zombie counts as gone.
    private static long OfLinux(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? 0 : long.Parse(fields[19], CultureInfo.InvariantCulture);
    }
}
