using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Quotas;

/// <summary>
/// For whom a debit was made a short while ago: the nodes that were about to store the object, each with the number of its request. When the last of
/// them has released it the insert failed, and the debit goes; nobody can release for another, nor what an earlier request made for a later. Bounded; what it forgets is left to those who look after debits.
/// </summary>
internal sealed class ClaimBook(IPastryHost host)
{
    private const int DebitsMax = 4096;
    private const int ClaimantsMax = 64;

    /// <summary>No insert goes on for longer.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly Dictionary<FileId, Claims> _claims = [];
    private readonly Queue<Claims> _order = [];

    /// <summary>A debit was made, for these.</summary>
    public void Note(FileId debit, IEnumerable<(RingId Node, long Operation)> claimants)
    {
        var claims = new Claims(debit, host.Now + Lifetime);
        claims.By.UnionWith(claimants);
        _claims[debit] = claims;
        _order.Enqueue(claims);
        while (_order.Count > DebitsMax || (_order.TryPeek(out Claims? oldest) && oldest.Until <= host.Now)) ForgetOldest();
    }

    /// <summary>Another node relies on a debit that is there.</summary>
    public void Join(FileId debit, RingId claimant, long operation)
    {
        if (!_claims.TryGetValue(debit, out Claims? claims)) return;
        // One who cannot be noted might be the one who stored it.
        if (claims.By.Count < ClaimantsMax) claims.By.Add((claimant, operation));
        else _claims.Remove(debit);
    }

    /// <summary>A node releases its claim: true if it was the last.</summary>
    public bool Release(FileId debit, RingId claimant, long operation)
    {
        if (!_claims.TryGetValue(debit, out Claims? claims) || claims.Until <= host.Now || !claims.By.Remove((claimant, operation)) || claims.By.Count > 0) return false;
        _claims.Remove(debit);
        return true;
    }

    private void ForgetOldest()
    {
        Claims oldest = _order.Dequeue();
        if (_claims.TryGetValue(oldest.Debit, out Claims? claims) && claims == oldest) _claims.Remove(oldest.Debit);
    }

    private sealed class Claims(FileId debit, Instant until)
    {
        public FileId Debit => debit;

        public Instant Until => until;

        public HashSet<(RingId Node, long Operation)> By { get; } = [];
    }
}
