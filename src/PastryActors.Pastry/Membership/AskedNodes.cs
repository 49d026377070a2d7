using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// The nodes that were asked already, each by the halves of its id folded into one: a joining node asks a hundred or more, and a set of whole ids would be the largest thing that it has.
/// Of two that fold to the same only one is asked; ids are hashes of keys, so to make one that does takes some 2^64 keys, and spoils a distance.
/// </summary>
internal struct AskedNodes
{
    private ulong[]? _folded;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a node was asked.</summary>
    public readonly bool Contains(RingId node) => Folded.Contains(Fold(node));

    /// <summary>Remembers one that is not there yet.</summary>
    public void Add(RingId node)
    {
        _folded ??= new ulong[8];
        if (Count == _folded.Length) Array.Resize(ref _folded, Count + (Count / 2));
        _folded[Count++] = Fold(node);
    }

    /// <summary>Forgets one, if it is there.</summary>
    public void Remove(RingId node)
    {
        int at = Folded.IndexOf(Fold(node));
        if (at >= 0) _folded![at] = _folded[--Count];
    }

    private readonly ReadOnlySpan<ulong> Folded => _folded.AsSpan(0, Count);

    private static ulong Fold(RingId node) => (ulong)(node.Value >> 64) ^ (ulong)node.Value;
}
