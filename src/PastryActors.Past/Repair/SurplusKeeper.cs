using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Repair;

/// <summary>
/// Objects here whose k closest are others by now. They are asked at once whether they have it, and told of it if not: after a
/// partition or a long absence this may be the only copy. Only when every one of them has confirmed that it holds the object
/// durably, or a pointer to another holder, and sees itself responsible, and the delay is over, does this node let it go. If one of
/// them has a pointer to this node, it is a diverted replica and stays; of those a bounded number a period are asked about.
/// </summary>
internal sealed class SurplusKeeper(PastContext context, RepairQueue repairs) : IHoldersAsked
{
    private const int RoundObjectsMax = 128;
    private const int FarObjectsMax = 8;

    private readonly SortedDictionary<FileId, Watch> _watched = [];
    private RingId _cursor;
    private Instant _nextLapAt;
    private int _running;

    /// <summary>Objects under watch.</summary>
    public int WatchedCount => _watched.Count;

    /// <summary>Looks for surplus, and asks about what is new or due. Called with every comparison.</summary>
    public void Look()
    {
        if (!context.Host.IsActive || context.Leaving.IsSelf || _running > 0) return;
        Forget();
        Discover();
        Ask();
    }

    /// <inheritdoc/>
    public void Ended() => _running--;

    /// <inheritdoc/>
    public void Answered(in CatalogEntry entry, bool confirmed, NodeHandle? pointedToBy)
    {
        if (_watched.TryGetValue(entry.Object, out Watch? watch)) watch.IsAnnounced = true;
        if (pointedToBy is not null) Needed(entry, pointedToBy);
        else if (confirmed && watch is not null) Confirmed(entry, watch);
    }

    /// <inheritdoc/>
    public void Buried(in CatalogEntry entry, NodeHandle holder) => repairs.Learn(SyncEntry.Of(entry) with { IsTombstone = true }, holder);

    /// <summary>It leaves, or sees itself no neighbour: it is asked again in the next round, if it is still one of the k closest.</summary>
    public void Refused(NodeHandle by)
    {
    }

    /// <inheritdoc/>
    public void Found(in CatalogEntry entry, List<NodeHandle> nodes)
    {
        if (nodes.Exists(n => n.Id == context.Host.Self.Id)) return;
        Run([new SurplusItem(entry, nodes, entry.Replicas)]);
    }

    /// <inheritdoc/>
    public void NotFound(in CatalogEntry entry)
    {
    }

    /// <summary>All k closest hold it: lets it go, if its time has come and it is still surplus.</summary>
    private void Confirmed(in CatalogEntry entry, Watch watch)
    {
        if (!IsDue(watch) || !IsSurplus(entry.Object) || !context.Changing.Add(entry.Object)) return;
        context.Remove(new Dropping(context, this, entry), entry.Object);
    }

    /// <summary>One of the k closest has a pointer to this node for it: it is no surplus.</summary>
    private void Needed(in CatalogEntry entry, NodeHandle by)
    {
        _watched.Remove(entry.Object);
        if (!context.Catalog.TryGet(entry.Object, out CatalogEntry now) || now.State != EntryState.Replica || now.IsLedgerEntry || context.Changing.Contains(entry.Object)) return;
        context.Catalog.Set(new CatalogEntry(now.Object, now.ContentLength, now.Kind, now.Replicas, EntryState.Diverted, CatalogEntry.PeerOf(by.Id)));
    }

    private void Forget()
    {
        foreach (FileId id in _watched.Keys.Where(id => !IsSurplus(id)).ToArray()) _watched.Remove(id);
    }

    private void Discover()
    {
        if (_watched.Count >= context.Options.SurplusMax || context.Catalog.Count == 0) return;
        Responsibility responsibility = context.Responsibility;
        foreach (CatalogEntry entry in Foreign(Arc.WholeRing, responsibility))
        {
            if (entry.State is EntryState.Pointer or EntryState.Diverted || !_watched.TryAdd(entry.Object, new Watch(context.Host.Now))) continue;
            if (_watched.Count >= context.Options.SurplusMax) return;
        }

        DiscoverDiverted(responsibility);
    }

    // What lies beyond this node's arcs, and nothing else: nearly all that it holds is its own, and need not be looked at.
    private IEnumerable<CatalogEntry> Foreign(Arc arc, Responsibility responsibility) => context.Catalog.In(
        arc.From, k => responsibility.OwnArc(Math.Min(k, responsibility.ReplicasMax)).Rest is { } rest ? KeySpan.Within(KeySpan.Of(arc), rest) : []);

    // In laps, a few a period and not oftener than the delay: nearly all of them are still needed.
    private void DiscoverDiverted(Responsibility responsibility)
    {
        if (context.Catalog.DivertedCount == 0 || context.Host.Now < _nextLapAt) return;
        int found = 0;
        foreach (CatalogEntry entry in Foreign(new Arc(_cursor, UInt128.MaxValue - _cursor.Value), responsibility))
        {
            if (entry.State != EntryState.Diverted) continue;
            if (found++ == context.Options.UpkeepObjectsMax || _watched.Count >= context.Options.SurplusMax)
            {
                _cursor = entry.Key;
                return;
            }

            _watched.TryAdd(entry.Object, new Watch(context.Host.Now));
        }

        (_cursor, _nextLapAt) = (default, context.Host.Now + context.Options.SurplusDelay);
    }

    private void Ask()
    {
        List<SurplusItem> near = [];
        int far = 0;
        foreach ((FileId id, Watch watch) in _watched.OrderBy(w => w.Value.AskedAt))
        {
            if (watch.IsAnnounced && !IsDue(watch)) continue;
            if (!context.Catalog.TryGet(id, out CatalogEntry entry)) continue;
            if (context.Knows(id.Key, entry.Replicas))
            {
                if (near.Count == RoundObjectsMax) continue;
                near.Add(new SurplusItem(entry, context.Keepers(id.Key, entry.Replicas), entry.Replicas));
            }
            else if (far++ < FarObjectsMax)
            {
                Locate(entry);
            }
            else
            {
                continue;
            }

            watch.AskedAt = context.Host.Now;
        }

        if (near.Count > 0) Run(near);
    }

    private void Run(List<SurplusItem> items)
    {
        _running++;
        SurplusRound.Start(context, this, items, leaving: false);
    }

    private void Locate(in CatalogEntry entry)
    {
        _running++;
        SurplusSearch.Start(context, this, entry);
    }

    private bool IsSurplus(FileId id) => context.Catalog.TryGet(id, out CatalogEntry entry) && !entry.IsPointer && !context.Responsibility.IsOwn(id.Key, entry.Replicas);

    private bool IsDue(Watch watch) => watch.Since + context.Options.SurplusDelay <= context.Host.Now;

    private sealed class Watch(Instant since)
    {
        public Instant Since { get; } = since;

        public Instant AskedAt { get; set; } = new(long.MinValue);

        public bool IsAnnounced { get; set; }
    }

    private sealed class Dropping(PastContext context, SurplusKeeper keeper, CatalogEntry entry) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            context.Changing.Remove(entry.Object);
            if (((StoreChanged)result).Status is not (StoreStatus.Done or StoreStatus.NotFound)) return;
            context.Catalog.Remove(entry.Object);
            context.RoomChanged();
            keeper._watched.Remove(entry.Object);
            context.Host.Report(new Fact(FactKind.ReplicaDropped, entry.Object.Key, entry.ContentLength));
        }
    }
}
