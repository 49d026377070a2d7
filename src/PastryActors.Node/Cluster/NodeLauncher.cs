using System.Diagnostics;
using PastryActors.Node.Hosting;

namespace PastryActors.Node.Cluster;

/// <summary>Starts nodes as processes of their own that outlive the one that started them.</summary>
public sealed class NodeLauncher(ClusterFolder folder)
{
    // The shell gives the node a log, a session of its own (so that a signal to the terminal does not reach it), and its place: the
    // pid stays the one that was started.
    private const string Detach = """
        log=$1; shift
        if command -v setsid >/dev/null 2>&1; then exec setsid "$@" >>"$log" 2>&1 </dev/null; else exec nohup "$@" >>"$log" 2>&1 </dev/null; fi
        """;

    private const int SeedsMax = 4;

    /// <summary>Starts a node of the cluster. It is alive when this returns, not yet active.</summary>
    public ClusterNode Start(ClusterState state, ClusterNode node, bool found)
    {
        if (!Engines.Has(state.Engine)) throw new ClusterFailedException("engine-missing", Engines.Missing(state.Engine));
        Directory.CreateDirectory(folder.NodeFolder(node.Index));
        using Process process = Process.Start(StartInfo(state, node, found)) ?? throw new IOException("the system started no process");
        return node with { Pid = process.Id, Stamp = ProcessStamp.Of(process.Id) };
    }

    /// <summary>The settings of one node, as key=value.</summary>
    public IReadOnlyList<string> SettingsOf(ClusterState state, ClusterNode node, bool found) =>
    [
        "past.owner-key=" + folder.OwnerKeyFile,
        .. state.Overrides,
        "node.engine=" + Engines.NameOf(state.Engine),
        "node.dir=" + folder.NodeFolder(node.Index),
        "node.http.listen=" + new Uri(node.Http).Authority,
        "overlay.listen=" + node.Overlay,
        "node.found-ring=" + (found ? "true" : "false"),
        "node.seeds=[" + string.Join(", ", SeedsOf(state, node, found).Select(s => $"\"{s}\"")) + "]",
    ];

    // Several, nearest indexes first: a ring that lost some nodes must not lose its door with them. A founder that never ran has
    // nobody to look for, and would only let the others wait.
    private IEnumerable<string> SeedsOf(ClusterState state, ClusterNode node, bool found) =>
        found && !Directory.Exists(Path.Combine(folder.NodeFolder(node.Index), "store"))
        ? []
        : state.Nodes.Where(n => n.Index != node.Index).OrderBy(n => n.Index == 0 ? 0 : 1).ThenByDescending(n => n.Alive).ThenBy(n => Math.Abs(n.Index - node.Index))
            .Take(SeedsMax).Select(n => n.Overlay);

    private ProcessStartInfo StartInfo(ClusterState state, ClusterNode node, bool found)
    {
        List<string> command = [.. ProgramCommand(), "node", "--config", state.Config];
        foreach (string setting in SettingsOf(state, node, found)) command.AddRange(["--set", setting]);
        if (OperatingSystem.IsWindows()) return new ProcessStartInfo(command[0], command.Skip(1)) { CreateNoWindow = true };
        return new ProcessStartInfo("/bin/sh", ["-c", Detach, "pastry", folder.LogFile(node.Index), .. command]);
    }

    /// <summary>This very program: its own executable, or the dotnet host with its assembly.</summary>
    public static IEnumerable<string> ProgramCommand()
    {
        string host = Environment.ProcessPath ?? "dotnet";
        if (Path.GetFileNameWithoutExtension(host) != "dotnet") return [host];
        return [host, Path.Combine(AppContext.BaseDirectory, $"{typeof(NodeLauncher).Assembly.GetName().Name}.dll")];
    }
}
