using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;
using PastryActors.Streams.Messages;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Nobody forwards more than it offers, at any moment, whatever goes wrong: counts at the network those to whom each node sends pieces, and to whom it
/// has not said since that it does so no longer. Knows nothing of children tables. A child ceases to be one when it is told so, or when its
/// own farewell is taken; one that is forgotten in silence counts for ever. A publisher sends each stripe besides to its root: one that told it so.
/// </summary>
public sealed class ForwardingChecker : IChecker
{
    private readonly SimRing _ring;
    private readonly Dictionary<int, Forwarder> _forwarders = [];
    private string? _problem;
    private int _most;

    /// <summary>Listens to the ring's network from now on.</summary>
    public ForwardingChecker(SimRing ring)
    {
        _ring = ring;
        ring.World.Network.SetsOut += OnSent;
        ring.World.Network.Arrives += OnTaken;
    }

    /// <inheritdoc/>
    public string Name => "forwarding";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world) => new(Name, _problem is null, _problem ?? string.Create(CultureInfo.InvariantCulture, $"{_forwarders.Count} nodes forwarded, to {_most} others at most"));

    private void OnSent(SimNode from, Effect send)
    {
        switch (send.Message)
        {
            // Without a path it makes a deputy, and no child.
            case StripeAccepted { Path.Count: > 0 } accepted: Of(from).Accept((accepted.Stripe, send.To!.Id)); break;
            case StripeDeclined declined: Of(from).Part((declined.Stripe, send.To!.Id)); break;
            case LeaveStripe leave: Of(from).Part((leave.Stripe, send.To!.Id)); break;
            case StripePiece piece: OnPiece(from, piece, send.To!); break;
        }
    }

    private void OnTaken(SimNode by, NodeHandle from, Message message)
    {
        if (message is LeaveStripe leave) Of(by).Part((leave.Stripe, from.Id));
        if (message is StripeHead { Word: HeadWord.Here } head && head.Asker.Id == from.Id) Of(by).Hear(head.Stripe, from.Id);
    }

    private void OnPiece(SimNode from, StripePiece piece, NodeHandle to)
    {
        int count = Of(from).Send(piece, to.Id, isPublisher: from.Id == piece.Key.Publisher);
        _most = Math.Max(_most, count);
        int offer = _ring.OfferOf(from.Index);
        if (count > offer) _problem ??= string.Create(CultureInfo.InvariantCulture, $"{from} forwards to {count} others, and offers {offer}");
    }

    /// <summary>A node that starts again forwards nothing yet.</summary>
    private Forwarder Of(SimNode node)
    {
        if (!_forwarders.TryGetValue(node.Index, out Forwarder? known) || known.Incarnation != node.Handle.Incarnation) _forwarders[node.Index] = known = new Forwarder(node.Handle.Incarnation);
        return known;
    }

    /// <summary>To whom one node sends what, since it started.</summary>
    private sealed class Forwarder(uint incarnation)
    {
        private readonly HashSet<(RingId Stripe, RingId To)> _accepted = [];
        private readonly HashSet<(RingId Stripe, RingId To)> _served = [];

        /// <summary>Of a publisher: whom it sends a stripe as to its root, and who said to be it since another was.</summary>
        private readonly Dictionary<RingId, RingId> _roots = [];
        private readonly HashSet<(RingId Stripe, RingId Root)> _named = [];

        public uint Incarnation { get; } = incarnation;

        public void Accept((RingId, RingId) child) => _accepted.Add(child);

        public void Part((RingId, RingId) child)
        {
            _accepted.Remove(child);
            _served.Remove(child);
        }

        /// <summary>Notes a piece; answers to how many the node forwards now.</summary>
        public int Send(StripePiece piece, RingId to, bool isPublisher)
        {
            if (!isPublisher || _accepted.Contains((piece.Stripe, to)) || !IsRoot(piece.Stripe, to)) _served.Add((piece.Stripe, to));
            return _served.Count;
        }

        public void Hear(RingId stripe, RingId root) => _named.Add((stripe, root));

        /// <summary>A root takes another's place by its own word, and once a word.</summary>
        private bool IsRoot(RingId stripe, RingId to)
        {
            if (_roots.TryGetValue(stripe, out RingId root) && root == to) return true;
            if (!_named.Remove((stripe, to))) return false;
            _roots[stripe] = to;
            return true;
        }
    }
}
