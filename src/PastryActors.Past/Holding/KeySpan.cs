using PastryActors.Core.Ring;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Holding;

/// <summary>A stretch of keys that does not wrap, both ends included: what an arc of the ring is to something that is sorted.</summary>
internal readonly record struct KeySpan(RingId From, RingId To)
{
    /// <summary>The arc as one span or, where it goes over the end of the ring, two: in the order in which it is walked.</summary>
    public static List<KeySpan> Of(Arc arc)
    {
        if (arc.Length == 0 || arc.From < arc.To) return [new KeySpan(arc.From, arc.To)];
        return [new KeySpan(arc.From, new RingId(UInt128.MaxValue)), new KeySpan(default, arc.To)];
    }

    /// <summary>What of the spans lies on the arc too, in the order of the spans.</summary>
    public static List<KeySpan> Within(List<KeySpan> spans, Arc arc)
    {
        List<KeySpan> ofArc = Of(arc), common = [];
        ofArc.Sort((a, b) => a.From.CompareTo(b.From));
        foreach (KeySpan span in spans)
        {
            foreach (KeySpan other in ofArc)
            {
                RingId from = span.From > other.From ? span.From : other.From, to = span.To < other.To ? span.To : other.To;
                if (from <= to) common.Add(new KeySpan(from, to));
            }
        }

        return common;
    }

    /// <summary>Whether all of <paramref name="other"/> lies in this span.</summary>
    public bool Covers(KeySpan other) => From <= other.From && other.To <= To;

    /// <summary>Whether they have a key in common.</summary>
    public bool Meets(KeySpan other) => From <= other.To && other.From <= To;
}
