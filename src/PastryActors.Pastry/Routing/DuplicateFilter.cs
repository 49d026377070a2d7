using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Routing;

/// <summary>Recognises a hop that came twice because its acknowledgement was late. Two generations, so that it forgets the oldest half at a time.</summary>
internal sealed class DuplicateFilter
{
    /// <summary>Hops remembered a generation: at 10,000 hops a second still some multiples of any retransmission timeout of a local ring.</summary>
    public const int GenerationMax = 4096;

    /// <summary>How long a generation takes in hops: longer than a sender repeats one (ten attempts of three seconds).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private HashSet<(RingId, ulong)>? _young;
    private HashSet<(RingId, ulong)>? _old;
    private Instant _youngSince;

    /// <summary>Whether this hop was noted before.</summary>
    public bool Contains(RingId from, ulong sequence) => _young?.Contains((from, sequence)) == true || _old?.Contains((from, sequence)) == true;

    /// <summary>Notes a hop.</summary>
    public void Add(RingId from, ulong sequence, Instant now)
    {
        if (_young is null)
        {
            (_young, _youngSince) = ([], now);
        }
        else if (_young.Count >= GenerationMax)
        {
            (_young, _old, _youngSince) = (_old ?? [], _young, now);
            _young.Clear();
        }

        _young.Add((from, sequence));
    }

    /// <summary>Forgets what is too old to be repeated.</summary>
    public void Expire(Instant now)
    {
        if (now - _youngSince < Lifetime) return;
        (_old, _young, _youngSince) = (_young, null, now);
    }
}
