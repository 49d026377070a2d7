namespace PastryActors.Store.Format;

/// <summary>What a record says. The numbers are the format's.</summary>
internal enum RecordKind : byte
{
    /// <summary>An object with meta and content (of any length, zero too).</summary>
    Object = 1,

    /// <summary>An object of meta alone, which is not the same as one with empty content.</summary>
    BareObject = 2,

    /// <summary>Meta in the place of an object that was removed, or must not come.</summary>
    Tombstone = 3,

    /// <summary>Forget the object. The tag holds the number of the volume that its newest record lay in.</summary>
    Removal = 4,

    /// <summary>Everything before this record was durable when it was written.</summary>
    Mark = 5,
}
