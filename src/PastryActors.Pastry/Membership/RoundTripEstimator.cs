using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// What this node measured of its peers: when it last heard from and wrote to each, and smoothed round trips from which
/// retransmission timeouts follow (Jacobson, SIGCOMM 1988; floors and ceilings as in MSPastry, DSN 2004, section 4.2).
/// </summary>
public sealed class RoundTripEstimator(PastryOptions options)
{
    /// <summary>Peers remembered. Beyond it the longest unheard is forgotten: it costs no more than a fresh measurement.</summary>
    public const int PeersMax = 1024;

    private readonly Dictionary<RingId, Peer> _peers = [];

    /// <summary>Notes that something came from a peer.</summary>
    public void Heard(NodeHandle peer, Instant now)
    {
        Peer state = Of(peer.Id, now);
        state.LastHeard = now;
    }

    /// <summary>Notes that something was sent to a peer.</summary>
    public void Sent(RingId peer, Instant now) => Of(peer, now).LastSent = now;

    /// <summary>When something last came from a peer, or null.</summary>
    public Instant? LastHeard(RingId peer) => _peers.TryGetValue(peer, out Peer? state) ? state.LastHeard : null;

    /// <summary>When something was last sent to a peer, or null.</summary>
    public Instant? LastSent(RingId peer) => _peers.TryGetValue(peer, out Peer? state) ? state.LastSent : null;

    /// <summary>Takes one measured round trip; never of a message that was sent twice (Karn).</summary>
    public void Measured(RingId peer, TimeSpan roundTrip, Instant now)
    {
        Peer state = Of(peer, now);
        int sample = (int)Math.Clamp(roundTrip.Ticks / TimeSpan.TicksPerMicrosecond, 1, int.MaxValue / 8);
        if (state.SmoothedMicros == 0)
        {
            (state.SmoothedMicros, state.DeviationMicros) = (sample, sample / 2);
            return;
        }

        state.DeviationMicros += (Math.Abs(sample - state.SmoothedMicros) - state.DeviationMicros) / 4;
        state.SmoothedMicros = Math.Max(1, state.SmoothedMicros + ((sample - state.SmoothedMicros) / 8));
    }

    /// <summary>The smoothed round trip, or null if it was never measured.</summary>
    public TimeSpan? RoundTrip(RingId peer) =>
        _peers.TryGetValue(peer, out Peer? state) && state.SmoothedMicros > 0 ? TimeSpan.FromMicroseconds(state.SmoothedMicros) : null;

    /// <summary>How long to wait for a hop's acknowledgement: srtt + 4 rttvar within the options' bounds; a third of the ceiling for a stranger.</summary>
    public TimeSpan HopTimeout(RingId peer)
    {
        TimeSpan estimate = _peers.TryGetValue(peer, out Peer? state) && state.SmoothedMicros > 0
            ? TimeSpan.FromMicroseconds(state.SmoothedMicros + (4.0 * state.DeviationMicros))
            : options.HopTimeoutMax / 3;
        if (estimate < options.HopTimeoutMin) return options.HopTimeoutMin;
        return estimate > options.HopTimeoutMax ? options.HopTimeoutMax : estimate;
    }

    /// <summary>Forgets a peer.</summary>
    public void Forget(RingId peer) => _peers.Remove(peer);

    private Peer Of(RingId id, Instant now)
    {
        if (_peers.TryGetValue(id, out Peer? state)) return state;
        if (_peers.Count >= PeersMax) ForgetOldest();
        return _peers[id] = new Peer { LastHeard = now - TimeSpan.FromDays(1), LastSent = now - TimeSpan.FromDays(1) };
    }

    private void ForgetOldest()
    {
        RingId oldest = default;
        Instant since = Instant.Never;
        foreach ((RingId id, Peer state) in _peers)
        {
            if (state.LastHeard >= since && (state.LastHeard != since || id > oldest)) continue;
            (oldest, since) = (id, state.LastHeard);
        }

        _peers.Remove(oldest);
    }

    private sealed class Peer
    {
        public Instant LastHeard;
        public Instant LastSent;
        public int SmoothedMicros;
        public int DeviationMicros;
    }
}
