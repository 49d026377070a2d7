using System.Security.Cryptography;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Gateway;
using PastryActors.Node.Hosting;
using PastryActors.Node.Workers;

namespace PastryActors.Node.Benches;

/// <summary>A node of the ring inside this process, without a gateway: how an app would have one.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private static readonly TimeSpan JoinPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan JoinDeadline = TimeSpan.FromSeconds(60);

    private readonly ECDsa _owner;
    private readonly OwnerJournal _journal;
    private readonly ILoggerFactory _logs;
    private readonly IHostedNode _node;

    private BenchNode(ECDsa owner, OwnerJournal journal, ILoggerFactory logs, IHostedNode node, GatewayServices services) =>
        (_owner, _journal, _logs, _node, Services) = (owner, journal, logs, node, services);

    /// <summary>The node, and the pipelines of files over it.</summary>
    public GatewayServices Services { get; }

    public INodeAccess Access => _node.Access;

    /// <summary>Messages that a subscription may have on their way to its reader.</summary>
    public required int SubscriberWindow { get; init; }

    /// <summary>Starts a node in this process and waits until it is an active member of the ring of the cluster.</summary>
    public static Task<BenchNode> JoinAsync(BenchPlan plan, BenchCluster cluster, CancellationToken stop) =>
        JoinAsync(Path.Combine(plan.Folder, "client"), plan.Config, plan.Settings, cluster.Nodes.Take(3).Select(n => n.Overlay), stop);

    /// <summary>Starts a node in this process and waits until it is an active member of the ring of <paramref name="seeds"/>.</summary>
    public static async Task<BenchNode> JoinAsync(string folder, string config, IReadOnlyList<string> settings, IEnumerable<string> seeds, CancellationToken stop)
    {
        NodeSettings loaded = PastrySchema.Load(config,
        [
            .. settings, "node.dir=" + folder, "overlay.listen=127.0.0.1:0", "node.found-ring=false",
            "node.seeds=[" + string.Join(", ", seeds.Select(s => $"\"{s}\"")) + "]",
        ]);
        Directory.CreateDirectory(folder);
        ILoggerFactory logs = LoggerFactory.Create(static builder => builder.SetMinimumLevel(LogLevel.None));
        string keyFile = Path.Combine(folder, "owner.key");
        ECDsa owner = OwnerKey.LoadOrCreate(keyFile);
        StartedNode started = await NodeComposition.StartAsync(loaded, owner, logs, stop).ConfigureAwait(false);
        var journal = new OwnerJournal(keyFile + ".files", started.Node.Id.ToString());
        var services = GatewayServices.Over(started.Node.Access, new OwnerIdentity(started.OwnerSigner, TimeProvider.System), journal, SettingsMap.TransferOf(loaded), TimeProvider.System);
        var node = new BenchNode(owner, journal, logs, started.Node, services) { SubscriberWindow = Math.Max(2, loaded.Scribe.SubscriberQueue / 4) };
        await node.JoinedAsync(stop).ConfigureAwait(false);
        return node;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync().ConfigureAwait(false);
        _journal.Dispose();
        _owner.Dispose();
        _logs.Dispose();
    }

    private async Task JoinedAsync(CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(JoinDeadline);
        while (!(await Access.StatusAsync(deadline.Token).ConfigureAwait(false)).Active) await Task.Delay(JoinPause, deadline.Token).ConfigureAwait(false);
    }
}
