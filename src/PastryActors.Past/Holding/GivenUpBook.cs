using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Holding;

/// <summary>
/// Store requests that were given up before they came: content travels on a lane of its own, where the word that it is not wanted any more overtakes it. What comes
/// after that word is not taken; it would be stored, and nobody would know of it. Bounded; what it forgets may be stored.
/// </summary>
internal sealed class GivenUpBook(IPastryHost host)
{
    /// <summary>Most are of requests that were refused here, and will never come; some seconds of an owner who tries over and over fit.</summary>
    private const int EntriesMax = 4096;

    /// <summary>No insert goes on for longer.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly HashSet<(FileId Object, RingId Asker, long Operation)> _entries = [];
    private readonly Queue<((FileId, RingId, long) Entry, Instant Until)> _order = [];

    /// <summary>Nothing is known here of a request that is not to be carried out.</summary>
    public void Note(FileId id, RingId asker, long operation)
    {
        if (!_entries.Add((id, asker, operation))) return;
        _order.Enqueue(((id, asker, operation), host.Now + Lifetime));
        while (_order.Count > EntriesMax || (_order.TryPeek(out var oldest) && oldest.Until <= host.Now)) _entries.Remove(_order.Dequeue().Entry);
    }

    /// <summary>Whether this request, which has come, was given up before.</summary>
    public bool TryTake(FileId id, RingId asker, long operation) => _entries.Remove((id, asker, operation));
}
