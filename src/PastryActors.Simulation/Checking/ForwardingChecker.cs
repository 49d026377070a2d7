using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;
using PastryActors.Streams.Messages;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Nobody forwards more than it offers: counts, at the network, to how many others each node sends the newest block of each stripe. Knows
/// nothing of children tables. Who was told that the sender is not its parent any more, and who is down, is forwarded to no longer. A publisher
/// sends each stripe to its root besides.
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
            case StripePiece piece: OnPiece(from, piece, send.To!); break;
            case StripeDeclined declined: Part(from.Id, declined.Stripe, send.To!.Id); break;
            case LeaveStripe leave:
                Part(from.Id, leave.Stripe, send.To!.Id);
                Part(send.To!.Id, leave.Stripe, from.Id);
                break;
        }
    }

    private void OnPiece(SimNode from, StripePiece piece, NodeHandle to)
    {
        if (IsToRoot(from, piece, to) || _ring.Index.Find(to.Id) is not { IsUp: true }) return;
        if (!_forwarders.TryGetValue(from.Index, out Forwarder? forwarder)) _forwarders.Add(from.Index, forwarder = new Forwarder());
        int count = forwarder.Send(piece, to.Id, id => _ring.Index.Find(id) is { IsUp: true });
        _most = Math.Max(_most, count);
        int offer = _ring.OfferOf(from.Index);
        if (count > offer) _problem ??= string.Create(CultureInfo.InvariantCulture, $"{from} forwards to {count} others, and offers {offer}");
    }

    /// <summary>A publisher's first piece of a block and stripe goes to the root, or to whoever is that in its place.</summary>
    private bool IsToRoot(SimNode from, StripePiece piece, NodeHandle to)
    {
        if (from.Id != piece.Key.Publisher) return false;
        SimNode? root = _ring.Index.Closest(piece.Stripe, SimRing.IsActive);
        return root?.Id == to.Id || (root is not null && _ring.OfferOf(root.Index) == 0);
    }

    private void Part(RingId parent, RingId stripe, RingId child)
    {
        if (_ring.Index.Find(parent) is { } node && _forwarders.TryGetValue(node.Index, out Forwarder? forwarder)) forwarder.Part(stripe, child);
    }

    /// <summary>To whom one node sends what.</summary>
    private sealed class Forwarder
    {
        private readonly Dictionary<RingId, (ulong Epoch, ulong Block, HashSet<RingId> To)> _stripes = [];
        private int _count;

        /// <summary>Notes a piece; answers to how many the node forwards now.</summary>
        public int Send(StripePiece piece, RingId to, Func<RingId, bool> isUp)
        {
            if (!_stripes.TryGetValue(piece.Stripe, out (ulong Epoch, ulong Block, HashSet<RingId> To) newest)) newest = (0, 0, []);
            if (piece.Block != newest.Block || piece.Key.Epoch != newest.Epoch)
            {
                _count -= newest.To.Count;
                newest.To.Clear();
            }

            if (newest.To.Add(to)) _count++;
            _stripes[piece.Stripe] = (piece.Key.Epoch, piece.Block, newest.To);
            foreach ((_, _, HashSet<RingId> others) in _stripes.Values) _count -= others.RemoveWhere(id => !isUp(id));
            return _count;
        }

        public void Part(RingId stripe, RingId child)
        {
            if (_stripes.TryGetValue(stripe, out (ulong Epoch, ulong Block, HashSet<RingId> To) newest) && newest.To.Remove(child)) _count--;
        }
    }
}
