using PastryActors.Store.Index;
using PastryActors.Store.Volumes;

namespace PastryActors.Store.Upkeep;

/// <summary>
/// Drops objects whose records proved damaged: at once from the index, and durably by a removal record that the writer adds when it comes
/// to it, so that the next start does not list them again. The bytes stay where they are until compaction.
/// </summary>
/// <param name="remember">Asks the writer for the removal record; may refuse, then the next start finds the damage anew.</param>
internal sealed class Quarantine(Catalog catalog, StoreEvents events, Action<IndexEntry> remember)
{
    /// <summary>True if the object is dropped; false if it has moved or gone meanwhile, so that this record says nothing about it.</summary>
    public bool Take(in IndexEntry damaged)
    {
        if (!catalog.Drop(damaged)) return false;
        Interlocked.Increment(ref events.Counters.Quarantined);
        events.Tell(new StoreFact(StoreFactKind.Quarantined, damaged.Object, damaged.Volume, damaged.RecordLength, "bytes do not match their checksum"));
        remember(damaged);
        return true;
    }
}
