using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// The nodes that were asked already, each by the lower half of its id: a joining node asks a hundred or more, and a set of whole ids would be the largest thing that it has. Who has
/// another's lower half is not asked; ids are hashes of keys, so that takes some 2^64 keys, and spoils a distance.
/// </summary>
internal struct AskedNodes
{
    private ulong[]? _halves;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a node was asked.</summary>
    public readonly bool Contains(RingId node) => Halves.Contains(HalfOf(node));

    /// <summary>Remembers one that is not there yet.</summary>
    public void Add(RingId node)
    {
        _halves ??= new ulong[8];
        if (Count == _halves.Length) Array.Resize(ref _halves, Count + (Count / 2));
        _halves[Count++] = HalfOf(node);
    }

    /// <summary>Forgets one, if it is there.</summary>
    public void Remove(RingId node)
    {
        int at = Halves.IndexOf(HalfOf(node));
        if (at >= 0) _halves![at] = _halves[--Count];
    }

    private readonly ReadOnlySpan<ulong> Halves => _halves.AsSpan(0, Count);

    private static ulong HalfOf(RingId node) => (ulong)node.Value;
}
