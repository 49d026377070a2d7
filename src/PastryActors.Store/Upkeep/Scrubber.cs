using PastryActors.Store.Index;
using PastryActors.Store.Reading;
using PastryActors.Store.Volumes;

namespace PastryActors.Store.Upkeep;

/// <summary>
/// Reads everything that is listed, again and again, so that rot is found while enough other replicas are whole. It walks the index, not the
/// volumes: so it sees what the store would answer, and notices also a record whose very header is gone.
/// </summary>
internal sealed class Scrubber(Catalog catalog, Quarantine quarantine, StoreEvents events)
{
    private readonly Lock _gate = new();
    private readonly RecordReader _reader = new();
    private int _slot;
    private volatile bool _closed;

    /// <summary>Checks from where the last step ended until the bytes are used up or the pass is complete.</summary>
    public ScrubStep Step(long bytesMax, CancellationToken cancel)
    {
        lock (_gate)
        {
            long bytes = 0;
            int objects = 0;
            int damaged = 0;
            for (int slots = catalog.Slots; _slot < slots && bytes < bytesMax && !_closed && !cancel.IsCancellationRequested; _slot++)
            {
                if (!catalog.TryLeaseSlot(_slot, out IndexEntry entry, out Volume volume)) continue;
                bytes += entry.RecordLength;
                objects++;
                if (!Check(entry, volume)) damaged++;
            }

            bool complete = _slot >= catalog.Slots;
            if (complete) _slot = 0;
            return new ScrubStep(bytes, objects, damaged, complete);
        }
    }

    /// <summary>Ends scrubbing for good; false if a step under way does not return in time.</summary>
    public bool Close(TimeSpan timeout)
    {
        _closed = true;
        if (!_gate.TryEnter(timeout)) return false;
        _gate.Exit();
        return true;
    }

    private bool Check(in IndexEntry entry, Volume volume)
    {
        try
        {
            return _reader.IsIntact(volume.File, volume.Name.Marker, entry) || !quarantine.Take(entry);
        }
        catch (IOException error)
        {
            // The disk may be away for a moment: an object is given up for wrong bytes only, not for none.
            Interlocked.Increment(ref events.Counters.FailedReads);
            events.Tell(new StoreFact(StoreFactKind.ReadFailed, entry.Object, volume.Number, entry.RecordLength, error.Message));
            return true;
        }
        finally
        {
            volume.Release();
        }
    }
}
