using PastryActors.Core.Driving;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Holding;

/// <summary>What can be told of a stored entry by its tag alone, for whoever works on the store beside the core.</summary>
public static class StoredFiles
{
    /// <summary>Whether it is a coded file's tree, itself and not a pointer or a tombstone.</summary>
    public static bool IsCoded(in StoreEntry entry) => CatalogEntry.From(entry) is { Kind: ObjectKind.CodedTree, IsReplica: true };
}
