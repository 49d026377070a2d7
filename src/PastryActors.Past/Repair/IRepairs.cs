using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;

namespace PastryActors.Past.Repair;

/// <summary>What the machines that serve others need of the one that restores replicas.</summary>
internal interface IRepairs
{
    /// <summary>The nodes from which the object is about to be fetched; none if no pointer to it is here.</summary>
    ValueList<NodeHandle> HoldersOf(FileId id);

    /// <summary>An object of the catalog turned out to be damaged or gone: takes it out, and fetches it again.</summary>
    /// <param name="onDisk">Whether the store still lists it, and has to be told to let it go first.</param>
    void Lost(in CatalogEntry entry, bool onDisk);
}
