using System.Runtime.InteropServices;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;

namespace PastryActors.Pastry.Routing;

/// <summary>
/// Moves messages towards the roots of their keys, hop by hop acknowledged, around silent nodes, and hands them to the hooks.
/// In: local messages, hops, acknowledgements, overdue hops. Out: hops, acknowledgements, calls of the hooks.
/// </summary>
internal sealed class Router
{
    /// <summary>Hops after which a message is given up: many times log N of any ring, so only a fault takes so many.</summary>
    private const int HopsMax = 64;

    /// <summary>
    /// Hops up to which silence makes a second copy. No honest route is longer; one that a lying node sends in circles is, and each
    /// copy would go round by itself, and be copied again: as many as the hops have powers.
    /// </summary>
    private const int CopiedHopsMax = 16;

    /// <summary>Sends of one hop before the message is given up; with doubling patience longer than a failure takes to be detected.</summary>
    private const int AttemptsMax = 10;

    private readonly NodeContext _node;
    private readonly Prober _prober;
    private readonly RoutingRule _rule;
    private readonly Func<byte, IPastryApplication?> _applicationOf;
    private readonly HopTracker _tracker;
    private readonly DuplicateFilter _duplicates = new();

    public Router(NodeContext node, Prober prober, Func<byte, IPastryApplication?> applicationOf)
    {
        (_node, _prober, _applicationOf) = (node, prober, applicationOf);
        _rule = new RoutingRule(node.Self, node.Options.DigitBits, node.Leafs, node.Table, node.Neighbourhood);
        _tracker = new HopTracker(node, OnOverdue);
    }

    /// <summary>Begins a route here.</summary>
    public void Route(Message payload, RingId key)
    {
        var message = new RoutedMessage { Key = key, Source = _node.Self, Payload = payload };
        if (Advance(message)) return;

        // A leaf set that is being repaired covers the key again soon.
        if (_tracker.Open(message) is { } pending) _tracker.Sent(pending, _node.Self);
        else Lose(message);
    }

    /// <summary>A hop came in. It is acknowledged unless this node would be its root and is not active: then the sender tries again.</summary>
    public void OnRouted(NodeHandle from, Routed hop)
    {
        if (hop.Sequence != 0 && _duplicates.Contains(from.Id, hop.Sequence))
        {
            _node.Send(from, new HopAck(hop.Sequence));
            return;
        }

        bool accepted = Advance(new RoutedMessage { Key = hop.Key, Source = hop.Source, Payload = hop.Payload, Hops = hop.Hops });
        if (!accepted || hop.Sequence == 0) return;
        _duplicates.Add(from.Id, hop.Sequence, _node.Now);
        _node.Send(from, new HopAck(hop.Sequence));
    }

    public void OnAck(NodeHandle from, HopAck ack) => _tracker.OnAck(from, ack.Sequence);

    public void OnTimer() => _tracker.OnTimer();

    public void OnNodeFailed(RingId id) => _tracker.GiveUpOn(id);

    /// <summary>The engine could not connect: no need to wait for a silence, unless nobody else may have the message.</summary>
    public void OnLinkFailed(RingId id)
    {
        if (!_node.Leafs.Contains(id)) _tracker.GiveUpOn(id);
    }

    /// <inheritdoc cref="RoutingRule.Admissible"/>
    public IEnumerable<NodeHandle> Admissible(RingId key) => _rule.Admissible(key);

    /// <summary>Lets go of what grew with traffic, once there is none.</summary>
    public void Trim()
    {
        _tracker.Trim();
        _duplicates.Expire(_node.Now);
    }

    /// <summary>One step: to the next hop, or to the application if this is the root. False if this node cannot take the message now.</summary>
    private bool Advance(RoutedMessage message)
    {
        if (_applicationOf(message.Payload.Kind) is not { } application)
        {
            _node.Report(FactKind.MessageRefused, message.Source.Id, message.Payload.Kind);
            return true;
        }

        NextHop hop = Next(message, []);
        if (IsHere(hop) && !MayDeliver(message.Key)) return false;
        if (message.Hops >= HopsMax)
        {
            Lose(message);
            return true;
        }

        NodeHandle next = hop.Node;
        if (!application.Forward(ref message, ref next)) return true;
        if (next.Id == _node.Self.Id) Deliver(application, message);
        else Transmit(message, next);
        return true;
    }

    private void Transmit(RoutedMessage message, NodeHandle next)
    {
        message = message with { Hops = message.Hops + 1 };
        PendingHop? pending = message.Hops > CopiedHopsMax ? null : _tracker.Open(message);
        if (pending is not null) _tracker.Sent(pending, next);
        Emit(message, pending?.Sequence ?? 0, next);
    }

    private void Emit(in RoutedMessage message, ulong sequence, NodeHandle next)
    {
        _node.Report(FactKind.HopTaken, message.Key, message.Hops);
        _node.Send(next, new Routed(message.Key, message.Source, message.Hops, sequence, message.Payload));
    }

    /// <summary>
    /// The next hop is silent: suspect it, and go around it. Only the root may be asked again, since nobody else may deliver; when it
    /// has failed for good the rule finds its successor.
    /// </summary>
    private void OnOverdue(PendingHop pending)
    {
        _prober.Suspect(pending.Next);
        RoutedMessage message = pending.Message;
        if (pending.Attempts >= AttemptsMax)
        {
            _tracker.Close(pending);
            Lose(message);
            return;
        }

        pending.GoAround();
        NextHop hop = Next(message, CollectionsMarshal.AsSpan(pending.Excluded));
        if (!IsHere(hop))
        {
            if (hop.Node.Id != pending.Next.Id) _node.Report(FactKind.HopRerouted, pending.Next.Id);
            _tracker.Sent(pending, hop.Node);
            Emit(message, pending.Sequence, hop.Node);
            return;
        }

        // Everyone closer has failed: this node is the root now, and asks its hooks again.
        if (Advance(message)) _tracker.Close(pending);
        else _tracker.Sent(pending, _node.Self);
    }

    private NextHop Next(in RoutedMessage message, ReadOnlySpan<RingId> excluded)
    {
        if (message.Payload is not JoinRequest join) return _rule.Next(message.Key, excluded);
        return _rule.NextAround(join.Joiner.Id, [join.Joiner.Id, .. excluded]);
    }

    private bool IsHere(NextHop hop) => hop.Node.Id == _node.Self.Id;

    private bool MayDeliver(RingId key) => _node.IsActive && _node.Leafs.Covers(key);

    private void Deliver(IPastryApplication application, in RoutedMessage message)
    {
        _node.Report(FactKind.Delivered, message.Key, message.Hops);
        application.Deliver(message);
    }

    private void Lose(in RoutedMessage message) => _node.Report(FactKind.RouteLost, message.Key, message.Hops);
}
