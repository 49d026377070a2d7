using System.Diagnostics.CodeAnalysis;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Holding;

/// <summary>An object that was stored for one insert, which may still fail.</summary>
/// <param name="Asker">The node that inserts.</param>
/// <param name="Operation">Number of its store request.</param>
/// <param name="Owner">The object's, whose quota it was debited to.</param>
/// <param name="Debit">Number under which it was debited for this node; zero if it was not.</param>
/// <param name="Diverted">Where the replica is, if not here.</param>
internal sealed record Unconfirmed(RingId Asker, long Operation, Blob Owner, long Debit, DivertedReplica? Diverted)
{
    /// <summary>Whether another node was given the bytes, and may hold them whatever becomes of the insert.</summary>
    public bool IsServed { get; set; }
}

/// <summary>
/// Which objects were stored for whom a short while ago: an insert that finds no room elsewhere lets go what it stored here, and
/// nobody else can. As soon as anyone else was given a receipt for the object, nobody can. Bounded; what it forgets stays.
/// </summary>
internal sealed class UnconfirmedBook(IPastryHost host)
{
    private const int EntriesMax = 1024;

    /// <summary>No insert goes on for longer.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly Dictionary<FileId, (Unconfirmed Entry, Instant Until)> _entries = [];
    private readonly Queue<(FileId Object, Instant Until)> _order = [];

    // What is being removed from the disk: until that is done it may still be served.
    private readonly Dictionary<FileId, Unconfirmed> _leaving = [];

    public void Note(FileId id, Unconfirmed entry)
    {
        Instant until = host.Now + Lifetime;
        _entries[id] = (entry, until);
        _order.Enqueue((id, until));
        while (_order.Count > EntriesMax || (_order.TryPeek(out var oldest) && oldest.Until <= host.Now)) ForgetOldest();
    }

    /// <summary>Somebody was given a receipt: if it is anyone but the one that it was stored for, the object stays.</summary>
    public void Confirm(FileId id, RingId asker, long operation)
    {
        if (_entries.TryGetValue(id, out var noted) && (noted.Entry.Asker != asker || noted.Entry.Operation != operation)) _entries.Remove(id);
    }

    /// <summary>The object is given to another node, which may be making itself a replica of it.</summary>
    public void Served(FileId id)
    {
        if (_entries.TryGetValue(id, out var noted)) noted.Entry.IsServed = true;
        if (_leaving.TryGetValue(id, out Unconfirmed? leaving)) leaving.IsServed = true;
    }

    /// <summary>The object is about to be removed.</summary>
    public void Leaves(FileId id, Unconfirmed entry) => _leaving[id] = entry;

    /// <summary>The object was removed, or could not be.</summary>
    public void HasLeft(FileId id) => _leaving.Remove(id);

    /// <summary>Takes the entry out if it was made for this very request.</summary>
    public bool TryTake(FileId id, RingId asker, long operation, [NotNullWhen(true)] out Unconfirmed? entry)
    {
        entry = null;
        if (!_entries.TryGetValue(id, out var noted) || noted.Until <= host.Now || noted.Entry.Asker != asker || noted.Entry.Operation != operation) return false;
        entry = noted.Entry;
        _entries.Remove(id);
        return true;
    }

    private void ForgetOldest()
    {
        (FileId id, Instant until) = _order.Dequeue();
        if (_entries.TryGetValue(id, out var noted) && noted.Until == until) _entries.Remove(id);
    }
}
