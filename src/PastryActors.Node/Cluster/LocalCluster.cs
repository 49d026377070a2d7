using PastryActors.Hocon.Settings;
using PastryActors.Node.Hosting;

namespace PastryActors.Node.Cluster;

/// <summary>How a local cluster is to be started.</summary>
/// <param name="Count">Number of nodes.</param>
/// <param name="BasePort">Port of node 0's overlay.</param>
/// <param name="Config">Configuration that every node starts from.</param>
/// <param name="Overrides">Settings of every node, as key=value; of a cluster that is there, beside those that it has and before those of the same key.</param>
/// <param name="Engine">What runs its nodes.</param>
public sealed record ClusterPlan(int Count, int BasePort, string Config, IReadOnlyList<string> Overrides, EngineChoice Engine = EngineChoice.Tcp);

/// <summary>Starts, watches and stops the processes of a local cluster.</summary>
/// <param name="report">Told in a few words how far a long step is.</param>
public sealed class LocalCluster(ClusterFolder folder, ClusterProbe probe, NodeLauncher launcher, Action<string> report)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Makes the cluster be up and whole: starts what is not running, and waits. A cluster of the folder that ran before comes back with
    /// its own nodes and files. What this call started is stopped again if it fails.
    /// </summary>
    public async Task<ClusterStatus> UpAsync(ClusterPlan plan, CancellationToken cancellation)
    {
        using IDisposable held = Lock();
        ClusterState state = folder.Read() ?? Fresh(plan);
        if (state.Engine != plan.Engine) throw new ClusterFailedException("mixed-engines", MixedEngines(state.Engine, plan.Engine));
        state = WithSettingsOf(plan, state);
        await UntilLeaversEndAsync(state, cancellation).ConfigureAwait(false);
        if (state.Nodes.All(n => n.Alive)) return await ReportRunningAsync(state, plan, cancellation).ConfigureAwait(false);
        return await StartAndWaitAsync(state, [.. state.Nodes.Where(n => !n.Alive)], cancellation).ConfigureAwait(false);
    }

    /// <summary>Adds nodes to a cluster that is up, and waits until the ring is whole with them.</summary>
    public async Task<ClusterStatus> AddAsync(int count, CancellationToken cancellation)
    {
        using IDisposable held = Lock();
        ClusterState state = Known();
        int basePort = new Uri("tcp://" + state.Nodes[0].Overlay).Port - (2 * state.Nodes[0].Index);
        int next = state.Nodes.Max(n => n.Index) + 1;
        ClusterNode[] added = [.. Enumerable.Range(next, count).Select(i => NewNode(basePort, i))];
        foreach (ClusterNode node in added) state = state.With(node);
        return await StartAndWaitAsync(state, added, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts a node that was stopped or killed, and waits until the ring is whole as far as its nodes are meant to run. One that was told to end and still hands over
    /// what it holds is waited for, as long as that may take.
    /// </summary>
    public async Task<ClusterStatus> StartAsync(int index, CancellationToken cancellation)
    {
        using IDisposable held = Lock();
        ClusterState state = Known();
        ClusterNode node = NodeOf(state, index);
        await UntilLeaversEndAsync(state with { Nodes = [node] }, cancellation).ConfigureAwait(false);
        return node.Alive
            ? await probe.AskAsync(state, cancellation).ConfigureAwait(false)
            : await StartAndWaitAsync(state, [node], cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a signal to one node.</summary>
    public ClusterNode Kill(int index, int signal)
    {
        ClusterNode node = NodeOf(Known(), index);
        return ProcessSignals.Send(node, signal) ? node : throw new ClusterFailedException("not-running", $"node {index} does not run");
    }

    /// <summary>Stops all nodes, gracefully at first, and forgets them. Their folders stay.</summary>
    /// <returns>How many had to be killed.</returns>
    public async Task<int> DownAsync(CancellationToken cancellation)
    {
        using IDisposable held = Lock();
        ClusterState state = Known();
        int killed = await StopAsync([.. state.Nodes], cancellation).ConfigureAwait(false);
        folder.Write(state with { Nodes = [.. state.Nodes.Select(n => n with { Pid = 0, Stamp = 0 })] });
        return killed;
    }

    /// <summary>The cluster as it is now.</summary>
    public Task<ClusterStatus> StatusAsync(CancellationToken cancellation) => probe.AskAsync(Known(), cancellation);

    private static ClusterState Fresh(ClusterPlan plan) =>
        new(plan.Config, plan.Overrides, [.. Enumerable.Range(0, plan.Count).Select(i => NewNode(plan.BasePort, i))]) { Engine = plan.Engine };

    // What is named again holds for all nodes or for none: the nodes of a ring must not differ in what they accept, and must not seem to have been given what they were not.
    private ClusterState WithSettingsOf(ClusterPlan plan, ClusterState state)
    {
        ClusterState wanted = state.With(plan.Config, plan.Overrides);
        if (wanted.Config == state.Config && wanted.Overrides.Order().SequenceEqual(state.Overrides.Order())) return state;
        if (state.Nodes.Any(n => n.Alive))
            throw new ClusterFailedException("settings-fixed", $"nodes of the cluster in {folder.FullPath} run, and not with the configuration and settings named: 'pastry cluster down' first, then up with the new ones");
        report($"the cluster in {folder.FullPath} has other settings from now on; what was set before and not named again stays");
        return wanted;
    }

    private string MixedEngines(EngineChoice has, EngineChoice wanted) =>
        $"the cluster in {folder.FullPath} is of the {Engines.NameOf(has)} engine, and nodes of the {Engines.NameOf(wanted)} engine cannot talk to it: a ring is of one engine; "
        + $"leave --engine out to bring it up as it is, or name another --dir";

    private static ClusterNode NewNode(int basePort, int index) => new(
        index, 0, 0, $"127.0.0.1:{ClusterPorts.Overlay(basePort, index)}", $"http://127.0.0.1:{ClusterPorts.Http(basePort, index)}");

    private async Task<ClusterStatus> ReportRunningAsync(ClusterState state, ClusterPlan plan, CancellationToken cancellation)
    {
        report($"{state.Nodes.Count} nodes run already" + (state.Nodes.Count == plan.Count ? "" : "; 'pastry cluster add' starts more"));
        return await WaitUntilWholeAsync(state, state.Nodes, cancellation).ConfigureAwait(false);
    }

    private async Task<ClusterStatus> StartAndWaitAsync(ClusterState state, IReadOnlyList<ClusterNode> toStart, CancellationToken cancellation)
    {
        CheckPorts(toStart);
        bool founding = !state.Nodes.Any(n => n.Alive);
        List<ClusterNode> started = [];
        try
        {
            foreach (ClusterNode node in toStart)
            {
                // Only the first of a cluster of which nothing runs may found a ring: the others would make rings of their own.
                ClusterNode running = launcher.Start(state, node, found: founding && node.Index == state.Nodes[0].Index);
                started.Add(running);
                state = state.With(running);
                folder.Write(state);
            }

            ClusterNode[] meant = [.. state.Nodes.Where(n => n.Alive || started.Any(s => s.Index == n.Index))];
            return await WaitUntilWholeAsync(state, meant, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await StopAsync(started, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits for the nodes that were told to end and hand over what they hold: as long as they answer that they do, and a little for what they do after.</summary>
    private async Task UntilLeaversEndAsync(ClusterState state, CancellationToken cancellation)
    {
        ClusterStatus status = await probe.AskAsync(state, cancellation).ConfigureAwait(false);
        foreach ((ClusterNode node, _) in state.Nodes.Zip(status.Nodes).Where(static n => n.Second.Leaving))
        {
            report($"node {node.Index} hands over what it holds, and is started when it has ended");
            long silent = TimeProvider.System.GetTimestamp();
            while (node.Alive)
            {
                if (await probe.AskAsync(node, cancellation).ConfigureAwait(false) is not null) silent = TimeProvider.System.GetTimestamp();
                else if (TimeProvider.System.GetElapsedTime(silent) > StopDeadline) throw new ClusterFailedException("timed-out", $"node {node.Index} has handed over what it holds, and does not end; {TailOf(node.Index)}");
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static void CheckPorts(IReadOnlyList<ClusterNode> nodes)
    {
        int? taken = ClusterPorts.FirstTaken(nodes.SelectMany(n => new[] { new Uri("tcp://" + n.Overlay).Port, new Uri(n.Http).Port }));
        if (taken is not null)
            throw new ClusterFailedException("port-in-use", $"port {taken} is in use by another program; choose others with --base-port, or stop it");
    }

    private async Task<ClusterStatus> WaitUntilWholeAsync(ClusterState state, IReadOnlyList<ClusterNode> meant, CancellationToken cancellation)
    {
        TimeSpan deadline = TimeSpan.FromSeconds(30 + (3 * meant.Count));
        long started = TimeProvider.System.GetTimestamp();
        string last = "";
        while (true)
        {
            ClusterStatus status = await probe.AskAsync(state with { Nodes = meant }, cancellation).ConfigureAwait(false);
            if (status.Whole) return await probe.AskAsync(state, cancellation).ConfigureAwait(false);
            if (meant.FirstOrDefault(n => !n.Alive) is { } dead) throw new ClusterFailedException("node-died", $"node {dead.Index} ended; {TailOf(dead.Index)}");
            if (TimeProvider.System.GetElapsedTime(started) > deadline)
                throw new ClusterFailedException("timed-out", $"the ring is not whole after {deadline.TotalSeconds:0} s: {InWords(status)}; {TailOf(meant[0].Index)}");

            string now = InWords(status);
            if (now != last) report(last = now);
            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    private static string InWords(ClusterStatus status) =>
        $"{status.Nodes.Count(n => n.Alive)} of {status.Nodes.Count} processes run, {status.Nodes.Count(n => n.Active)} nodes active, {status.Nodes.Count(n => n.LeafSetComplete)} leaf sets complete";

    private static async Task<int> StopAsync(IReadOnlyList<ClusterNode> nodes, CancellationToken cancellation)
    {
        foreach (ClusterNode node in nodes) ProcessSignals.Send(node, ProcessSignals.Terminate);
        long started = TimeProvider.System.GetTimestamp();
        while (nodes.Any(n => n.Alive) && TimeProvider.System.GetElapsedTime(started) < StopDeadline) await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        return nodes.Count(node => ProcessSignals.Send(node, ProcessSignals.Kill));
    }

    private string TailOf(int index)
    {
        string path = folder.LogFile(index);
        string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        return lines.Length == 0 ? $"its log {path} is empty" : $"the end of {path}:\n  " + string.Join("\n  ", lines.TakeLast(5));
    }

    private IDisposable Lock()
    {
        try
        {
            return folder.Lock();
        }
        catch (IOException)
        {
            throw new ClusterFailedException("busy", $"another command is changing the cluster in {folder.FullPath}");
        }
    }

    private ClusterState Known() =>
        folder.Read() ?? throw new ClusterFailedException("no-cluster", $"there is no cluster in {folder.FullPath}; 'pastry cluster up' starts one");

    private static ClusterNode NodeOf(ClusterState state, int index) =>
        state.Nodes.FirstOrDefault(n => n.Index == index) ?? throw new ClusterFailedException("not-found", $"there is no node {index}; the cluster has {state.Nodes.Count}");
}
