using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Topics;

/// <summary>
/// One root's time in office. Every root begins a term above all that it has heard of, so of two roots that each think themselves the
/// only one, the later wins; of two that began at the same time on either side of a split, the one with the higher id. A topic that somebody
/// created has terms above all of one that began by its first use (<see cref="CreatedFrom"/>).
/// </summary>
/// <param name="Number">Grows with every change of root; 0 before the first.</param>
/// <param name="Root">The root's nodeId.</param>
public readonly record struct Term(ulong Number, RingId Root) : IComparable<Term>
{
    /// <summary>
    /// The first number of a topic that was created. A few nodes cut off, none of which has heard of the topic, let it begin anew by its first use there, as nothing that retains anything; when the cut is over that must give way, however
    /// often its root changed meanwhile: no cut lasts for a million of them.
    /// </summary>
    public const ulong CreatedFrom = 1UL << 20;

    /// <inheritdoc/>
    public int CompareTo(Term other) => Number != other.Number ? Number.CompareTo(other.Number) : Root.CompareTo(other.Root);

    public static bool operator <(Term a, Term b) => a.CompareTo(b) < 0;
    public static bool operator >(Term a, Term b) => a.CompareTo(b) > 0;
    public static bool operator <=(Term a, Term b) => a.CompareTo(b) <= 0;
    public static bool operator >=(Term a, Term b) => a.CompareTo(b) >= 0;

    public override string ToString() => $"{Number}/{Root}";
}
