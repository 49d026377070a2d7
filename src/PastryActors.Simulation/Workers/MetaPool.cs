using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Workers;

/// <summary>
/// Lets the disks of a world share the certificates that the k holders of an object write within moments of each other: most of what a
/// ring with millions of virtual objects would take. Remembers only the newest.
/// </summary>
internal sealed class MetaPool
{
    private const int SizeMax = 4096;

    private readonly Dictionary<FileId, Blob> _metas = [];
    private readonly Queue<FileId> _order = [];

    /// <summary>The same bytes, as someone wrote them before if anyone did just now.</summary>
    public Blob Shared(FileId id, Blob meta)
    {
        if (_metas.TryGetValue(id, out Blob known)) return known == meta ? known : meta;
        if (_order.Count == SizeMax) _metas.Remove(_order.Dequeue());
        _metas.Add(id, meta);
        _order.Enqueue(id);
        return meta;
    }
}
