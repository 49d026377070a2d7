using System.CommandLine;
using PastryActors.Client;
using PastryActors.Node.Cluster;
using PastryActors.Node.Upkeep;

namespace PastryActors.Node.CommandLine;

/// <summary>
/// pastry doctor: what is wrong, in words, and what to do. One node walks the ring and asks everyone; of a local cluster also its processes and the owner's
/// key are looked at. It only says what it looked at.
/// </summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);

    public static Command Build(CommandActions actions) =>
        actions.SetWithCode(new Command("doctor", "What is wrong, in words, and what to do."), async (context, stop) =>
        {
            List<Finding> found = [];
            int asked = 0;
            ClusterState? state = context.NamesNode ? null : context.Folder.Read();
            if (state is not null) await ExamineProcessesAsync(context, state, found, stop).ConfigureAwait(false);
            if (state is null && !context.NamesNode)
            {
                found.Add(new Finding(FindingCodes.NoCluster, "critical", context.Folder.FullPath, "there is no cluster here", "pastry cluster up, or name a node with --node URL"));
            }
            else
            {
                asked = await ExamineRingAsync(context, found, stop).ConfigureAwait(false);
            }

            CheckOwnerKey(context.Folder, found);
            Finding[] findings = [.. found.DistinctBy(f => (f.Code, f.Node)).OrderBy(f => Array.IndexOf(["critical", "warning", "info"], f.Severity))];
            bool healthy = Array.TrueForAll(findings, f => f.Severity == "info");
            context.Output.Result(new DoctorResult(healthy, findings), CliJson.Default.DoctorResult, text =>
            {
                foreach (Finding f in findings) text.WriteLine($"{f.Severity} {f.Code}: {f.Node}: {f.What}. What to do: {f.Advice}");
                if (findings.Length == 0) text.WriteLine($"{asked} nodes were asked for neighbours, replicas, disk, scrub, clock and capacity: nothing is wrong");
            });
            return healthy ? 0 : 1;
        });

    private static async Task ExamineProcessesAsync(CommandContext context, ClusterState state, List<Finding> found, CancellationToken stop)
    {
        foreach (ClusterNode node in state.Nodes)
        {
            string name = $"node {node.Index}";
            if (!node.Alive) found.Add(new Finding(FindingCodes.NotRunning, "critical", name, "it does not run", $"its log {context.Folder.LogFile(node.Index)} says why; pastry cluster start {node.Index}"));
            else if (await ExamineProcessAsync(context, node, name, stop).ConfigureAwait(false) is { } finding) found.Add(finding);
        }
    }

    private static async Task<Finding?> ExamineProcessAsync(CommandContext context, ClusterNode node, string name, CancellationToken stop)
    {
        using PastryClient client = context.Connect(new Uri(node.Http));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(ProbeTimeout);
        try
        {
            NodeDescription n = await client.Overlay.StatusAsync(deadline.Token).ConfigureAwait(false);
            if (!n.Active) return new Finding(FindingCodes.NotActive, "critical", n.NodeId, $"{name} is not active: it waits for {n.WaitsFor}", "if it stays so, check that its seeds run and can be reached");
            return n.LeafSetComplete ? null : new Finding(FindingCodes.LeafSetIncomplete, "warning", n.NodeId, $"the leaf set of {name} is not complete", "it repairs itself; if it stays so, see pastry ring");
        }
        catch (Exception e) when (e is PastryException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            string why = e is PastryException ? e.Message : $"no answer within {ProbeTimeout.TotalSeconds:0} s";
            return new Finding(FindingCodes.NotAnswering, "critical", name, $"it runs but does not answer: {why}", $"see its log; pastry cluster kill {node.Index} and pastry cluster start {node.Index}");
        }
    }

    private static async Task<int> ExamineRingAsync(CommandContext context, List<Finding> found, CancellationToken stop)
    {
        try
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            RingDiagnosis diagnosis = await client.Overlay.DoctorAsync(stop).ConfigureAwait(false);
            found.AddRange(diagnosis.Findings);
            return diagnosis.NodesAsked;
        }
        catch (Exception e) when (e is PastryException or CommandFailedException)
        {
            found.Add(new Finding(FindingCodes.NotAnswering, "critical", "ring", e.Message, "start a node: pastry cluster status shows which run"));
            return 0;
        }
    }

    private static void CheckOwnerKey(ClusterFolder folder, List<Finding> found)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(folder.OwnerKeyFile)) return;
        UnixFileMode others = File.GetUnixFileMode(folder.OwnerKeyFile) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (others != 0) found.Add(new Finding(FindingCodes.OwnerKeyReadable, "critical", folder.OwnerKeyFile, "others can read the owner's key, and with it reclaim every file", $"chmod 600 {folder.OwnerKeyFile}"));
    }
}
