using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Workers;

/// <summary>
/// The disk of one node. What it acknowledged survives a crash; what was under way does not, unless the options give it a chance.
/// It does its work when the work is done, not when it is asked: a read that comes in behind a write may overtake it.
/// </summary>
public sealed class SimDisk
{
    private readonly Dictionary<FileId, Stored> _objects = [];
    private readonly List<Work> _underWay = [];
    private readonly SimDiskOptions _options;
    private readonly MetaPool _pool;
    private long _freeAtTicks;

    internal SimDisk(SimDiskOptions options, MetaPool? pool = null) => (_options, _pool) = (options, pool ?? new MetaPool());

    /// <summary>Bytes of content and meta that are stored.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Bytes of content that are stored.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>Number of objects, tombstones included.</summary>
    public int Count => _objects.Count;

    /// <summary>While true, everything that completes has failed: <see cref="StoreStatus.Failed"/>.</summary>
    public bool IsFailing { get; set; }

    /// <summary>While true, every write is refused as full; removals and reads work on.</summary>
    public bool IsFull { get; set; }

    /// <summary>Number of objects with content: without tombstones and pointers.</summary>
    public int ContentCount => _objects.Values.Count(static o => o.Content is not null);

    /// <summary>The hash of an object's content as it was written; null if there is none.</summary>
    public Hash256? HashOf(FileId id) => _objects.GetValueOrDefault(id)?.Content?.Hash;

    /// <summary>Whether the object (or its tombstone) is on the disk; damage does not show until it is read.</summary>
    public bool Contains(FileId id) => _objects.ContainsKey(id);

    /// <summary>Tag and meta of an object or of what lies in its place, as they were written; null if there is nothing.</summary>
    public (ulong Tag, Blob Meta)? Look(FileId id) => _objects.TryGetValue(id, out Stored? stored) ? (stored.Tag, stored.Meta) : null;

    /// <summary>Damages an object where it lies: the next read finds it corrupt. False if it is not there.</summary>
    public bool Rot(FileId id)
    {
        if (!_objects.TryGetValue(id, out Stored? stored)) return false;
        stored.IsRotten = true;
        return true;
    }

    /// <summary>Ids of all that is stored, tombstones included, in no order that means anything.</summary>
    public IReadOnlyCollection<FileId> Ids => _objects.Keys;

    /// <summary>Whether an object is there and damaged, which nobody knows who has not read it.</summary>
    public bool IsRotten(FileId id) => _objects.GetValueOrDefault(id) is { IsRotten: true };

    /// <summary>What the disk holds, in the order of fileIds: what a store lists at start.</summary>
    public ValueList<StoreEntry> List()
    {
        StoreEntry[] entries = [.. _objects.Select(o => new StoreEntry(o.Key, o.Value.Tag, o.Value.Content?.Length ?? 0))];
        Array.Sort(entries, static (a, b) => a.Object.CompareTo(b.Object));
        return new(entries);
    }

    /// <summary>Takes a piece of store work and answers when it will be done, in ticks.</summary>
    internal long Accept(Work work, long nowTicks)
    {
        _underWay.Add(work);
        TimeSpan latency = work is StoreRead or StoreProve ? _options.ReadLatency : _options.WriteLatency;
        if (_options.BytesPerSecond > 0)
        {
            long moveTicks = (long)((double)BytesOf(work) * TimeSpan.TicksPerSecond / _options.BytesPerSecond);
            _freeAtTicks = Math.Max(_freeAtTicks, nowTicks) + moveTicks;
        }

        return Math.Max(_freeAtTicks, nowTicks) + latency.Ticks;
    }

    /// <summary>Does a piece of work whose time has come.</summary>
    internal WorkResult Complete(Work work)
    {
        Forget(work);
        if (!IsFailing) return Apply(work);
        return work switch
        {
            StoreRead read => new StoreGot(read.Id, read.Object, StoreStatus.Failed, default, null),
            StoreProve prove => new StoreProven(prove.Id, prove.Object, StoreStatus.Failed, default, default, default),
            _ => new StoreChanged(work.Id, ObjectOf(work), StoreStatus.Failed),
        };
    }

    /// <summary>The power goes: work under way is lost, or done without anybody knowing, or half done: listed at the next start, and found damaged when it is read.</summary>
    internal void Crash(RandomSource random)
    {
        foreach (Work work in _underWay)
        {
            if (_options.InterruptedWriteSurvives == 0 || random.NextDouble() >= _options.InterruptedWriteSurvives) continue;
            bool isNew = Apply(work) is StoreChanged { Status: StoreStatus.Done };
            if (isNew && work is StoreWrite write && random.NextDouble() < _options.InterruptedWriteTorn) Rot(write.Object);
        }

        _underWay.Clear();
        _freeAtTicks = 0;
    }

    /// <summary>The node stops in order: work under way is done before the disk is let go.</summary>
    internal void Finish()
    {
        if (!IsFailing) _underWay.ForEach(work => Apply(work));
        _underWay.Clear();
    }

    /// <summary>By reference: comparing work by value would compare all its bytes.</summary>
    private void Forget(Work work)
    {
        for (int i = 0; i < _underWay.Count; i++)
        {
            if (!ReferenceEquals(_underWay[i], work)) continue;
            _underWay.RemoveAt(i);
            return;
        }
    }

    private WorkResult Apply(Work work) => work switch
    {
        StoreWrite write => new StoreChanged(write.Id, write.Object, Write(write)),
        StoreRemove remove => new StoreChanged(remove.Id, remove.Object, Remove(remove)),
        StoreRead read => Read(read),
        StoreProve prove => Prove(prove),
        _ => throw new ArgumentException($"{work.GetType().Name} is not work for a disk", nameof(work)),
    };

    private StoreStatus Write(StoreWrite write)
    {
        if (_objects.ContainsKey(write.Object)) return StoreStatus.Exists;
        var stored = new Stored(write.Tag, _pool.Shared(write.Object, write.Meta), write.Content);
        if (IsFull || stored.SizeBytes > _options.CapacityBytes - UsedBytes) return StoreStatus.Full;
        Add(write.Object, stored);
        return StoreStatus.Done;
    }

    private StoreStatus Remove(StoreRemove remove)
    {
        bool was = Take(remove.Object);
        if (remove.Tombstone.IsEmpty) return was ? StoreStatus.Done : StoreStatus.NotFound;
        // A tombstone is never refused for want of room: the removal of something must not fail because the disk is full.
        Add(remove.Object, new Stored(remove.TombstoneTag, remove.Tombstone, null));
        return StoreStatus.Done;
    }

    private StoreGot Read(StoreRead read)
    {
        if (!_objects.TryGetValue(read.Object, out Stored? stored)) return new StoreGot(read.Id, read.Object, StoreStatus.NotFound, default, null);
        if (!stored.IsRotten) return new StoreGot(read.Id, read.Object, StoreStatus.Done, stored.Meta, read.MetaOnly ? null : stored.Content);
        Take(read.Object);
        return new StoreGot(read.Id, read.Object, StoreStatus.Corrupt, default, null);
    }

    // Content has no bytes here: its hash stands for them.
    private StoreProven Prove(StoreProve prove)
    {
        StoreGot got = Read(new StoreRead(prove.Id, prove.Object, MetaOnly: false));
        if (got.Status != StoreStatus.Done) return new StoreProven(prove.Id, prove.Object, got.Status, default, default, default);
        Hash256 content = got.Content?.Hash ?? Hash256.Of([]);
        Span<byte> bytes = stackalloc byte[2 * Hash256.SizeBytes];
        prove.Nonce.WriteTo(bytes);
        content.WriteTo(bytes[Hash256.SizeBytes..]);
        return new StoreProven(prove.Id, prove.Object, StoreStatus.Done, got.Meta, content, Hash256.Of(bytes));
    }

    private void Add(FileId id, Stored stored)
    {
        _objects.Add(id, stored);
        UsedBytes += stored.SizeBytes;
        ContentBytes += stored.Content?.Length ?? 0;
    }

    private bool Take(FileId id)
    {
        if (!_objects.Remove(id, out Stored? stored)) return false;
        UsedBytes -= stored.SizeBytes;
        ContentBytes -= stored.Content?.Length ?? 0;
        return true;
    }

    private int BytesOf(Work work) => work switch
    {
        StoreWrite write => write.Meta.Length + (write.Content?.Length ?? 0),
        StoreRead { MetaOnly: false } read when _objects.TryGetValue(read.Object, out Stored? stored) => stored.SizeBytes,
        StoreProve prove when _objects.TryGetValue(prove.Object, out Stored? stored) => stored.SizeBytes,
        _ => 0,
    };

    private static FileId ObjectOf(Work work) => work is StoreWrite write ? write.Object : ((StoreRemove)work).Object;

    private sealed class Stored(ulong tag, Blob meta, ContentRef? content)
    {
        public ulong Tag => tag;

        public Blob Meta => meta;

        public ContentRef? Content => content;

        public bool IsRotten { get; set; }

        public int SizeBytes => meta.Length + (content?.Length ?? 0);
    }
}
