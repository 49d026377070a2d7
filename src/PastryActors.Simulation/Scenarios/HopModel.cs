using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Scenarios;

/// <summary>
/// The hops that lookups would take among the same nodes if every table were perfect: the rule of the paper (Middleware 2001, section
/// 2.3) on sorted ids, each routing entry drawn evenly from the nodes that fit it. Shares no code with the overlay, whose hops it judges.
/// </summary>
internal sealed class HopModel
{
    private const int HopsMax = 64;

    private readonly UInt128[] _ids;
    private readonly int _side;
    private readonly int _bits;
    private readonly RandomSource _random;

    /// <param name="ids">The nodes.</param>
    /// <param name="leafSetSize">The paper's L.</param>
    /// <param name="digitBits">The paper's b.</param>
    public HopModel(IEnumerable<RingId> ids, int leafSetSize, int digitBits, ulong seed)
    {
        _ids = [.. ids.Select(static id => id.Value)];
        Array.Sort(_ids);
        (_side, _bits, _random) = (leafSetSize / 2, digitBits, new RandomSource(seed));
    }

    /// <summary>Mean hops of lookups of random keys from random nodes.</summary>
    public double MeanHops(int lookups)
    {
        long hops = 0;
        for (int i = 0; i < lookups; i++) hops += Hops(_random.Next(_ids.Length), _random.NextRingId().Value);
        return (double)hops / lookups;
    }

    private int Hops(int at, UInt128 key)
    {
        int root = RootOf(key);
        for (int hops = 0; hops < HopsMax; hops++)
        {
            if (at == root) return hops;
            // Within reach of the leaf set the next hop is the root.
            int apart = Math.Abs(at - root);
            if (Math.Min(apart, _ids.Length - apart) <= _side && Covers(at, key)) return hops + 1;
            at = Next(at, key);
        }

        return HopsMax;
    }

    private int Next(int at, UInt128 key)
    {
        int shared = SharedDigits(_ids[at], key);
        int fitting = Draw(key, shared + 1);
        return fitting >= 0 ? fitting : Closest(at, key, shared);
    }

    /// <summary>The rare case: nobody continues like the key, so the known node that shares as much and is closest takes it.</summary>
    private int Closest(int at, UInt128 key, int shared)
    {
        int best = at;
        int shift = 128 - ((shared + 1) * _bits);
        UInt128 prefix = shared == 0 ? 0 : key >> (shift + _bits) << (shift + _bits);
        for (int digit = 0; digit < 1 << _bits; digit++) Prefer(Draw(prefix | ((UInt128)digit << shift), shared + 1));
        for (int i = -_side; i <= _side; i++) Prefer(Wrap(at + i));
        return best;

        void Prefer(int candidate)
        {
            if (candidate >= 0 && SharedDigits(_ids[candidate], key) >= shared && Distance(_ids[candidate], key) < Distance(_ids[best], key)) best = candidate;
        }
    }

    /// <summary>One of the nodes that begin with as many digits of a key; -1 if there is none.</summary>
    private int Draw(UInt128 key, int digits)
    {
        int rest = 128 - (digits * _bits);
        if (rest < 0) return -1;
        UInt128 first = rest >= 128 ? 0 : key >> rest << rest;
        int from = FirstAtOrAfter(first);
        int to = first + ((UInt128.One << rest) - 1) is var last && last == UInt128.MaxValue ? _ids.Length : FirstAtOrAfter(last + 1);
        return to > from ? from + _random.Next(to - from) : -1;
    }

    private bool Covers(int at, UInt128 key)
    {
        if (_ids.Length <= 2 * _side) return true;
        UInt128 left = _ids[Wrap(at - _side)];
        return unchecked(key - left) <= unchecked(_ids[Wrap(at + _side)] - left);
    }

    private int RootOf(UInt128 key)
    {
        int right = Wrap(FirstAtOrAfter(key));
        int left = Wrap(right - 1);
        return Distance(_ids[left], key) <= Distance(_ids[right], key) ? left : right;
    }

    private int SharedDigits(UInt128 a, UInt128 b) => (int)UInt128.LeadingZeroCount(a ^ b) / _bits;

    private int FirstAtOrAfter(UInt128 id)
    {
        int at = Array.BinarySearch(_ids, id);
        return at >= 0 ? at : ~at;
    }

    private int Wrap(int at) => ((at % _ids.Length) + _ids.Length) % _ids.Length;

    private static UInt128 Distance(UInt128 a, UInt128 b) => UInt128.Min(unchecked(a - b), unchecked(b - a));
}
