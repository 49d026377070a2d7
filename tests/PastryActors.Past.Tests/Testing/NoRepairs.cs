using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Tests.Testing;

/// <summary>Restores nothing, and notes what it was told.</summary>
internal sealed class NoRepairs : IRepairs
{
    public List<CatalogEntry> LostEntries { get; } = [];

    public ValueList<NodeHandle> HoldersOf(FileId id) => default;

    public void Lost(in CatalogEntry entry, bool onDisk) => LostEntries.Add(entry);
}
