using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Audits;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Quotas;
using PastryActors.Past.Repair;
using PastryActors.Past.Requesting;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;

namespace PastryActors.Past;

/// <summary>
/// PAST on one node (Rowstron and Druschel, SOSP 2001): an archival store of immutable objects with k replicas on the nodes closest
/// to each. This class only wires the machines and hands on what happens; each machine has one duty, stated bounds, and a file.
/// </summary>
public sealed class PastComponent : IPastryComponent
{
    private const byte WakeTimer = 1;
    private const byte PeriodTimer = 2;
    private const byte SettleTimer = 3;
    private const byte RepairTimer = 4;
    private const byte AuditTimer = 5;

    private readonly PastOptions _options;
    private readonly Blob _nodeKey;
    private readonly Catalog _catalog = new();
    private Machines _machines = null!;

    /// <summary>PAST with what the store listed at start.</summary>
    /// <param name="nodeKey">This node's public key (SubjectPublicKeyInfo, DER), as its receipts name it.</param>
    /// <param name="entries">Every entry of the store, in any order. Entries that PAST did not write are left alone, and counted.</param>
    public PastComponent(PastOptions options, Blob nodeKey, IEnumerable<StoreEntry> entries)
    {
        (_options, _nodeKey) = (options, nodeKey);
        List<CatalogEntry> known = [];
        foreach (StoreEntry stored in entries)
        {
            if (CatalogEntry.From(stored) is { } entry) known.Add(entry);
            else ForeignEntryCount++;
        }

        _catalog.Load(known);
    }

    /// <summary>Entries of the store that have a tag which PAST does not know.</summary>
    public int ForeignEntryCount { get; }

    /// <inheritdoc/>
    public IEnumerable<MessageKind> Kinds => PastKinds.All;

    /// <inheritdoc/>
    public void Attach(IPastryHost host)
    {
        if (_options.Problem(host.Leafs.Capacity) is { } problem) throw new ArgumentException(problem);
        _machines = new Machines(new PastContext(host, _options, _catalog, _nodeKey, WakeTimer));
    }

    /// <inheritdoc/>
    public void Started()
    {
        _machines.Scheduler.Started();
        _machines.Auditor.Started();
    }

    /// <inheritdoc/>
    public void ActiveChanged(bool active)
    {
        if (active) _machines.Scheduler.Soon();
    }

    /// <inheritdoc/>
    public void NewLeafs(LeafSetView leafs)
    {
        _machines.Context.Leaving.LeafsChanged();
        _machines.Repairs.LeafsChanged();
        _machines.Scheduler.Soon();
    }

    /// <inheritdoc/>
    public bool Forward(ref RoutedMessage message, ref NodeHandle next) => message.Payload switch
    {
        LookupRequest lookup => GoesOn(ref message, lookup, ref next),
        Locate locate when _machines.Context.Knows(locate.Key, locate.Count) => AnswerAndStop(locate, message.Source),
        _ => true,
    };

    private bool GoesOn(ref RoutedMessage message, LookupRequest lookup, ref NodeHandle next)
    {
        if (_machines.Caching.TryServe(lookup, message.Source, message.Hops) || _machines.Server.TryServe(lookup, message.Source, message.Hops)) return false;
        message.Payload = _machines.Nearest.Choose(_machines.Caching.Passing(lookup, message.Source), message.Source, ref next);
        return true;
    }

    /// <inheritdoc/>
    public void Deliver(in RoutedMessage message)
    {
        if (message.Direct) DeliverDirect(message);
        else if (message.Payload is Locate locate) AnswerAndStop(locate, message.Source);
        else if (message.Payload is LookupRequest lookup) _machines.Server.Handle(lookup, message.Source, message.Hops);
        else Refuse(message);
    }

    /// <inheritdoc/>
    public void OnTimer(NodeTimer timer)
    {
        switch (timer.Kind)
        {
            case WakeTimer: _machines.Context.Operations.OnTimer(); break;
            case PeriodTimer:
                _machines.Scheduler.OnPeriod();
                _machines.Surplus.Look();
                _machines.Pointers.Look();
                _machines.LedgerUpkeep.Look();
                _machines.Attestor.Look();
                _machines.Context.Neighbours.OnPeriod();
                break;
            case SettleTimer:
                if (_machines.Scheduler.OnSettled()) _machines.Surplus.Look();
                _machines.Context.Neighbours.LeafsSettled();
                break;
            case RepairTimer: _machines.Repairs.OnTimer(); break;
            case AuditTimer: _machines.Auditor.OnTimer(); break;
            default: throw new InvalidOperationException($"timer {timer.Kind} is not one of PAST's");
        }
    }

    /// <inheritdoc/>
    public void OnWorkDone(WorkResult result) => _machines.Context.WorkDone(result);

    /// <inheritdoc/>
    public bool OnRequest(Request request)
    {
        if (request is not ReportDamage damage) return _machines.Handover.TryTake(request) || _machines.Upkeep.TryTake(request) || _machines.Desk.TryTake(request);
        if (_catalog.TryGet(damage.Object, out CatalogEntry entry)) _machines.Server.Damaged(entry, onDisk: false);
        _machines.Context.Host.Reply(new DamageNoted(damage.Id));
        return true;
    }

    /// <inheritdoc/>
    public void PeerFailed(NodeHandle peer)
    {
        _machines.Context.Operations.PeerFailed(peer.Id);
        _machines.Pointers.PeerFailed(peer.Id);
    }

    /// <summary>What it looks like at this moment. To be called from the node's own mailbox.</summary>
    public PastStatus Status()
    {
        Instant now = _machines.Context.Host.Now;
        return new PastStatus(
            _catalog.ObjectCount,
            _catalog.TombstoneCount,
            _catalog.ContentBytes,
            _catalog.PointerCount,
            _catalog.DivertedCount,
            _machines.Context.Room.FreeBytes,
            _catalog.LedgerCount,
            _catalog.DebitedBytes,
            _machines.Context.Cache.Count,
            _machines.Context.Cache.Bytes,
            _machines.Context.Cache.Hits,
            _machines.Repairs.PointerCount,
            _machines.Repairs.FetchCount,
            _machines.Surplus.WatchedCount,
            _machines.Repairs.RestoredCount,
            _machines.Repairs.Status(),
            _machines.Desk.OpenCount,
            _machines.Keeper.OpenCount,
            _machines.Server.ReadCount,
            _machines.Scheduler.CompletedCount,
            _catalog.HashedCount,
            _machines.Scheduler.LastComplete.Select(p => new PeerSync(p.Key, now - p.Value)).ToValueList());
    }

    private void DeliverDirect(in RoutedMessage message)
    {
        NodeHandle from = message.Source;
        switch (message.Payload)
        {
            case UpkeepMessage { Report: null } question: _machines.Upkeep.Handle(question, from); break;
            case PastAnswer answer: _machines.Context.Operations.Heard(answer, message); break;
            case StoreRequest store: _machines.Keeper.Handle(store, from, message.Content); break;
            case FetchRequest fetch: _machines.Server.Handle(fetch, from); break;
            case HoldQuery query when _machines.Departures.Admit(query, from): _machines.Server.Handle(query, from); break;
            case HoldQuery: break;
            case InspectQuery query: _machines.Server.Handle(query, from); break;
            case ReclaimRequest reclaim: _machines.Releaser.Handle(reclaim, from); break;
            case SyncAsk ask: _machines.Responder.Handle(ask, from); break;
            case SyncTell tell: _machines.Responder.Handle(tell, from); break;
            case RoomNotice notice: _machines.Context.Neighbours.Note(from, notice.FreeBytes, notice.CapacityBytes); break;
            case RoomQuery query: _machines.Context.Host.Send(new RoomReport(query.Operation, _machines.Context.Neighbours.Roomiest(query.ContentLength, RoomReport.NodesMax).ToValueList()), from); break;
            case PointerOffer offer: _machines.Spares.Handle(offer, from); break;
            case CacheCopy copy: _machines.Caching.Handle(copy, from, message.Content); break;
            case LedgerRequest request: _machines.Ledgers.Handle(request, from); break;
            case AuditChallenge challenge: _machines.Prover.Handle(challenge, from); break;
            case Discard discard: _machines.Keeper.Handle(discard, from); break;
            default: Refuse(message); break;
        }
    }

    private bool AnswerAndStop(Locate locate, NodeHandle asker)
    {
        LeafSetView leafs = _machines.Context.Host.Leafs;
        ValueList<NodeHandle> nodes = leafs.ReplicaSet(locate.Key, locate.Count).ToValueList();
        _machines.Context.Host.Send(new Located(locate.Operation, nodes, leafs.IsWholeRing), asker);
        return false;
    }

    // A routed message names its source itself: whatever rests on who sent it must come directly.
    private void Refuse(in RoutedMessage message) => _machines.Context.Host.Report(new Fact(FactKind.MessageRefused, message.Source.Id));

    private sealed class Machines
    {
        public Machines(PastContext context)
        {
            Context = context;
            Scheduler = new SyncScheduler(context, PeriodTimer, SettleTimer);
            Repairs = new RepairQueue(context, Scheduler, new RepairGovernor(context, () => Keeper!.OpenCount + Desk!.OpenCount), RepairTimer);
            Scheduler.Repairs = Repairs;
            Responder = new SyncResponder(context, Repairs, Scheduler);
            Surplus = new SurplusKeeper(context, Repairs);
            Server = new ObjectServer(context, Repairs);
            Pointers = new PointerKeeper(context, Repairs);
            Spares = new SpareKeeper(context);
            Caching = new CacheKeeper(context);
            Nearest = new NearestHolder(context);
            Keeper = new StoreKeeper(context, Repairs);
            Releaser = new ReclaimKeeper(context, Repairs);
            Desk = new RequestDesk(context);
            Upkeep = new UpkeepDesk(context, Repairs);
            Ledgers = new LedgerKeeper(context, Repairs);
            LedgerUpkeep = new LedgerUpkeep(context, Ledgers);
            Attestor = new Attestor(context, Repairs);
            Prover = new Prover(context, Server);
            Auditor = new Auditor(context, Server, AuditTimer);
            Departures = new Departures(context, Pointers, Scheduler);
            Handover = new Handover(context, Repairs, () => Keeper.OpenCount);
        }

        public PastContext Context { get; }

        public SyncScheduler Scheduler { get; }

        public RepairQueue Repairs { get; }

        public SyncResponder Responder { get; }

        public SurplusKeeper Surplus { get; }

        public PointerKeeper Pointers { get; }

        public SpareKeeper Spares { get; }

        public CacheKeeper Caching { get; }

        public NearestHolder Nearest { get; }

        public ObjectServer Server { get; }

        public StoreKeeper Keeper { get; }

        public ReclaimKeeper Releaser { get; }

        public RequestDesk Desk { get; }

        public UpkeepDesk Upkeep { get; }

        public LedgerKeeper Ledgers { get; }

        public LedgerUpkeep LedgerUpkeep { get; }

        public Attestor Attestor { get; }

        public Prover Prover { get; }

        public Auditor Auditor { get; }

        public Departures Departures { get; }

        public Handover Handover { get; }
    }
}
