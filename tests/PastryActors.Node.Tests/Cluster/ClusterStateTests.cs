using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PastryActors.Client;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Cluster;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Cluster;

public sealed class ClusterStateTests : IDisposable
{
    private readonly ClusterFolder _folder = new(Directory.CreateTempSubdirectory("pastry-test-").FullName);

    [Fact]
    public void What_was_written_is_read_and_a_damaged_file_is_said()
    {
        Assert.Null(_folder.Read());
        var state = new ClusterState("a.conf", ["x=1"], [new ClusterNode(0, 12, 34, "127.0.0.1:9000", "http://127.0.0.1:9001")]);
        _folder.Write(state);
        Assert.Equivalent(state, _folder.Read());
        File.WriteAllText(_folder.StateFile, "{\"nodes\":[");
        Assert.Throws<InvalidDataException>(_folder.Read);
        File.WriteAllText(_folder.StateFile, "{}");
        Assert.Throws<InvalidDataException>(_folder.Read);
    }

    [Fact]
    public void A_process_is_known_by_its_start_and_not_by_its_number_alone()
    {
        int self = Environment.ProcessId;
        Assert.True(ProcessStamp.IsAlive(self, ProcessStamp.Of(self)));
        Assert.False(ProcessStamp.IsAlive(self, ProcessStamp.Of(self) - 1));
        Assert.False(ProcessStamp.IsAlive(0, 0));
        using Process ended = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["--version"]) { RedirectStandardOutput = true })!;
        long stamp = ProcessStamp.Of(ended.Id);
        ended.WaitForExit();
        Assert.False(ProcessStamp.IsAlive(ended.Id, stamp));
    }

    [Fact]
    public void One_command_at_a_time_changes_a_cluster()
    {
        using (_folder.Lock()) Assert.Throws<IOException>(() => _folder.Lock());
        _folder.Lock().Dispose();
    }

    [Fact]
    public void A_port_in_use_is_found_before_anything_starts()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int taken = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Equal(taken, ClusterPorts.FirstTaken([taken]));
    }

    [Fact]
    public void Only_the_first_may_found_and_everyone_has_several_doors()
    {
        ClusterNode[] nodes = [.. Enumerable.Range(0, 8).Select(i => new ClusterNode(i, 0, 0, $"127.0.0.1:{9000 + (2 * i)}", $"http://127.0.0.1:{9001 + (2 * i)}"))];
        var launcher = new NodeLauncher(_folder);
        IReadOnlyList<string> settings = launcher.SettingsOf(new ClusterState("c", ["past.capacity=1 GiB"], nodes), nodes[5], found: false);
        Assert.Contains("node.found-ring=false", settings);
        Assert.Contains("past.capacity=1 GiB", settings);
        string seeds = Assert.Single(settings, s => s.StartsWith("node.seeds", StringComparison.Ordinal));
        Assert.StartsWith("node.seeds=[\"127.0.0.1:9000\", ", seeds, StringComparison.Ordinal);
        Assert.DoesNotContain(nodes[5].Overlay, seeds, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_of_one_engine_takes_no_nodes_of_another_and_says_why()
    {
        _folder.Write(new ClusterState("c", [], [new ClusterNode(0, 0, 0, "127.0.0.1:9000", "http://127.0.0.1:9001")]) { Engine = EngineChoice.Akka });
        Assert.Equal(EngineChoice.Akka, _folder.Read()!.Engine);
        Assert.Contains("node.engine=akka", new NodeLauncher(_folder).SettingsOf(_folder.Read()!, _folder.Read()!.Nodes[0], found: true));
        var cluster = new LocalCluster(_folder, new ClusterProbe(static _ => throw new InvalidOperationException(), TimeSpan.Zero), new NodeLauncher(_folder), static _ => { });

        ClusterFailedException refused = await Assert.ThrowsAsync<ClusterFailedException>(() => cluster.UpAsync(new ClusterPlan(1, 9000, "c", []), CancellationToken.None));

        Assert.Equal("mixed-engines", refused.Code);
        Assert.Contains("a ring is of one engine", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_named_for_nodes_that_run_are_refused_and_not_ignored()
    {
        // Its one node is this process, which runs.
        var node = new ClusterNode(0, Environment.ProcessId, ProcessStamp.Of(Environment.ProcessId), "127.0.0.1:9000", "http://127.0.0.1:9001");
        _folder.Write(new ClusterState("c", ["past.capacity=1GiB"], [node]));
        var cluster = new LocalCluster(_folder, new ClusterProbe(static _ => throw new InvalidOperationException("it was asked"), TimeSpan.Zero), new NodeLauncher(_folder), static _ => { });

        foreach (ClusterPlan other in (ClusterPlan[])[new(1, 9000, "c", ["past.capacity=2GiB"]), new(1, 9000, "d", [])])
            Assert.Equal("settings-fixed", (await Assert.ThrowsAsync<ClusterFailedException>(() => cluster.UpAsync(other, CancellationToken.None))).Code);
        foreach (ClusterPlan same in (ClusterPlan[])[new(1, 9000, "c", ["past.capacity=1GiB"]), new(1, 9000, "c", [])])
            Assert.Equal("it was asked", (await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.UpAsync(same, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task A_node_that_still_hands_over_is_started_when_it_has_ended()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", ["600"]))!;
        using var overlay = new TcpListener(IPAddress.Loopback, 0);
        overlay.Start();
        using var leaving = new TestNode();
        leaving.Ring.Status = leaving.Ring.Status with { Active = true, Leaving = true };
        (_, HttpClient http) = await leaving.ServeAsync();
        _folder.Write(new ClusterState("c", [], [new ClusterNode(0, process.Id, ProcessStamp.Of(process.Id), $"{overlay.LocalEndpoint}", $"{http.BaseAddress}")]));
        var told = new TaskCompletionSource<string>();
        var cluster = new LocalCluster(_folder, new ClusterProbe(static url => new PastryClient(new PastryClientOptions { Nodes = [url], AttemptsMax = 1 }), TimeSpan.FromSeconds(5)), new NodeLauncher(_folder), told.SetResult);

        Assert.True((await cluster.StatusAsync(TestNode.Deadline)).Nodes[0].Leaving);
        Task<ClusterStatus> started = cluster.StartAsync(0, TestNode.Deadline);
        Assert.Contains("hands over", await told.Task.WaitAsync(TestNode.Deadline), StringComparison.Ordinal);
        Assert.False(started.IsCompleted);
        process.Kill();
        // As far as a start comes where the port is still taken.
        Assert.Equal("port-in-use", (await Assert.ThrowsAsync<ClusterFailedException>(() => started)).Code);
    }

    [Fact]
    public void Settings_named_for_nodes_that_stand_still_take_the_place_of_those_of_the_same_key()
    {
        var state = new ClusterState("c", ["past.capacity=1GiB", "past.replicas=2"], []);
        ClusterState changed = state.With("d", ["pastry.past.capacity = 2GiB"]);
        Assert.Equal("d", changed.Config);
        Assert.Equal(["past.replicas=2", "pastry.past.capacity = 2GiB"], changed.Overrides);
    }

    [Fact]
    public void An_engine_that_was_not_built_in_is_said_before_a_process_is_started()
    {
        var state = new ClusterState("c", [], [new ClusterNode(0, 0, 0, "127.0.0.1:9000", "http://127.0.0.1:9001")]) { Engine = (EngineChoice)99 };
        Assert.Equal("engine-missing", Assert.Throws<ClusterFailedException>(() => new NodeLauncher(_folder).Start(state, state.Nodes[0], found: true)).Code);
    }

    [Fact]
    public void A_ring_is_whole_only_if_all_agree_on_their_neighbours()
    {
        NodeDescription[] ring = [Node("a", "c", "b"), Node("b", "a", "c"), Node("c", "b", "a")];
        Assert.True(ClusterProbe.IsWhole(ring));
        Assert.False(ClusterProbe.IsWhole([ring[0], ring[1], null]));
        Assert.False(ClusterProbe.IsWhole([ring[0], ring[1], ring[2] with { Active = false }]));
        Assert.False(ClusterProbe.IsWhole([ring[0], ring[1], ring[2] with { LeafSetComplete = false }]));
        Assert.False(ClusterProbe.IsWhole([ring[0], ring[1] with { LeafSetRight = [new Peer("a", "", null)] }, ring[2]]));
        Assert.False(ClusterProbe.IsWhole([]));
    }

    public void Dispose() => Directory.Delete(_folder.FullPath, recursive: true);

    private static NodeDescription Node(string id, string left, string right) => new(
        id, "", 1, "", true, true, "", 1, [new Peer(left, "", null)], [new Peer(right, "", null)], [], [], 0, 0, 0, 0, new Dictionary<string, long>());
}
