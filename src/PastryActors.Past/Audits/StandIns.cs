using PastryActors.Core.Ring;

namespace PastryActors.Past.Audits;

/// <summary>A node that holds an object in the place of one that could not prove that it does.</summary>
/// <param name="For">The node that failed the audit.</param>
/// <param name="Holder">Who holds it meanwhile.</param>
internal sealed record StandIn(FileId Object, RingId For, NodeHandle Holder);

/// <summary>
/// The stand-ins that this node found. To them it says that it has a pointer to them, so that they keep what they hold; it says so
/// until the other node proves that it has the object, or need no longer have it. Bounded, oldest first; forgotten at a restart, and then found anew.
/// </summary>
internal sealed class StandIns
{
    private const int Max = 1024;

    private readonly List<StandIn> _all = [];

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>The one that was looked at longest ago, which now is the latest; null if there is none.</summary>
    public StandIn? Next()
    {
        if (_all.Count == 0) return null;
        StandIn next = _all[0];
        _all.RemoveAt(0);
        _all.Add(next);
        return next;
    }

    /// <summary>Whether a node holds the object in the place of another, by this node's wish.</summary>
    public bool Has(FileId id, RingId holder) => _all.Exists(s => s.Object == id && s.Holder.Id == holder);

    /// <summary>Whether one was found already.</summary>
    public bool HasFor(FileId id, RingId failed) => _all.Exists(s => s.Object == id && s.For == failed);

    public void Add(StandIn standIn)
    {
        if (_all.Count == Max) _all.RemoveAt(0);
        _all.Add(standIn);
    }

    public void Remove(FileId id, RingId failed) => _all.RemoveAll(s => s.Object == id && s.For == failed);
}
