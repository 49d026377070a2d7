using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Logging;
using PastryActors.Node.Upkeep;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Requests;
using PastryActors.Pastry.Tables;
using PastryActors.Store;
using PastryActors.Store.Upkeep;

namespace PastryActors.Node.Hosting;

/// <summary>A node on an engine, with its store: answers the gateway, counts facts, remembers peers, and keeps the store in order.</summary>
internal sealed class HostedNode : IHostedNode, INodeAccess, INodeListener
{
    /// <summary>How long closing the gateway and telling the neighbours may take, when a node leaves.</summary>
    public static readonly TimeSpan LeaveDeadline = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(5);

    private readonly IEngine _engine;
    private readonly NodeKey _key;
    private readonly VolumeStore _store;
    private readonly NodeFolder _folder;
    private readonly NodeFacts _log;
    private readonly RequestTable _requests;
    private readonly FactTally _facts = new();
    private readonly PeerMemory _memory;
    private readonly DamageReporter _damage;
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeUpkeep _upkeep;
    private readonly List<IDisposable> _owned = [];
    private IEngineNode _node = null!;
    private volatile NodeParts? _parts;
    private volatile bool _leaving;

    public HostedNode(IEngine engine, NodeKey key, VolumeStore store, NodeFolder folder, RequestTableOptions requests, CaretakerOptions caretaking, FileTransferOptions transfer, ILoggerFactory logs)
    {
        (_engine, _key, _store, _folder, _log) = (engine, key, store, folder, new NodeFacts(logs));
        _requests = new RequestTable(request => _node.Post(request), requests, TimeProvider.System);
        _memory = new PeerMemory(folder, logs.CreateLogger(LogLevels.CategoryOf(LogSubsystem.Node)));
        _damage = new DamageReporter(this);
        _upkeep = new NodeUpkeep(this, key.NodeId, store, caretaking, transfer, TimeProvider.System);
    }

    /// <inheritdoc/>
    public RingId Id => _key.NodeId;

    /// <inheritdoc/>
    public INodeAccess Access => this;

    /// <inheritdoc/>
    public INodeUpkeep Upkeep => _upkeep;

    /// <inheritdoc/>
    public Task Failure => _failure.Task;

    /// <summary>The store found an object damaged.</summary>
    public void OnDamaged(FileId damaged) => _damage.Report(damaged);

    /// <summary>Something that is to be closed after the node.</summary>
    public T Owns<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>Runs the node.</summary>
    /// <param name="handOver">How long it hands over what it holds, at most, when something other than its host stops it.</param>
    public void Start(Func<NodeHandle, NodeParts> parts, IWorkers workers, TimeSpan handOver)
    {
        INodeCore MakeCore(NodeHandle self) => (_parts = parts(self)).Node;
        _node = _engine.AddNode(new Engine.NodeSettings(_key, MakeCore, workers, this, _folder.NextStart));
        _engine.Leaving = async () =>
        {
            await HandOverAsync(handOver, CancellationToken.None).ConfigureAwait(false);
            await LeaveAsync(CancellationToken.None).ConfigureAwait(false);
        };
        _upkeep.Start();
    }

    /// <inheritdoc/>
    public Task<Reply> AskAsync(Func<long, Request> make, CancellationToken cancellation) => _requests.AskAsync(make, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<Reply> StreamAsync(Func<long, Request> open, Func<long, long, Request> close, CancellationToken cancellation) =>
        _requests.StreamAsync(open, close, cancellation);

    /// <inheritdoc/>
    public async Task<NodeStatus> StatusAsync(CancellationToken cancellation)
    {
        NodeStatus status = await _node.QueryAsync(_ => Describe(_parts!), StatusTimeout).WaitAsync(cancellation).ConfigureAwait(false);
        StoreUsage usage = _store.Usage;
        return status with
        {
            Bytes = usage.UsedBytes,
            CapacityBytes = usage.CapacityBytes,
            MailboxDepth = _node.MailboxDepth,
            Leaving = _leaving,
            Counters = Counters(status.Counters, usage),
        };
    }

    /// <inheritdoc/>
    public async Task<HandedOver?> HandOverAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        _leaving = true;
        return timeout > TimeSpan.Zero ? await AskAsync(id => new HandOver(id, timeout), cancellation).ConfigureAwait(false) as HandedOver : null;
    }

    /// <inheritdoc/>
    public async Task LeaveAsync(CancellationToken deadline) =>
        await this.AskAsync<LeftRing>(id => new LeaveRing(id, StatusTimeout), deadline).ConfigureAwait(false);

    /// <inheritdoc/>
    public void OnReply(Reply reply) => _requests.OnReply(reply);

    /// <inheritdoc/>
    public void OnFact(in Fact fact)
    {
        _facts.Count(fact.Kind);
        _log.Log(fact);
        if (fact is { Kind: FactKind.LeafSetChanged, Value: > 0 } && _parts is { } parts) _memory.Remember([.. parts.Node.ToRemember]);
    }

    /// <inheritdoc/>
    public void OnRestarting(Exception reason) => _requests.FailAll(FailureCode.NotActive, $"the node failed and starts again: {reason.Message}");

    /// <inheritdoc/>
    public void OnGivenUp(Exception reason) => _failure.TrySetException(reason);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _upkeep.DisposeAsync().ConfigureAwait(false);
        await _damage.DisposeAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
        await _memory.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
        _owned.ForEach(static owned => owned.Dispose());
        _key.Dispose();
    }

    private static NodeStatus Describe(NodeParts parts)
    {
        PastryNode node = parts.Node;
        Past.PastStatus past = parts.Past.Status();
        return new NodeStatus
        {
            Self = node.Self,
            Active = node.IsActive,
            LeafSetComplete = node.LeafSetComplete,
            WaitsFor = node.IsActive ? "" : node.Leafs.Count > 0 ? "an answer of every member of its leaf set" : "an answer of a seed or of a node it knew",
            LeafSetLeft = Peers(node, node.Leafs.Left),
            LeafSetRight = Peers(node, node.Leafs.Right),
            RoutingTable = [.. Enumerable.Range(0, node.Table.RowCount).Select(row => new RoutingRow(row, [.. node.Table.RowWithDistances(row).Select(Peer)])).Where(r => r.Entries.Count > 0)],
            Neighbourhood = [.. node.Neighbourhood.Nodes.Select(Peer)],
            Objects = past.Objects,
            Counters = new Dictionary<string, long>
            {
                ["past_objects"] = past.Objects,
                ["past_tombstones"] = past.Tombstones,
                ["past_content_bytes"] = past.ContentBytes,
                ["past_pointers"] = past.Pointers,
                ["past_fetches_open"] = past.FetchesInFlight,
                ["past_surplus_watched"] = past.Surplus,
                ["past_restored"] = past.Restored,
                ["past_requests_open"] = past.OpenRequests,
                ["past_syncs"] = past.SyncsCompleted,
                ["past_sync_hashed"] = past.HashedEntries,
                ["past_under_replicated"] = past.Repair.UnderReplicated,
                ["past_restored_bytes"] = past.Repair.RestoredBytes,
                ["past_repair_failed"] = past.Repair.Failed,
            },
        };
    }

    private static PeerStatus[] Peers(PastryNode node, IReadOnlyList<NodeHandle> peers) =>
        [.. peers.Select(p => new PeerStatus(p, node.RoundTrip(p.Id) is { } trip ? trip.Ticks / TimeSpan.TicksPerMicrosecond : null))];

    private static PeerStatus Peer((NodeHandle Node, uint RoundTripMicros) peer) =>
        new(peer.Node, peer.RoundTripMicros == RoutingTable.Unmeasured ? null : peer.RoundTripMicros);

    private Dictionary<string, long> Counters(IReadOnlyDictionary<string, long> ofCore, StoreUsage usage)
    {
        var counters = new Dictionary<string, long>(ofCore);
        _facts.AddTo(counters);
        _engine.AddTo(counters);
        counters["store_live_bytes"] = usage.LiveBytes;
        counters["store_volumes"] = usage.Volumes;
        counters["store_quarantined"] = usage.Quarantined;
        counters["store_full_refusals"] = usage.FullRefusals;
        counters["store_queue_refusals"] = usage.QueueRefusals;
        counters["store_groups"] = usage.Groups;
        counters["store_changes"] = usage.Changes;
        counters["store_compactions"] = usage.Compactions;
        _upkeep.AddTo(counters);
        counters["requests_timed_out"] = _requests.TimedOut;
        counters["slow_readers"] = _requests.SlowReaders;
        return counters;
    }
}
