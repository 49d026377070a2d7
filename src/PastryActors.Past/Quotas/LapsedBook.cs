using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Quotas;

/// <summary>
/// Debits that this node let go because their objects are nowhere. The other keepers of the ledger come to the same conclusion each by
/// itself; until then a comparison with them would bring the debits back. Bounded; what it forgets comes back, and is let go again.
/// </summary>
internal sealed class LapsedBook(IPastryHost host)
{
    private const int EntriesMax = 4096;

    private readonly Dictionary<FileId, Instant> _until = [];
    private readonly Queue<(FileId Debit, Instant Until)> _order = [];

    /// <summary>Whether the debit was let go a short while ago, and not made again since.</summary>
    public bool Contains(FileId debit) => _until.TryGetValue(debit, out Instant until) && until > host.Now;

    /// <summary>A debit was let go.</summary>
    /// <param name="time">For how long it is not to come back: what the other keepers need to let it go as well.</param>
    public void Note(FileId debit, TimeSpan time)
    {
        Instant until = host.Now + time;
        _until[debit] = until;
        _order.Enqueue((debit, until));
        while (_order.Count > EntriesMax || (_order.TryPeek(out var oldest) && oldest.Until <= host.Now)) ForgetOldest();
    }

    /// <summary>The debit is made again.</summary>
    public void Remove(FileId debit) => _until.Remove(debit);

    private void ForgetOldest()
    {
        (FileId debit, Instant until) = _order.Dequeue();
        if (_until.TryGetValue(debit, out Instant noted) && noted == until) _until.Remove(debit);
    }
}
