using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Repair;

/// <summary>How a fetch ended.</summary>
internal enum FetchEnd : byte
{
    /// <summary>The object is here now.</summary>
    Restored,

    /// <summary>It is not needed (any more).</summary>
    NotNeeded,

    /// <summary>Nobody gave it.</summary>
    Failed,

    /// <summary>There is room for it neither here nor with a neighbour: fewer than k hold it until there is.</summary>
    NoRoom,
}

/// <summary>
/// Objects that this node should hold and lacks: a pointer to holders at once, so that lookups find them, the object itself as soon
/// as the window has room. A tombstone counts as an object, and wins over one. Whatever cannot be had is let go; the next
/// comparison finds it again.
/// </summary>
internal sealed class RepairQueue(PastContext context, SyncScheduler scheduler, RepairGovernor governor, byte timer) : IRepairs
{
    private const int HoldersMax = 8;

    private readonly FetchLog _log = new(context.Catalog);
    private readonly Dictionary<FileId, Wanted> _pointers = [];
    private readonly Queue<FileId> _waiting = [];
    private bool _overflowed;
    private bool _timerArmed;
    private int _comingHome;

    /// <summary>Objects known to be elsewhere and not here.</summary>
    public int PointerCount => _pointers.Count;

    /// <summary>Objects being fetched.</summary>
    public int FetchCount { get; private set; }

    /// <summary>Objects restored since the start.</summary>
    public long RestoredCount => _log.Restored;

    /// <summary>Whether an object could be brought home now, without standing in line.</summary>
    public bool HasTime => _waiting.Count == 0 && FetchCount < governor.Window;

    /// <summary>Whether more could be learnt.</summary>
    public bool HasRoom => _pointers.Count < context.Options.PointersMax;

    /// <summary>An operator changes how fast it goes.</summary>
    public void Steer(SteerRepair steer)
    {
        governor.Steer(steer.Paused, steer.BytesPerSecond, steer.ObjectsAtOnce);
        Pump();
    }

    /// <summary>The timer that waits for the rate fired.</summary>
    public void OnTimer()
    {
        _timerArmed = false;
        Pump();
    }

    /// <summary>How it is.</summary>
    public RepairStatus Status()
    {
        KeyValuePair<FileId, RepairTrouble>[] troubles = [.. _log.Troubles.Where(t => !_pointers.ContainsKey(t.Key))];
        IEnumerable<FileId> examples = troubles.Select(t => t.Key).Concat(_pointers.Where(p => !p.Value.Replaces).Select(p => p.Key));
        return new RepairStatus(
            governor.ActivityOf(_waiting.Count, FetchCount), _waiting.Count, FetchCount, _pointers.Count - _comingHome + troubles.Length,
            _log.Restored, _log.RestoredBytes, _log.BroughtHome, _log.Failed, troubles.Count(t => t.Value == RepairTrouble.NoRoom), _log.LastError,
            governor.BytesPerSecond, governor.ObjectsAtOnce, examples.Take(UpkeepReport.ExamplesMax).ToValueList());
    }

    /// <summary>Why an object is not here.</summary>
    public RepairTrouble TroubleOf(FileId id) =>
        context.Catalog.TryGet(id, out _) ? RepairTrouble.None : _pointers.ContainsKey(id) ? RepairTrouble.Waiting : _log.TroubleOf(id);

    /// <summary>The leaf set changed.</summary>
    public void LeafsChanged() => _log.Forget();

    /// <summary>A peer says that it has an object or its tombstone.</summary>
    public void Learn(in SyncEntry entry, NodeHandle holder)
    {
        if (!IsWanted(entry) || holder.Id == context.Host.Self.Id) return;
        if (_pointers.TryGetValue(entry.Object, out Wanted? pointer))
        {
            pointer.Add(holder, first: entry.IsTombstone);
        }
        else if (HasRoom)
        {
            Add(new Wanted(entry.Replicas, entry.ContentLength), entry.Object, [holder]);
        }
        else
        {
            context.Host.Report(new Fact(FactKind.Dropped, entry.Object.Key, context.Options.PointersMax));
            Overflowed();
        }

        Pump();
    }

    /// <summary>There was more to learn than room: once what is known is fetched, comparing goes on.</summary>
    public void Overflowed() => _overflowed = true;

    /// <inheritdoc/>
    public ValueList<NodeHandle> HoldersOf(FileId id) => _pointers.TryGetValue(id, out Wanted? pointer) ? pointer.Holders.ToValueList() : default;

    /// <inheritdoc/>
    public void Lost(in CatalogEntry entry, bool onDisk)
    {
        if (!context.Catalog.Remove(entry.Object)) return;
        if (!entry.IsPointer) context.Host.Report(new Fact(FactKind.ReplicaDamaged, entry.Object.Key, entry.ContentLength));
        if (!onDisk) FetchAgain(entry);
        else if (context.Changing.Add(entry.Object)) context.Remove(new Clearing(this, context, entry), entry.Object);
    }

    /// <summary>There is room by now for an object that another node holds for this one: it is to come home (SOSP 2001, section 3.5).</summary>
    public void BringHome(in CatalogEntry pointer, NodeHandle holder)
    {
        if (!HasRoom || _pointers.ContainsKey(pointer.Object)) return;
        Add(new Wanted(pointer.Replicas, pointer.ContentLength) { Replaces = true }, pointer.Object, [holder]);
        Pump();
    }

    /// <summary>The fetch of an object is over.</summary>
    public void Ended(FileId id, FetchEnd end)
    {
        FetchCount--;
        _pointers.Remove(id, out Wanted? wanted);
        if (wanted!.Replaces) _comingHome--;
        _log.Note(id, end, wanted);
        if (end == FetchEnd.Failed) scheduler.Sooner();
        Pump();
        if (!_overflowed || _pointers.Count > 0) return;
        _overflowed = false;
        scheduler.Soon();
    }

    private bool IsWanted(in SyncEntry entry)
    {
        if (context.Catalog.TryGet(entry.Object, out CatalogEntry own)) return entry.IsTombstone && !own.IsTombstone;
        return context.Responsibility.IsOwn(entry.Object.Key, Math.Max((int)entry.Replicas, 1)) && !context.Lapsed.Contains(entry.Object);
    }

    private void FetchAgain(in CatalogEntry entry)
    {
        List<NodeHandle> holders = context.Host.Leafs.ReplicaSet(entry.Object.Key, context.CandidateCountFor(entry.Replicas));
        holders.RemoveAll(n => n.Id == context.Host.Self.Id);

        // One that held it for this node and leaves is still there to give it.
        if (entry.IsPointer && context.HolderOf(entry) is { } holder && !holders.Exists(n => n.Id == holder.Id)) holders.Add(holder);
        if (holders.Count > 0 && HasRoom && !_pointers.ContainsKey(entry.Object))
        {
            RingId? asker = entry.State == EntryState.Diverted ? context.HolderOf(entry)?.Id : null;
            Add(new Wanted(entry.Replicas, entry.ContentLength) { DivertedFor = asker }, entry.Object, holders);
        }

        Pump();
    }

    private void Add(Wanted wanted, FileId id, IReadOnlyList<NodeHandle> holders)
    {
        foreach (NodeHandle holder in holders) wanted.Add(holder, first: false);
        _pointers.Add(id, wanted);
        if (wanted.Replaces) _comingHome++;
        _waiting.Enqueue(id);
    }

    private void Pump()
    {
        while (_waiting.Count > 0 && FetchCount < governor.Window && !MustWait())
        {
            FileId id = _waiting.Dequeue();
            Wanted wanted = _pointers[id];
            FetchCount++;
            governor.Began(wanted.Length);
            var fetch = new FetchOperation(context, this, id, wanted);
            context.Operations.Open(fetch);
            fetch.Begin();
        }
    }

    private bool MustWait()
    {
        TimeSpan wait = governor.Wait;
        if (wait > TimeSpan.Zero && !_timerArmed)
        {
            _timerArmed = true;
            context.Host.Schedule(timer, wait);
        }

        return wait > TimeSpan.Zero;
    }

    /// <summary>An object that is to come here.</summary>
    /// <param name="replicas">Its k, as a neighbour says.</param>
    /// <param name="length">Bytes of its content, as a neighbour says; for one that itself has but a pointer, at least that.</param>
    internal sealed class Wanted(int replicas, int length)
    {
        public int Replicas { get; } = Math.Max(replicas, 1);

        public int Length { get; } = length;

        /// <summary>Whether a pointer of this node leads to it, and is to give way.</summary>
        public bool Replaces { get; init; }

        /// <summary>For whom it was held here, if it was for another node.</summary>
        public RingId? DivertedFor { get; init; }

        /// <summary>Who has it, in the order in which they are to be asked.</summary>
        public List<NodeHandle> Holders { get; } = new(1);

        public void Add(NodeHandle holder, bool first)
        {
            if (Holders.Count >= HoldersMax || Holders.Exists(n => n.Id == holder.Id)) return;
            if (first) Holders.Insert(0, holder);
            else Holders.Add(holder);
        }
    }

    /// <summary>Waits until a rotten record is gone, so that a good one can take its place.</summary>
    private sealed class Clearing(RepairQueue queue, PastContext context, CatalogEntry entry) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            context.Changing.Remove(entry.Object);
            queue.FetchAgain(entry);
        }
    }
}
