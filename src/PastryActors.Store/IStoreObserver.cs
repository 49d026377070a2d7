using PastryActors.Core.Ring;

namespace PastryActors.Store;

/// <summary>What the store noticed.</summary>
public enum StoreFactKind : byte
{
    None,

    /// <summary>An object's bytes do not match their checksum; it is no longer listed. Its record stays on the disk until compaction. Object, volume.</summary>
    Quarantined,

    /// <summary>While opening: a stretch of a volume that holds no readable record. Volume, bytes.</summary>
    RotSkipped,

    /// <summary>While opening: the end of the last volume was never acknowledged and was cut off. Volume, bytes.</summary>
    TailCut,

    /// <summary>A volume could not be opened or read; its objects are not listed. Volume.</summary>
    VolumeUnreadable,

    /// <summary>An append failed; the writes in it were answered as full or failed. Volume, bytes.</summary>
    AppendFailed,

    /// <summary>A sync failed; the volume is never appended to again. Volume, bytes.</summary>
    SyncFailed,

    /// <summary>A volume could not be made, deleted or closed cleanly. Volume.</summary>
    FolderFailed,

    /// <summary>A read failed. Object, volume.</summary>
    ReadFailed,

    /// <summary>A volume was compacted and deleted. Volume, bytes given back.</summary>
    Compacted,

    /// <summary>Work that the store cannot do: content that is not in memory, or too large. Object, bytes.</summary>
    WorkRefused,

    /// <summary>A completion or an observer threw, or the store itself met what it did not expect. The store goes on.</summary>
    Unexpected,
}

/// <summary>One thing that the store noticed; the kind says which fields mean something.</summary>
/// <param name="Volume">Number of the volume.</param>
/// <param name="Detail">For people.</param>
public readonly record struct StoreFact(StoreFactKind Kind, FileId Object = default, long Volume = 0, long Bytes = 0, string Detail = "");

/// <summary>Hears what the store notices. Called on the store's own threads: return at once, throw nothing.</summary>
public interface IStoreObserver
{
    void Observe(in StoreFact fact);
}
