using PastryActors.Store.Index;
using PastryActors.Store.Reading;
using PastryActors.Store.Volumes;

namespace PastryActors.Store.Upkeep;

/// <summary>
/// Reads everything that is listed, again and again, so that rot is found while enough other replicas are whole. A pass takes one volume after the
/// other, that which was not read for longest first, and its records in the order in which they lie; which records, the index says:
/// so it sees what the store would answer, and notices also one whose very header is gone. What is written during a pass was checked then.
/// </summary>
internal sealed class Scrubber
{
    // How much may have to be read twice after a crash.
    private static readonly TimeSpan SavePeriod = TimeSpan.FromSeconds(30);

    private readonly Catalog _catalog;
    private readonly Quarantine _quarantine;
    private readonly StoreEvents _events;
    private readonly ScrubLedger _ledger;
    private readonly Lock _gate = new();
    private readonly RecordReader _reader = new();

    // Volumes that this pass has done; of those before a restart, their times tell.
    private readonly HashSet<uint> _done = [];
    private Queue<(long Offset, int Slot)>? _ahead;
    private Volume? _volume;
    private DateTimeOffset _savedAt;
    private bool _wasUnreadable;
    private volatile bool _closed;

    public Scrubber(Catalog catalog, Quarantine quarantine, StoreEvents events, ScrubLedger ledger)
    {
        (_catalog, _quarantine, _events, _ledger) = (catalog, quarantine, events, ledger);
        _ledger.Load(catalog.Volumes());
        _savedAt = events.Now;
    }

    /// <summary>Checks from where the last step ended until the bytes are used up or the pass is complete.</summary>
    public ScrubStep Step(long bytesMax, CancellationToken cancel)
    {
        lock (_gate)
        {
            long bytes = 0;
            int objects = 0, damaged = 0;
            bool complete = false;
            if (_ledger.PassBegan is null || _ledger.PassBegan <= _ledger.Completed) BeginPass();
            while (bytes < bytesMax && !complete && !_closed && !cancel.IsCancellationRequested)
            {
                if (!Next(out IndexEntry entry, out Volume volume))
                {
                    complete = !TryBeginVolume();
                    continue;
                }

                bytes += entry.RecordLength;
                objects++;
                if (!Check(entry, volume)) damaged++;
                complete = _ahead is { Count: 0 } && !TryBeginVolume();
            }

            if (complete) _ledger.Completed = _events.Now;
            if (complete || _events.Now - _savedAt > SavePeriod) Save();
            return new ScrubStep(bytes, objects, damaged, complete);
        }
    }

    /// <summary>Lets the next step begin a new pass, whatever the last one has left.</summary>
    public void Restart()
    {
        lock (_gate) BeginPass();
    }

    /// <summary>Where it stands.</summary>
    public ScrubProgress Progress
    {
        get
        {
            lock (_gate)
            {
                bool isOver = _ledger.PassBegan is null || _ledger.PassBegan <= _ledger.Completed;
                Volume[] volumes = _catalog.Volumes();
                long left = isOver ? 0 : volumes.Where(v => IsDue(v) && v != _volume).Sum(v => v.LiveBytes);
                if (!isOver && _volume is { } half) left += (long)(half.LiveBytes * (1 - Math.Min(1.0, (double)_ledger.Half.Offset / Math.Max(half.LengthBytes, 1))));
                DateTimeOffset?[] held = [.. volumes.Where(v => v.LiveRecords > 0).Select(v => v.VerifiedAt)];
                DateTimeOffset? oldest = held.Length == 0 ? _events.Now : held.Contains(null) ? null : held.Min();
                return new ScrubProgress(isOver ? null : _ledger.PassBegan, _ledger.PassBegan, _ledger.Completed, left, volumes.Sum(v => v.LiveBytes), oldest);
            }
        }
    }

    /// <summary>Ends scrubbing for good, and remembers how far it came; false if a step under way does not return in time.</summary>
    public bool Close(TimeSpan timeout)
    {
        _closed = true;
        if (!_gate.TryEnter(timeout)) return false;
        Save();
        _gate.Exit();
        return true;
    }

    private void BeginPass()
    {
        (_ledger.PassBegan, _ledger.Half, _volume, _ahead) = (_events.Now, default, null, null);

        // A pass that ends within a clock's tick must not look as if it had not begun.
        if (_ledger.PassBegan <= _ledger.Completed) _ledger.Completed = _ledger.PassBegan.Value.AddTicks(-1);
        _done.Clear();

        // By a clock that was set back since: nobody knows.
        foreach (Volume volume in _catalog.Volumes())
        {
            if (volume.VerifiedAt > _ledger.PassBegan) volume.VerifiedAt = null;
        }
    }

    private bool IsDue(Volume volume) => !_done.Contains(volume.Number) && (volume.VerifiedAt is not { } verified || verified < _ledger.PassBegan);

    private bool TryBeginVolume()
    {
        if (_volume is { } finished)
        {
            _done.Add(finished.Number);
            if (!_wasUnreadable) finished.VerifiedAt = _ledger.Half.Began;
        }

        // The half read one first, or a node that restarts often would begin it again and again.
        Volume[] due = [.. _catalog.Volumes().Where(IsDue)];
        _volume = due.FirstOrDefault(v => v.Number == _ledger.Half.Volume && v != _volume) ?? due.MinBy(v => v.VerifiedAt ?? DateTimeOffset.MinValue);
        if (_volume is null)
        {
            (_ledger.Half, _ahead) = (default, null);
            return false;
        }

        _wasUnreadable = false;
        if (_ledger.Half.Volume != _volume.Number) _ledger.Half = (_volume.Number, 0, _events.Now);
        List<(long Offset, int Slot)> records = _catalog.SlotsOf(_volume.Number);
        records.RemoveAll(r => r.Offset < _ledger.Half.Offset);
        records.Sort();
        _ahead = new Queue<(long Offset, int Slot)>(records);
        return true;
    }

    private bool Next(out IndexEntry entry, out Volume volume)
    {
        (entry, volume) = (default, null!);
        while (_ahead is not null && _ahead.TryDequeue(out (long Offset, int Slot) next))
        {
            _ledger.Half = _ledger.Half with { Offset = next.Offset };
            if (!_catalog.TryLeaseSlot(next.Slot, out entry, out volume)) continue;
            if (entry.IsAt(_volume!.Number, next.Offset)) return true;

            // Moved or replaced since: what took its place was checked when it was written.
            volume.Release();
        }

        return false;
    }

    private bool Check(in IndexEntry entry, Volume volume)
    {
        try
        {
            return _reader.IsIntact(volume.File, volume.Name.Marker, entry) || !_quarantine.Take(entry);
        }
        catch (IOException error)
        {
            _wasUnreadable = true;

            // The disk may be away for a moment: an object is given up for wrong bytes only, not for none.
            Interlocked.Increment(ref _events.Counters.FailedReads);
            _events.Tell(new StoreFact(StoreFactKind.ReadFailed, entry.Object, volume.Number, entry.RecordLength, error.Message));
            return true;
        }
        finally
        {
            volume.Release();
        }
    }

    private void Save()
    {
        _savedAt = _events.Now;
        try
        {
            _ledger.Save(_catalog.Volumes());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _events.Tell(new StoreFact(StoreFactKind.FolderFailed, Detail: $"the scrub's progress could not be saved: {error.Message}"));
        }
    }
}
