using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Subscribing;

/// <summary>
/// Which publishes a subscriber was given, so that none is given twice, under whatever number it comes. Of every publisher the last
/// <see cref="PublisherMemory.WindowSize"/> running numbers: an older one that comes now is a repetition, for no publisher has more open. Bounded in
/// publishers; who published longest ago is forgotten first, as at the root.
/// </summary>
internal sealed class SeenPublishes(int publishersMax)
{
    private readonly SortedDictionary<RingId, Seen> _publishers = [];

    /// <summary>Notes a publish that is about to be given; false if it was given before, or its publisher has started again since.</summary>
    /// <param name="sequence">The number under which it comes.</param>
    public bool TryMark(RingId publisher, uint incarnation, ulong number, ulong sequence)
    {
        if (!_publishers.TryGetValue(publisher, out Seen seen) || incarnation > seen.Incarnation)
        {
            MakeRoom(publisher);
            _publishers[publisher] = new Seen(incarnation, number, UInt128.One, sequence);
            return true;
        }

        if (incarnation < seen.Incarnation) return false;
        if (number > seen.Highest)
        {
            ulong ahead = number - seen.Highest;
            _publishers[publisher] = seen with { Highest = number, Given = ahead < PublisherMemory.WindowSize ? (seen.Given << (int)ahead) | 1 : 1, LastSequence = sequence };
            return true;
        }

        ulong behind = seen.Highest - number;
        if (behind >= PublisherMemory.WindowSize || ((seen.Given >> (int)behind) & 1) != 0) return false;
        _publishers[publisher] = seen with { Given = seen.Given | (UInt128.One << (int)behind), LastSequence = sequence };
        return true;
    }

    private void MakeRoom(RingId added)
    {
        if (_publishers.Count >= publishersMax && !_publishers.ContainsKey(added)) _publishers.Remove(_publishers.MinBy(static p => p.Value.LastSequence).Key);
    }

    /// <param name="Given">A bit a running number, the lowest for the highest of them.</param>
    private readonly record struct Seen(uint Incarnation, ulong Highest, UInt128 Given, ulong LastSequence);
}
