using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store.Format;
using PastryActors.Store.Index;

namespace PastryActors.Store.Volumes;

/// <summary>
/// What is where: the index and the volumes, with the figures that follow from them. Safe for all threads by one lock that is held for
/// some hundred nanoseconds, which is little beside the system call of the read or write it belongs to. Only what is durable gets in.
/// </summary>
internal sealed class Catalog
{
    private const int EntriesPerTurn = 1024;

    private readonly Lock _gate = new();
    private readonly ObjectIndex _index = new();
    private readonly SortedDictionary<uint, Volume> _volumes = [];

    // Volumes that are on the disk, or may come back with the power, though they are not listed here.
    private readonly SortedSet<uint> _unopened = [];
    private readonly SortedSet<uint> _unsyncedDeletes = [];

    private long _usedBytes;
    private long _liveBytes;
    private long _removalBytes;
    private long _tombstones;

    public long UsedBytes => Volatile.Read(ref _usedBytes);

    public long RemovalBytes => Volatile.Read(ref _removalBytes);

    /// <summary>Length of the index's table, for walks with <see cref="TryLeaseSlot"/>.</summary>
    public int Slots
    {
        get
        {
            lock (_gate) return _index.Slots;
        }
    }

    public void Add(Volume volume, long lengthBytes)
    {
        lock (_gate) _volumes.Add(volume.Number, volume);
        SetLength(volume, lengthBytes);
    }

    public void SetLength(Volume volume, long lengthBytes)
    {
        lock (_gate)
        {
            _usedBytes += lengthBytes - volume.LengthBytes;
            volume.LengthBytes = lengthBytes;
        }
    }

    /// <summary>All volumes in order of their numbers.</summary>
    public Volume[] Volumes()
    {
        lock (_gate) return [.. _volumes.Values];
    }

    public bool TryGet(in FileId id, out IndexEntry entry)
    {
        lock (_gate) return _index.TryGet(id, out entry);
    }

    /// <summary>Finds an object and keeps its volume open; the caller releases the volume.</summary>
    public bool TryLease(in FileId id, out IndexEntry entry, out Volume volume)
    {
        lock (_gate)
        {
            bool found = _index.TryGet(id, out entry);
            volume = found ? Leased(entry) : null!;
            return found;
        }
    }

    /// <summary>As <see cref="TryLease"/>, by the position in the index's table; false for a free slot.</summary>
    public bool TryLeaseSlot(int slot, out IndexEntry entry, out Volume volume)
    {
        lock (_gate)
        {
            bool found = _index.TryGetSlot(slot, out entry);
            volume = found ? Leased(entry) : null!;
            return found;
        }
    }

    /// <summary>Takes note of a durable record.</summary>
    public void Apply(in RecordHeader header, Volume volume, long offset)
    {
        lock (_gate)
        {
            if (header.IsEntry)
            {
                Put(header, volume, offset);
            }
            else if (header.Kind == RecordKind.Removal)
            {
                if (_index.Remove(header.Object, out IndexEntry removed)) Uncount(removed);
                CountRemoval(header, volume);
            }
        }
    }

    /// <summary>Takes note of a durable copy of a record, unless the original has been dropped or replaced meanwhile.</summary>
    public void ApplyMove(in RecordHeader header, Volume volume, long offset, in IndexEntry original)
    {
        lock (_gate)
        {
            if (header.Kind == RecordKind.Removal) CountRemoval(header, volume);
            else if (PointsTo(original)) Put(header, volume, offset);
        }
    }

    /// <summary>Drops an entry whose record proved damaged; false if the object has moved or gone since it was looked up.</summary>
    public bool Drop(in IndexEntry damaged)
    {
        lock (_gate)
        {
            if (!PointsTo(damaged)) return false;
            _index.Remove(damaged.Object, out IndexEntry removed);
            Uncount(removed);
            return true;
        }
    }

    /// <summary>All entries that point into a volume: a walk over the whole index, for the rare volume that lost headers.</summary>
    public List<IndexEntry> EntriesOf(Volume volume)
    {
        var entries = new List<IndexEntry>();
        lock (_gate)
        {
            for (int slot = 0; slot < _index.Slots; slot++)
            {
                if (_index.TryGetSlot(slot, out IndexEntry entry) && entry.Volume == volume.Number) entries.Add(entry);
            }
        }

        return entries;
    }

    /// <summary>Where the records lie in a volume that the index points to, and in which slots of the index: a walk over the whole index, a turn at a time.</summary>
    public List<(long Offset, int Slot)> SlotsOf(uint volume)
    {
        var records = new List<(long Offset, int Slot)>();
        for (int slot = 0; ;)
        {
            lock (_gate)
            {
                if (slot >= _index.Slots) return records;
                for (int last = Math.Min(slot + EntriesPerTurn, _index.Slots); slot < last; slot++)
                {
                    if (_index.TryGetSlot(slot, out IndexEntry entry) && entry.Volume == volume) records.Add((entry.Offset, slot));
                }
            }
        }
    }

    /// <summary>Takes a volume out; nothing points to it any more.</summary>
    public void Retire(Volume volume)
    {
        lock (_gate)
        {
            _volumes.Remove(volume.Number);
            _usedBytes -= volume.LengthBytes;
            _removalBytes -= volume.RemovalBytes;
        }

        volume.Release();
    }

    /// <summary>Remembers a volume that could not be opened: removals that concern it must be kept.</summary>
    public void NoteUnopened(uint number)
    {
        lock (_gate) _unopened.Add(number);
    }

    /// <summary>Remembers a volume whose deletion is not durable: until the folder is synced, removals that concern it must be kept.</summary>
    public void NoteDeleted(uint number)
    {
        lock (_gate) _unsyncedDeletes.Add(number);
    }

    /// <summary>All deletions so far are durable.</summary>
    public void NoteFolderSynced()
    {
        lock (_gate) _unsyncedDeletes.Clear();
    }

    /// <summary>Number of the oldest volume that may be on the disk, leaving one aside; the highest number there is if there is none.</summary>
    public uint OldestExcept(Volume aside)
    {
        lock (_gate)
        {
            uint oldest = Math.Min(OldestOf(_unopened), OldestOf(_unsyncedDeletes));
            foreach (uint number in _volumes.Keys)
            {
                if (number != aside.Number) return Math.Min(oldest, number);
            }

            return oldest;
        }
    }

    /// <summary>All entries, in stretches that each hold the lock only briefly: what comes or goes meanwhile may or may not be among them.</summary>
    public IEnumerable<StoreEntry> Entries()
    {
        var turn = new List<StoreEntry>(EntriesPerTurn);
        for (int slot = 0; ;)
        {
            lock (_gate)
            {
                if (slot >= _index.Slots) yield break;
                turn.Clear();
                for (int last = Math.Min(slot + EntriesPerTurn, _index.Slots); slot < last; slot++)
                {
                    if (_index.TryGetSlot(slot, out IndexEntry entry)) turn.Add(new StoreEntry(entry.Object, entry.Tag, entry.ContentLength));
                }
            }

            foreach (StoreEntry entry in turn) yield return entry;
        }
    }

    public StoreUsage Usage(StoreLimits limits, StoreCounters counters)
    {
        lock (_gate)
        {
            return new StoreUsage
            {
                CapacityBytes = limits.CapacityBytes,
                WritableBytes = limits.WriteBytes,
                UsedBytes = _usedBytes,
                LiveBytes = _liveBytes,
                RemovalBytes = _removalBytes,
                Objects = _index.Count - _tombstones,
                Tombstones = _tombstones,
                Volumes = _volumes.Count,
                IndexBytes = _index.SizeBytes,
                Quarantined = Interlocked.Read(ref counters.Quarantined),
                RottenBytes = Interlocked.Read(ref counters.RottenBytes),
                TornBytes = Interlocked.Read(ref counters.TornBytes),
                QueueRefusals = Interlocked.Read(ref counters.QueueRefusals),
                FullRefusals = Interlocked.Read(ref counters.FullRefusals),
                FailedChanges = Interlocked.Read(ref counters.FailedChanges),
                FailedReads = Interlocked.Read(ref counters.FailedReads),
                Groups = Interlocked.Read(ref counters.Groups),
                Changes = Interlocked.Read(ref counters.Changes),
                Reads = Interlocked.Read(ref counters.Reads),
                Compactions = Interlocked.Read(ref counters.Compactions),
                MovedBytes = Interlocked.Read(ref counters.MovedBytes),
                Unexpected = Interlocked.Read(ref counters.Unexpected),
            };
        }
    }

    private static uint OldestOf(SortedSet<uint> numbers) => numbers.Count > 0 ? numbers.Min : uint.MaxValue;

    private Volume Leased(in IndexEntry entry)
    {
        Volume volume = _volumes[entry.Volume];
        volume.Lease();
        return volume;
    }

    private bool PointsTo(in IndexEntry entry) => _index.TryGet(entry.Object, out IndexEntry current) && current.IsAt(entry.Volume, entry.Offset);

    private void Put(in RecordHeader header, Volume volume, long offset)
    {
        var entry = new IndexEntry(header, volume.Number, offset);
        if (_index.Set(entry, out IndexEntry replaced)) Uncount(replaced);
        volume.LiveBytes += entry.RecordLength;
        volume.LiveRecords++;
        _liveBytes += entry.RecordLength;
        if (entry.IsTombstone) _tombstones++;
    }

    private void Uncount(in IndexEntry entry)
    {
        Volume volume = _volumes[entry.Volume];
        volume.LiveBytes -= entry.RecordLength;
        volume.LiveRecords--;
        _liveBytes -= entry.RecordLength;
        if (entry.IsTombstone) _tombstones--;
    }

    private void CountRemoval(in RecordHeader header, Volume volume)
    {
        volume.RemovalBytes += header.RecordLength;
        volume.NewestRemovedFrom = Math.Max(volume.NewestRemovedFrom, (uint)header.Tag);
        _removalBytes += header.RecordLength;
    }
}
