using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Maintenance;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Requests;
using PastryActors.Pastry.Routing;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Node;

/// <summary>
/// The core of a node: Pastry with the applications on it. It only wires the machines and hands each event to the one whose duty
/// it is; what they do stands in their own files.
/// </summary>
public sealed class PastryNode : INodeCore, IProbeEvents
{
    /// <summary>The overlay's own number among the owners of timers and work.</summary>
    internal const byte OverlayOwner = 0;

    private readonly NodeContext _node;
    private readonly Prober _prober;
    private readonly DistanceMeter _meter;
    private readonly SeedSearch _search;
    private readonly Joiner _joiner;
    private readonly HeartbeatKeeper _heartbeats;
    private readonly TableKeeper _tables;
    private readonly RingMerger _merger;
    private readonly Router _router;
    private readonly PeerQueries _queries;
    private readonly IPastryComponent[] _components;
    private readonly Action<NodeHandle, Message>?[] _overlay = new Action<NodeHandle, Message>?[byte.MaxValue + 1];
    private readonly IPastryApplication?[] _applications = new IPastryApplication?[byte.MaxValue + 1];
    private Instant _startedAt;
    private int _leafsSeen;
    private bool _left;

    /// <param name="self">This node; its incarnation higher than at its start before.</param>
    /// <param name="options">Checked by <see cref="PastryOptions.Problem"/>.</param>
    /// <param name="seed">From which all chance of this node follows.</param>
    /// <param name="contacts">Whom to join through.</param>
    /// <param name="components">The applications, in the order in which they are asked; at most 15.</param>
    public PastryNode(NodeHandle self, PastryOptions options, ulong seed, Contacts contacts, params IReadOnlyList<IPastryComponent> components)
    {
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(components.Count, (1 << ComponentPort.OwnerBits) - 1);
        _node = new NodeContext(self, options, seed);
        _prober = new Prober(_node, this);
        _meter = new DistanceMeter(_node);
        _search = new SeedSearch(_node, _meter);
        _meter.Listener = _search.OnMeasured;
        _joiner = new Joiner(_node, contacts, _prober, _meter, _search, () => SetActive(true));
        _heartbeats = new HeartbeatKeeper(_node, _prober);
        _tables = new TableKeeper(_node, _prober, _meter);
        _merger = new RingMerger(_node, _joiner, _prober);
        _router = new Router(_node, _prober, kind => _applications[kind]);
        _queries = new PeerQueries(_node);
        _components = [.. components];
        Wire();
    }

    /// <inheritdoc/>
    public NodeHandle Self => _node.Self;

    /// <summary>Whether this node is a member of a ring and may deliver.</summary>
    public bool IsActive => _node.IsActive;

    /// <summary>The parameters.</summary>
    public PastryOptions Options => _node.Options;

    /// <summary>The leaf set as it is now.</summary>
    public LeafSetView Leafs => new(_node.Leafs, _node.Self);

    /// <summary>Whether the leaf set lacks nobody, as far as this node knows.</summary>
    public bool LeafSetComplete => _node.IsActive && _node.Leafs.IsComplete && _prober.IsIdle;

    /// <summary>The routing table, to be read only.</summary>
    public RoutingTable Table => _node.Table;

    /// <summary>The neighbourhood set, to be read only.</summary>
    public NeighbourhoodSet Neighbourhood => _node.Neighbourhood;

    /// <summary>The smoothed round trip to a peer, or null if it was never measured.</summary>
    public TimeSpan? RoundTrip(RingId peer) => _node.Trips.RoundTrip(peer);

    /// <inheritdoc/>
    public void Start(Instant now, Outbox outbox)
    {
        _node.Enter(now, outbox);
        _startedAt = now;
        for (int i = 0; i < _components.Length; i++) _components[i].Started();
        _heartbeats.Start();
        _tables.Start();
        _merger.Start();
        _joiner.Begin([]);
        Settle();
    }

    /// <inheritdoc/>
    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (_left)
        {
            if (happened.Body is Request late) outbox.Reply(new Failed(late.Id, FailureCode.NotActive, "this node has left its ring"));
            return;
        }

        _node.Enter(now, outbox);
        switch (happened.Kind)
        {
            case NodeEventKind.Received: OnReceived(happened.From!, (Message)happened.Body!, happened.Content); break;
            case NodeEventKind.TimerFired: OnTimer(happened.Timer); break;
            case NodeEventKind.WorkDone: OnWorkDone((WorkResult)happened.Body!); break;
            case NodeEventKind.Requested: OnRequest((Request)happened.Body!); break;
            case NodeEventKind.LinkFailed: OnLinkFailed(happened.From!); break;
            default: throw new ArgumentOutOfRangeException(nameof(happened), happened.Kind, "an event of no known kind");
        }

        Settle();
    }

    void IProbeEvents.NodeFailed(NodeHandle node, bool wasLeaf)
    {
        _merger.Lost(node);
        _tables.OnFailed(node.Id);
        Gone(node, wasLeaf);
    }

    void IProbeEvents.NodeAlive(NodeHandle node, bool active)
    {
        _merger.Heard(node.Id);
        if (active) _joiner.OnMember(node);
    }

    void IProbeEvents.Settled()
    {
        if (!_joiner.IsAnswered || _node.Leafs.IsEmpty) return;
        SetActive(true);
        _prober.TellNews();
        _tables.SecondStage();
    }

    private void Wire()
    {
        On<Routed>(Routed.Number, OnRouted);
        On<HopAck>(HopAck.Number, _router.OnAck);
        On<JoinReply>(JoinReply.Number, OnJoinReply);
        On<JoinRefused>(JoinRefused.Number, (from, _) => _joiner.OnRefused(from));
        On<Leave>(Leave.Number, OnLeave);
        On<LeafSetProbe>(LeafSetProbe.Number, _prober.OnProbe);
        On<Heartbeat>(Heartbeat.Number, (from, _) => _prober.Heard(from, asNeighbour: true));
        On<DistanceProbe>(DistanceProbe.Number, _meter.OnProbe);
        On<StateRequest>(StateRequest.Number, OnStateRequest);
        On<StateReply>(StateReply.Number, OnStateReply);
        _applications[JoinRequest.Number] = new JoinAnswerer(_node);
        _applications[RouteTrace.Number] = _queries;
        for (int i = 0; i < _components.Length; i++)
        {
            _components[i].Attach(new ComponentPort(_node, _router, (byte)(i + 1)));
            foreach (MessageKind kind in _components[i].Kinds) _applications[kind.Number] = _components[i];
        }
    }

    private void On<T>(byte kind, Action<NodeHandle, T> handler)
        where T : Message => _overlay[kind] = (from, message) => handler(from, (T)message);

    private void OnReceived(NodeHandle from, Message message, ContentRef? content)
    {
        _node.Trips.Heard(from, _node.Now);
        _prober.Heard(from, asNeighbour: false);
        Dispatch(from, message, content);
    }

    private void Dispatch(NodeHandle from, Message message, ContentRef? content)
    {
        if (_overlay[message.Kind] is { } handler)
        {
            handler(from, message);
        }
        else if (_applications[message.Kind] is { } application)
        {
            application.Deliver(new RoutedMessage { Key = Self.Id, Source = from, Payload = message, Content = content, Direct = true });
        }
        else
        {
            _node.Report(FactKind.MessageRefused, from.Id, message.Kind);
        }
    }

    private void OnRouted(NodeHandle from, Routed hop)
    {
        if (!IsActive && hop.Payload is JoinRequest join && join.Joiner.Id != Self.Id)
        {
            _joiner.OnOtherJoins(join.Joiner);
            _node.Send(join.Joiner, new JoinRefused());
            return;
        }

        _router.OnRouted(from, hop);
    }

    private void OnJoinReply(NodeHandle from, JoinReply reply)
    {
        if (IsActive) _merger.OnReply(from, reply);
        else _joiner.OnReply(from, reply);
    }

    private void OnLeave(NodeHandle from, Leave leave)
    {
        _node.Report(FactKind.NodeLeft, from.Id);
        bool wasLeaf = _node.Leafs.Contains(from.Id);
        _prober.OnLeave(from, leave.Leafs);
        Gone(from, wasLeaf);
    }

    /// <summary>First this node considers its own standing: cut off from all others, it must not deliver what was meant for them.</summary>
    private void Gone(NodeHandle peer, bool wasLeaf)
    {
        if (wasLeaf && _node.Leafs.IsEmpty && IsActive) BecomeAlone();
        _router.OnNodeFailed(peer.Id);
        foreach (IPastryComponent component in _components) component.PeerFailed(peer);
    }

    private void OnStateRequest(NodeHandle from, StateRequest request)
    {
        if (!IsActive && request.Part == StatePart.LeafSet) _joiner.OnOtherJoins(from);
        IEnumerable<NodeHandle> nodes = request.Part switch
        {
            StatePart.LeafSet => _node.Leafs.Left,
            StatePart.Row => _node.Table.Row(request.Row),
            _ => _node.Neighbourhood.Nodes.Select(n => n.Node),
        };
        IEnumerable<NodeHandle> more = request.Part == StatePart.LeafSet ? _node.Leafs.Right : [];
        _node.Send(from, new StateReply(request.Part, request.Row, request.Tag, IsActive, _node.Table.RowCount, [.. nodes], [.. more]));
    }

    private void OnStateReply(NodeHandle from, StateReply reply)
    {
        if (_queries.OnState(from, reply)) return;
        if (reply.Part == StatePart.LeafSet)
        {
            _joiner.OnLeafSet(from, reply);
        }
        else
        {
            _search.OnRow(from, reply);
            _tables.OnState(from, reply);
        }
    }

    private void OnTimer(NodeTimer timer)
    {
        if (timer.Owner != OverlayOwner)
        {
            _components[timer.Owner - 1].OnTimer(timer);
            return;
        }

        switch ((OverlayTimer)timer.Kind)
        {
            case OverlayTimer.Heartbeat: _heartbeats.OnTick(); break;
            case OverlayTimer.ProbeTimeout: _prober.OnTimeout(timer.Subject, timer.Argument); break;
            case OverlayTimer.HopTimeout: _router.OnTimer(); break;
            case OverlayTimer.JoinStep: _joiner.OnStep(timer.Argument); break;
            case OverlayTimer.DistanceSweep: _meter.OnSweep(); break;
            case OverlayTimer.LeafSetMaintenance: _tables.OnLeafSetTick(); break;
            case OverlayTimer.TableMaintenance: _tables.OnTableTick(); break;
            case OverlayTimer.NeighbourhoodMaintenance: _tables.OnNeighbourhoodTick(); break;
            case OverlayTimer.MaintenanceCheck: _tables.OnCheck(); break;
            case OverlayTimer.Merge: _merger.OnTick(); break;
            case OverlayTimer.QueryTimeout: _queries.OnTimeout((ulong)timer.Argument); break;
            default: throw new ArgumentOutOfRangeException(nameof(timer), timer, "a timer of no known kind");
        }
    }

    private void OnWorkDone(WorkResult result) => _components[ComponentPort.OwnerOf(result.Id) - 1].OnWorkDone(result);

    private void OnRequest(Request request)
    {
        if (request is LeaveRing)
        {
            LeaveNow(request);
            return;
        }

        if (!IsActive)
        {
            _node.Outbox.Reply(new Failed(request.Id, FailureCode.NotActive, "this node is not an active member of a ring yet"));
            return;
        }

        if (_queries.OnRequest(request, _router)) return;
        foreach (IPastryComponent component in _components)
        {
            if (component.OnRequest(request)) return;
        }

        _node.Outbox.Reply(new Failed(request.Id, FailureCode.Invalid, $"no application of this node knows {request.GetType().Name}"));
    }

    private void LeaveNow(Request request)
    {
        var leave = new Leave([.. _node.Leafs.Members()]);
        foreach (NodeHandle member in _node.Leafs.Members()) _node.Send(member, leave);
        _left = true;
        SetActive(false);
        _node.Outbox.Reply(new LeftRing(request.Id));
    }

    private void OnLinkFailed(NodeHandle peer)
    {
        _joiner.OnLinkFailed(peer);
        if (_node.Leafs.Contains(peer.Id) || _node.Table.Find(peer.Id)?.Id == peer.Id) _prober.Probe(peer);
    }

    /// <summary>Every neighbour went silent: it is likelier that this node is cut off than that all of them died.</summary>
    private void BecomeAlone()
    {
        SetActive(false);
        _joiner.Begin(_merger.LostNodes);
    }

    private void SetActive(bool active)
    {
        if (active) _joiner.Done();
        if (_node.IsActive == active) return;
        _node.IsActive = active;
        long milliseconds = (long)(_node.Now - _startedAt).TotalMilliseconds;
        _node.Report(active ? FactKind.BecameActive : _left ? FactKind.NodeLeft : FactKind.BecameInactive, Self.Id, milliseconds);
        foreach (IPastryComponent component in _components) component.ActiveChanged(active);
    }

    /// <summary>What the event set off within this node: messages to itself, and one call of newLeafs however often the leaf set changed.</summary>
    private void Settle()
    {
        do
        {
            while (_node.TryTakeLoopback(out (Message Message, ContentRef? Content) own)) Dispatch(Self, own.Message, own.Content);
            if (_leafsSeen == _node.Leafs.Version) continue;
            _leafsSeen = _node.Leafs.Version;
            _node.Report(FactKind.LeafSetChanged, Self.Id, _node.Leafs.Count);
            foreach (IPastryComponent component in _components) component.NewLeafs(Leafs);
        }
        while (_node.HasLoopback || _leafsSeen != _node.Leafs.Version);

        _node.Exit();
    }
}
