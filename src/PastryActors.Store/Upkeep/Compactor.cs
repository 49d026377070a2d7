using PastryActors.Store.Files;
using PastryActors.Store.Format;
using PastryActors.Store.Index;
using PastryActors.Store.Reading;
using PastryActors.Store.Volumes;
using PastryActors.Store.Writing;

namespace PastryActors.Store.Upkeep;

/// <summary>
/// Gives dead bytes back: copies what is still needed of one volume to the newest, makes that durable, deletes the volume. A crash at any point leaves
/// either the volume or both it and the copies, which have higher sequences and say the same. The writer thread's own.
/// </summary>
/// <remarks>
/// A removal record is needed as long as any volume may exist that is not newer than the one its object lay in, for there an old record
/// of the object may still stand. Its tag holds that number, so nothing has to be remembered about removed objects.
/// </remarks>
internal sealed class Compactor(IVolumeFolder folder, StoreLimits limits, Catalog catalog, VolumeAppender appender, Quarantine quarantine, StoreEvents events)
{
    // What a volume must give back at least, be it ever so small: its headers and marks cost some of it again.
    private const int GainBytesMin = 512;

    // Without need, less than this share of a full volume is not worth the syncs.
    private const int IdleGainShare = 16;

    private const long StepBytes = 4L << 20;

    // Removal records beyond this share of the capacity: the oldest volumes, which keep them needed, are renewed.
    private const int RemovalShare = 32;

    private readonly RecordReader _reader = new();
    private readonly List<uint> _unsyncedDeletes = [];
    private Volume? _victim;
    private VolumeScanner? _scanner;
    private long _failedCommits;
    private long _movedBytes;

    /// <summary>Does a bounded stretch of what is worth doing now.</summary>
    public CompactionStep Step(long bytesMax)
    {
        double share = VictimChoice.DeadShareWanted((double)catalog.UsedBytes / limits.WriteBytes);
        if (_victim is null && !Begin(Choose(Math.Max(GainBytesMin, limits.VolumeBytes / IdleGainShare), share) ?? OldestIfRemovalsPileUp())) return default;
        return Continue(bytesMax);
    }

    /// <summary>
    /// Compacts until <paramref name="need"/> more bytes stay within <paramref name="limit"/>; false if there is no volume left that
    /// gives back at least <paramref name="gainBytesMin"/>.
    /// </summary>
    public bool MakeRoom(long need, long limit, long gainBytesMin)
    {
        while (catalog.UsedBytes + appender.PendingBytes + need > limit)
        {
            if (_victim is null && !Begin(Choose(Math.Max(gainBytesMin, GainBytesMin), 0))) return false;
            if (!Continue(StepBytes).Worked) return false;
        }

        return true;
    }

    private Volume? Choose(long gainBytesMin, double gainShareMin)
    {
        Volume? best = VictimChoice.Best(catalog.Volumes(), catalog, gainBytesMin, gainShareMin);
        if (best is null || best != appender.Active) return best;

        // The newest volume must be ended before it can be emptied.
        appender.Commit();
        appender.SealActive();
        return best;
    }

    private Volume? OldestIfRemovalsPileUp()
    {
        if (catalog.RemovalBytes <= limits.CapacityBytes / RemovalShare) return null;
        Volume? oldest = catalog.Volumes().FirstOrDefault();
        return oldest is { IsSealed: true, IsBarred: false } ? oldest : null;
    }

    private bool Begin(Volume? victim)
    {
        if (victim is null) return false;
        _victim = victim;
        _scanner = new VolumeScanner(victim.File, victim.Name, victim.LengthBytes);
        _failedCommits = appender.FailedCommits;
        _movedBytes = 0;
        return true;
    }

    private CompactionStep Continue(long bytesMax)
    {
        long moved = 0;
        try
        {
            while (moved < bytesMax)
            {
                if (!_scanner!.Next(out ScannedRecord record)) return Finish(moved);
                moved += Move(record);
            }

            appender.Commit();
        }
        catch (Exception error)
        {
            return Abandon(error.Message);
        }

        return appender.FailedCommits == _failedCommits ? new CompactionStep(true, moved, 0) : Abandon("copies could not be written");
    }

    /// <summary>Copies the record if it is still needed; returns how many bytes that took.</summary>
    private long Move(in ScannedRecord record)
    {
        RecordHeader header = record.Header;
        if (!IsNeeded(record, out IndexEntry original)) return 0;
        if (!TryRead(record, out WholeRecord whole))
        {
            if (header.IsEntry) quarantine.Take(original);
            return 0;
        }

        appender.Stage(new Draft(header.Kind, header.Object, header.Tag, whole.Meta, whole.Content) { Original = original });
        _movedBytes += header.RecordLength;
        Interlocked.Add(ref events.Counters.MovedBytes, header.RecordLength);
        return header.RecordLength;
    }

    private bool IsNeeded(in ScannedRecord record, out IndexEntry original)
    {
        // A copy gets a new sequence, so it must not be made of what the group is about to make untrue.
        if (appender.IsStaged(record.Header.Object)) appender.Commit();
        bool listed = catalog.TryGet(record.Header.Object, out original);
        if (record.Header.IsEntry) return listed && original.IsAt(_victim!.Number, record.Offset);

        // An object that was written again hides its old records itself, and a renewed removal would hide it.
        return record.Header.Kind == RecordKind.Removal && !listed && record.Header.Tag >= catalog.OldestExcept(_victim!);
    }

    private bool TryRead(in ScannedRecord record, out WholeRecord whole)
    {
        try
        {
            return _reader.TryRead(_victim!.File, _victim.Name.Marker, record.Offset, record.Header.MetaLength, record.Header.ContentLength, metaOnly: false, out whole);
        }
        catch (IOException)
        {
            _victim!.IsBarred = true;
            throw;
        }
    }

    private CompactionStep Finish(long moved)
    {
        appender.Commit();
        Volume victim = _victim!;
        if (appender.FailedCommits != _failedCommits) return Abandon("copies could not be written");
        if (_scanner!.UnreadableBytes > 0)
        {
            victim.IsBarred = true;
            return Abandon("not all of it can be read");
        }

        if (!DropLost(victim))
        {
            victim.IsBarred = true;
            return Abandon("records are left that the scan did not find");
        }

        long freed = victim.LengthBytes - _movedBytes;
        Delete(victim);
        _victim = null;
        Interlocked.Increment(ref events.Counters.Compactions);
        events.Tell(new StoreFact(StoreFactKind.Compacted, Volume: victim.Number, Bytes: freed));
        return new CompactionStep(true, moved, freed);
    }

    /// <summary>Quarantines what the index still has in the volume, though its header cannot be found; false if one of them is whole after all.</summary>
    private bool DropLost(Volume victim)
    {
        if (victim.LiveRecords == 0) return true;
        foreach (IndexEntry entry in catalog.EntriesOf(victim))
        {
            if (_reader.IsIntact(victim.File, victim.Name.Marker, entry)) return false;
            quarantine.Take(entry);
        }

        return true;
    }

    private void Delete(Volume victim)
    {
        victim.IsBarred = true;
        folder.Delete(victim.Name.ToString());

        // Until the folder is synced the volume may come back with the power, and removals that concern it must outlive it.
        catalog.AddPhantom(victim.Number);
        _unsyncedDeletes.Add(victim.Number);
        catalog.Retire(victim);
        try
        {
            folder.Sync();
            foreach (uint number in _unsyncedDeletes) catalog.RemovePhantom(number);
            _unsyncedDeletes.Clear();
        }
        catch (IOException error)
        {
            events.Tell(new StoreFact(StoreFactKind.FolderFailed, Volume: victim.Number, Detail: error.Message));
        }
    }

    /// <summary>Lets go of the volume. What was copied stays; the volume can be begun anew.</summary>
    private CompactionStep Abandon(string reason)
    {
        events.Tell(new StoreFact(StoreFactKind.FolderFailed, Volume: _victim!.Number, Detail: $"compaction given up: {reason}"));
        _victim = null;
        return default;
    }
}
