using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PastryActors.Node.Cluster;

/// <summary>Sends signals to processes that were verified to be ours.</summary>
internal static class ProcessSignals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal to a node's process. False if the process is gone.</summary>
    public static bool Send(ClusterNode node, int signal)
    {
        if (!node.Alive) return false;
        if (!OperatingSystem.IsWindows()) return SendSignal(node.Pid, signal) == 0;
        try
        {
            // Windows knows no signals: every one is the hard end.
            using var process = Process.GetProcessById(node.Pid);
            process.Kill();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);
}
