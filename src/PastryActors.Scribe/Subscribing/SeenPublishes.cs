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

    // Publishes come in batches of one publisher's.
    private (RingId Publisher, Seen? Seen) _last;

    /// <summary>Notes a publish that is about to be given; false if it was given before, or its publisher has started again since.</summary>
    /// <param name="sequence">The number under which it comes.</param>
    public bool TryMark(RingId publisher, uint incarnation, ulong number, ulong sequence)
    {
        if (_last.Seen is null || _last.Publisher != publisher) _last = (publisher, _publishers.GetValueOrDefault(publisher));
        if (_last.Seen is not { } seen || incarnation > seen.Incarnation)
        {
            MakeRoom(publisher);
            _publishers[publisher] = seen = new Seen(incarnation, number) { LastSequence = sequence };
            _last = (publisher, seen);
            return true;
        }

        if (incarnation < seen.Incarnation || !seen.Given.TryMark(number)) return false;
        seen.LastSequence = sequence;
        return true;
    }

    private void MakeRoom(RingId added)
    {
        if (_publishers.Count >= publishersMax && !_publishers.ContainsKey(added)) _publishers.Remove(_publishers.MinBy(static p => p.Value.LastSequence).Key);
    }

    private sealed class Seen(uint incarnation, ulong first)
    {
        public uint Incarnation { get; } = incarnation;

        public GivenPublishes Given { get; } = new(first);

        public ulong LastSequence { get; set; }
    }
}
