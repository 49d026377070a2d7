using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// Peers that turned out to be slow when they were taken, or nearly taken, for dead: how much longer than others each is waited for, and when it last spoke. Without
/// it a node that is behind its events is failed and found alive again by all of its neighbours, time after time, and falls further behind for their questions. In: false
/// alarms, answers, words. Out: a factor, and whether a suspicion has to wait.
/// </summary>
internal sealed class SlowPeers(PastryOptions options)
{
    /// <summary>The longest that anyone is waited for, as a multiple of what others are: so much later the death of a slow node is found, unless its link tells.</summary>
    public const int FactorMax = 8;

    /// <summary>More than a leaf set: that all of it is slow is likelier to be this node's own fault. The oldest makes room.</summary>
    private const int CountMax = 64;

    /// <summary>Who gave no cause for so long is like others again.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly List<Slow> _peers = [];

    /// <summary>How many times as long as others a peer is waited for; 1 for nearly all.</summary>
    public int FactorOf(RingId peer, Instant now) => Find(peer, now)?.Factor ?? 1;

    /// <summary>Whether a slow peer was heard of within the time that it is given: it lives, and what it did not answer yet it may.</summary>
    public bool SpokeLately(RingId peer, Instant now) => Find(peer, now) is { } slow && slow.HeardAt + (options.ProbeTimeout * slow.Factor) > now;

    /// <summary>A peer spoke.</summary>
    public void Heard(RingId peer, Instant now)
    {
        if (_peers.Count > 0 && Find(peer, now) is { } slow) slow.HeardAt = now;
    }

    /// <summary>A peer that was failed for its silence spoke: it had too little time.</summary>
    public void FalseAlarm(RingId peer, Instant now) => Set(peer, 2 * FactorOf(peer, now), now);

    /// <summary>A peer answered after so long, counted from the first question: next time the first question has as much. Who is quick again is waited for less, step by step.</summary>
    /// <param name="first">What the first question is given of others.</param>
    public void Answered(RingId peer, TimeSpan took, TimeSpan first, Instant now)
    {
        int factor = (int)Math.Min(FactorMax, 1 + (took.Ticks / first.Ticks)), before = FactorOf(peer, now);
        if (factor > before) Set(peer, factor, now);
        else if (before > 1) Set(peer, Math.Max(factor, before - 1), now);
    }

    private void Set(RingId peer, int factor, Instant now)
    {
        _peers.RemoveAll(p => p.Id == peer || p.Until <= now);
        if (factor <= 1) return;
        if (_peers.Count == CountMax) _peers.RemoveAt(0);
        _peers.Add(new Slow(peer, Math.Min(factor, FactorMax), now + Memory) { HeardAt = now });
    }

    private Slow? Find(RingId peer, Instant now)
    {
        foreach (Slow slow in _peers)
        {
            if (slow.Id == peer) return slow.Until > now ? slow : null;
        }

        return null;
    }

    private sealed class Slow(RingId id, int factor, Instant until)
    {
        public RingId Id => id;

        public int Factor => factor;

        public Instant Until => until;

        public Instant HeardAt { get; set; }
    }
}
