using System.CommandLine;
using PastryActors.Client;
using PastryActors.Node.Cluster;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry doctor: what is wrong with the local cluster, in words, and what to do. It only says what it looked at.</summary>
internal static class DoctorCommand
{
    private const double FullShare = 0.9;
    private const int DeepMailbox = 1000;

    public static Command Build(CommandActions actions) =>
        actions.SetWithCode(new Command("doctor", "What is wrong, in words, and what to do."), async (context, stop) =>
        {
            List<DoctorFinding> findings = [];
            ClusterState? state = context.Folder.Read();
            if (state is null) findings.Add(new DoctorFinding(context.Folder.FullPath, "there is no cluster here", "pastry cluster up"));
            else await ExamineAsync(context, state, findings, stop).ConfigureAwait(false);
            CheckOwnerKey(context.Folder, findings);
            context.Output.Result(new DoctorResult(findings.Count == 0, findings), CliJson.Default.DoctorResult, text =>
            {
                foreach (DoctorFinding f in findings) text.WriteLine($"{f.Subject}: {f.Problem}. What to do: {f.Remedy}");
                if (findings.Count == 0) text.WriteLine("processes, leaf sets, mailboxes, capacity and the owner's key were looked at: nothing is wrong");
            });
            return findings.Count == 0 ? 0 : 1;
        });

    private static async Task ExamineAsync(CommandContext context, ClusterState state, List<DoctorFinding> findings, CancellationToken stop)
    {
        foreach (ClusterNode node in state.Nodes)
        {
            string subject = $"node {node.Index}";
            if (!node.Alive) findings.Add(new DoctorFinding(subject, "it does not run", $"its log {context.Folder.LogFile(node.Index)} says why; pastry cluster start {node.Index}"));
            else findings.AddRange(await ExamineAsync(context, node, subject, stop).ConfigureAwait(false));
        }

        ClusterStatus status = await ClusterCommands.ClusterOf(context).StatusAsync(stop).ConfigureAwait(false);
        if (!status.Whole && status.Nodes.All(n => n.Active))
            findings.Add(new DoctorFinding("ring", "the nodes do not agree on who stands beside whom", "it repairs itself within some overlay.leaf-set-maintenance-period; if it stays so, restart the node that pastry ring shows apart"));
    }

    private static async Task<IEnumerable<DoctorFinding>> ExamineAsync(CommandContext context, ClusterNode node, string subject, CancellationToken stop)
    {
        using PastryClient client = context.Connect(new Uri(node.Http));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            return Examine(await client.Overlay.StatusAsync(deadline.Token).ConfigureAwait(false), subject);
        }
        catch (Exception e) when (e is PastryException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            string why = e is PastryException ? e.Message : "no answer within 3 s";
            return [new DoctorFinding(subject, $"it runs but does not answer: {why}", $"see its log; pastry cluster kill {node.Index} and pastry cluster start {node.Index}")];
        }
    }

    private static IEnumerable<DoctorFinding> Examine(NodeDescription n, string subject)
    {
        if (!n.Active) yield return new DoctorFinding(subject, $"it is not active: it waits for {n.WaitsFor}", "if it stays so, check that its seeds run and can be reached");
        if (n.Active && !n.LeafSetComplete) yield return new DoctorFinding(subject, "its leaf set is not complete", "it repairs itself; if it stays so, see pastry ring");
        if (n.CapacityBytes > 0 && n.Bytes > FullShare * n.CapacityBytes)
            yield return new DoctorFinding(subject, $"its disk space is {100.0 * n.Bytes / n.CapacityBytes:0} % full", "raise past.capacity, reclaim files, or pastry cluster add");
        if (n.MailboxDepth > DeepMailbox) yield return new DoctorFinding(subject, $"{n.MailboxDepth} events wait in its mailbox", "the machine is too slow for the load: fewer nodes on it, or less load");
    }

    private static void CheckOwnerKey(ClusterFolder folder, List<DoctorFinding> findings)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(folder.OwnerKeyFile)) return;
        UnixFileMode others = File.GetUnixFileMode(folder.OwnerKeyFile) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (others != 0) findings.Add(new DoctorFinding(folder.OwnerKeyFile, "others can read the owner's key, and with it reclaim every file", $"chmod 600 {folder.OwnerKeyFile}"));
    }
}
