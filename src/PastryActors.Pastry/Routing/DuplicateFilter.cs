using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Routing;

/// <summary>Recognises a hop that came twice because its acknowledgement was late. Two generations, so that it forgets the oldest half at a time.</summary>
internal sealed class DuplicateFilter
{
    /// <summary>Hops remembered a generation: at 10,000 hops a second still some multiples of any retransmission timeout of a local ring.</summary>
    public const int GenerationMax = 4096;

    private HashSet<(RingId, ulong)>? _young;
    private HashSet<(RingId, ulong)>? _old;

    /// <summary>Whether this hop was noted before.</summary>
    public bool Contains(RingId from, ulong sequence) => _young?.Contains((from, sequence)) == true || _old?.Contains((from, sequence)) == true;

    /// <summary>Notes a hop.</summary>
    public void Add(RingId from, ulong sequence)
    {
        _young ??= [];
        if (_young.Count >= GenerationMax)
        {
            (_young, _old) = (_old ?? [], _young);
            _young.Clear();
        }

        _young.Add((from, sequence));
    }
}
