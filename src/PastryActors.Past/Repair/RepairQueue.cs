using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

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
}

/// <summary>
/// Objects that this node should hold and lacks: a pointer to holders at once, so that lookups find them, the object itself as soon
/// as the window has room. A tombstone counts as an object, and wins over one. Whatever cannot be had is let go; the next
/// comparison finds it again.
/// </summary>
internal sealed class RepairQueue(PastContext context, SyncScheduler scheduler) : IRepairs
{
    private const int HoldersMax = 4;

    private readonly Dictionary<FileId, Pointer> _pointers = [];
    private readonly Queue<FileId> _waiting = [];

    /// <summary>Objects known to be elsewhere and not here.</summary>
    public int PointerCount => _pointers.Count;

    /// <summary>Objects being fetched.</summary>
    public int FetchCount { get; private set; }

    /// <summary>Objects restored since the start.</summary>
    public long RestoredCount { get; private set; }

    /// <summary>Whether more could be learnt.</summary>
    public bool HasRoom => _pointers.Count < context.Options.PointersMax;

    /// <summary>A peer says that it has an object or its tombstone.</summary>
    public void Learn(in SyncEntry entry, NodeHandle holder)
    {
        if (!IsWanted(entry) || holder.Id == context.Host.Self.Id) return;
        if (_pointers.TryGetValue(entry.Object, out Pointer? pointer))
        {
            pointer.Add(holder, first: entry.IsTombstone);
        }
        else if (HasRoom)
        {
            Add(entry.Object, [holder]);
        }
        else
        {
            context.Host.Report(new Fact(FactKind.Dropped, entry.Object.Key, context.Options.PointersMax));
        }

        Pump();
    }

    /// <inheritdoc/>
    public ValueList<NodeHandle> HoldersOf(FileId id) => _pointers.TryGetValue(id, out Pointer? pointer) ? pointer.Holders.ToValueList() : default;

    /// <inheritdoc/>
    public void Lost(in CatalogEntry entry, bool onDisk)
    {
        if (!context.Catalog.Remove(entry.Object)) return;
        context.Host.Report(new Fact(FactKind.ReplicaDamaged, entry.Object.Key, entry.ContentLength));
        if (!onDisk) FetchAgain(entry);
        else if (context.Changing.Add(entry.Object)) context.Remove(new Clearing(this, context, entry), entry.Object);
    }

    /// <summary>The fetch of an object is over.</summary>
    public void Ended(FileId id, FetchEnd end)
    {
        FetchCount--;
        _pointers.Remove(id);
        if (end == FetchEnd.Restored) RestoredCount++;
        else if (end == FetchEnd.Failed) scheduler.Sooner();
        Pump();
    }

    private bool IsWanted(in SyncEntry entry)
    {
        if (context.Catalog.TryGet(entry.Object, out CatalogEntry own)) return entry.IsTombstone && !own.IsTombstone;
        return context.Responsibility.IsOwn(entry.Object.Key, Math.Max((int)entry.Replicas, 1));
    }

    private void FetchAgain(in CatalogEntry entry)
    {
        List<NodeHandle> holders = context.Host.Leafs.ReplicaSet(entry.Object.Key, entry.Replicas + 2);
        holders.RemoveAll(n => n.Id == context.Host.Self.Id);
        if (holders.Count > 0 && HasRoom && !_pointers.ContainsKey(entry.Object)) Add(entry.Object, holders);
        Pump();
    }

    private void Add(FileId id, IReadOnlyList<NodeHandle> holders)
    {
        var pointer = new Pointer();
        foreach (NodeHandle holder in holders) pointer.Add(holder, first: false);
        _pointers.Add(id, pointer);
        _waiting.Enqueue(id);
    }

    private void Pump()
    {
        while (FetchCount < context.Options.RepairWindow && _waiting.TryDequeue(out FileId id))
        {
            FetchCount++;
            var fetch = new FetchOperation(context, this, id, _pointers[id]);
            context.Operations.Open(fetch);
            fetch.Begin();
        }
    }

    /// <summary>Who has an object, in the order in which they are to be asked.</summary>
    internal sealed class Pointer
    {
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
