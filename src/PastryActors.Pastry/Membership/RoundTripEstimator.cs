using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// Smoothed round trips of the peers that this node has traffic with, from which retransmission timeouts follow (Jacobson, SIGCOMM
/// 1988; floors and ceilings as in MSPastry, DSN 2004, section 4.2). Peers that merely stand in a table cost nothing here.
/// </summary>
public sealed class RoundTripEstimator(PastryOptions options)
{
    /// <summary>Peers remembered: more than a table of a million nodes and a leaf set hold. Beyond it the longest unmeasured is forgotten: it costs no more than a fresh measurement.</summary>
    public const int PeersMax = 256;

    private Dictionary<RingId, Peer>? _peers;

    /// <summary>Takes one measured round trip; never of a message that was sent twice (Karn).</summary>
    public void Measured(RingId peer, TimeSpan roundTrip, Instant now)
    {
        int sample = (int)Math.Clamp(roundTrip.Ticks / TimeSpan.TicksPerMicrosecond, 1, int.MaxValue / 8);
        _peers ??= [];
        ref Peer state = ref CollectionsMarshal.GetValueRefOrNullRef(_peers, peer);
        if (Unsafe.IsNullRef(ref state))
        {
            if (_peers.Count >= PeersMax) ForgetOldest(_peers);
            _peers.Add(peer, new Peer(now, sample, sample / 2));
            return;
        }

        state.MeasuredAt = now;
        state.DeviationMicros += (Math.Abs(sample - state.SmoothedMicros) - state.DeviationMicros) / 4;
        state.SmoothedMicros = Math.Max(1, state.SmoothedMicros + ((sample - state.SmoothedMicros) / 8));
    }

    /// <summary>The smoothed round trip, or null if it was never measured.</summary>
    public TimeSpan? RoundTrip(RingId peer) => Find(peer) is { } state ? TimeSpan.FromMicroseconds(state.SmoothedMicros) : null;

    /// <summary>How long to wait for a hop's acknowledgement: srtt + 4 rttvar within the options' bounds; a third of the ceiling for a stranger.</summary>
    /// <param name="probed">A single round trip measured otherwise, for a peer without traffic. Twice that, less than TCP allows a first sample, since the price of an error is a message and not a window.</param>
    public TimeSpan HopTimeout(RingId peer, TimeSpan? probed = null)
    {
        TimeSpan estimate = Find(peer) is { } state
            ? TimeSpan.FromMicroseconds(state.SmoothedMicros + (4.0 * state.DeviationMicros))
            : 2 * probed ?? options.HopTimeoutMax / 3;
        if (estimate < options.HopTimeoutMin) return options.HopTimeoutMin;
        return estimate > options.HopTimeoutMax ? options.HopTimeoutMax : estimate;
    }

    /// <summary>Forgets a peer.</summary>
    public void Forget(RingId peer) => _peers?.Remove(peer);

    private Peer? Find(RingId peer) => _peers is not null && _peers.TryGetValue(peer, out Peer state) ? state : null;

    private static void ForgetOldest(Dictionary<RingId, Peer> peers)
    {
        RingId oldest = default;
        Instant since = Instant.Never;
        foreach ((RingId id, Peer state) in peers)
        {
            if (state.MeasuredAt > since || (state.MeasuredAt == since && id > oldest)) continue;
            (oldest, since) = (id, state.MeasuredAt);
        }

        peers.Remove(oldest);
    }

    private record struct Peer(Instant MeasuredAt, int SmoothedMicros, int DeviationMicros);
}
