using PastryActors.Core.Collections;
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
    private readonly FormerNeighbours _former;
    private readonly HeartbeatKeeper _heartbeats;
    private readonly TableKeeper _tables;
    private readonly TableProber _tableProber;
    private readonly RingMerger _merger;
    private readonly Router _router;
    private readonly PeerQueries _queries;
    private readonly IPastryComponent[] _components;
    private readonly JoinAnswerer _joins;
    private readonly byte[] _componentOf;
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
        _meter.Listener = OnMeasured;
        _former = new FormerNeighbours(contacts.Remembered, self.Id);
        _joiner = new Joiner(_node, contacts, _prober, _meter, _search, () => SetActive(true));
        _heartbeats = new HeartbeatKeeper(_node, _prober);
        _tables = new TableKeeper(_node, _prober, _meter);
        _tableProber = new TableProber(_node, _meter);
        _merger = new RingMerger(_node, _joiner, _prober);
        _router = new Router(_node, _prober, ApplicationOf);
        _queries = new PeerQueries(_node);
        _joins = new JoinAnswerer(_node);
        _components = [.. components];
        _componentOf = Attach();
    }

    /// <inheritdoc/>
    public NodeHandle Self => _node.Self;

    /// <summary>Whether this node is a member of a ring and may deliver.</summary>
    public bool IsActive => _node.IsActive;

    /// <summary>The parameters.</summary>
    public PastryOptions Options => _node.Options;

    /// <summary>The leaf set as it is now.</summary>
    public LeafSetView Leafs => new(_node.Leafs, _node.Self);

    /// <summary>Whom to remember over a restart: the leaf set, and who is still awaited of the one before, so that a stop in the midst of a start forgets nobody.</summary>
    public IEnumerable<NodeHandle> ToRemember => _node.Leafs.Members().Concat(_former.Awaited(_node.Now));

    /// <summary>Whether the leaf set lacks nobody, as far as this node knows.</summary>
    public bool LeafSetComplete => _node.IsActive && _node.Leafs.IsComplete && _prober.IsIdle;

    /// <summary>The routing table, to be read only.</summary>
    public RoutingTable Table => _node.Table;

    /// <summary>The neighbourhood set, to be read only.</summary>
    public NeighbourhoodSet Neighbourhood => _node.Neighbourhood;

    /// <summary>The smoothed round trip to a peer, or null if it was never measured.</summary>
    public TimeSpan? RoundTrip(RingId peer) => _node.RoundTrip(peer);

    /// <inheritdoc/>
    public void Start(Instant now, Outbox outbox)
    {
        _node.Enter(now, outbox);
        _startedAt = now;
        _former.Start(now, Options.AwaitFormer);
        for (int i = 0; i < _components.Length; i++) _components[i].Started();
        _heartbeats.Start();
        _tables.Start();
        _tableProber.Start();
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
        _tableProber.OnFailed();
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

    /// <summary>Attaches the components; answers, by message kind, the number of the one whose it is, 0 if it is nobody's.</summary>
    private byte[] Attach()
    {
        var componentOf = new byte[1 + _components.SelectMany(c => c.Kinds).Select(k => (int)k.Number).DefaultIfEmpty().Max()];
        for (int i = 0; i < _components.Length; i++)
        {
            _components[i].Attach(new ComponentPort(_node, _router, _former, (byte)(i + 1)));
            foreach (MessageKind kind in _components[i].Kinds) componentOf[kind.Number] = (byte)(i + 1);
        }

        return componentOf;
    }

    private IPastryApplication? ApplicationOf(byte kind)
    {
        if (kind == JoinRequest.Number) return _joins;
        if (kind == RouteTrace.Number) return _queries;
        return kind < _componentOf.Length && _componentOf[kind] is > 0 and byte owner ? _components[owner - 1] : null;
    }

    private void OnReceived(NodeHandle from, Message message, ContentRef? content)
    {
        _prober.Heard(from, asNeighbour: false);
        Dispatch(from, message, content);
        _node.Heard(from);
    }

    private void Dispatch(NodeHandle from, Message message, ContentRef? content)
    {
        switch (message)
        {
            case Routed hop: OnRouted(from, hop); break;
            case HopAck ack: _router.OnAck(from, ack); break;
            case JoinReply reply: OnJoinReply(from, reply); break;
            case JoinRefused: _joiner.OnRefused(from); break;
            case Leave leave: OnLeave(from, leave); break;
            case LeafSetProbe probe: _prober.OnProbe(from, probe); break;
            case Heartbeat: _prober.Heard(from, asNeighbour: true); break;
            case DistanceProbe probe: _meter.OnProbe(from, probe); break;
            case StateRequest request: OnStateRequest(from, request); break;
            case StateReply reply: OnStateReply(from, reply); break;
            default: DispatchToApplication(from, message, content); break;
        }
    }

    private void DispatchToApplication(NodeHandle from, Message message, ContentRef? content)
    {
        if (ApplicationOf(message.Kind) is { } application)
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

    /// <summary>Whoever stands in the table and does not answer a question is suspected.</summary>
    private void OnMeasured(NodeHandle target, TimeSpan? roundTrip)
    {
        _search.OnMeasured(target, roundTrip);
        if (roundTrip is null && _node.Table.Find(target.Id)?.Id == target.Id) _prober.Suspect(target);
    }

    /// <summary>Soon after a join a node should need no more than others.</summary>
    private void OnHeartbeatTick()
    {
        _heartbeats.OnTick();
        _tableProber.OnTick();
        _meter.Trim();
    }

    /// <summary>A period with nothing but its end in common for what traffic leaves behind.</summary>
    private void OnLeafSetTick()
    {
        _tables.OnLeafSetTick();
        _router.Trim();
        _node.Trim();
    }

    private void OnStateRequest(NodeHandle from, StateRequest request)
    {
        if (!IsActive && request.Part == StatePart.LeafSet) _joiner.OnOtherJoins(from);
        ValueList<NodeHandle> nodes = request.Part switch
        {
            StatePart.LeafSet => _node.Leafs.Left.ToValueList(),
            StatePart.Row => _node.Table.Row(request.Row).ToValueList(),
            _ => _node.Neighbourhood.Nodes.Select(n => n.Node).ToValueList(),
        };
        ValueList<NodeHandle> more = request.Part == StatePart.LeafSet ? _node.Leafs.Right.ToValueList() : default;
        _node.Send(from, new StateReply(request.Part, request.Row, request.Tag, IsActive, _node.Table.RowCount, nodes, more));
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
            case OverlayTimer.Heartbeat: OnHeartbeatTick(); break;
            case OverlayTimer.ProbeTimeout: _prober.OnTimeout(timer.Subject, timer.Argument); break;
            case OverlayTimer.HopTimeout: _router.OnTimer(); break;
            case OverlayTimer.JoinStep: _joiner.OnStep(timer.Argument); break;
            case OverlayTimer.DistanceSweep: _meter.OnSweep(); break;
            case OverlayTimer.LeafSetMaintenance: OnLeafSetTick(); break;
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

        if (!IsActive && request is not FollowUp)
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
        var leave = new Leave(_node.Leafs.Snapshot);
        foreach (NodeHandle member in leave.Leafs) _node.Send(member, leave);
        _left = true;
        SetActive(false);
        _node.Outbox.Reply(new LeftRing(request.Id));
    }

    private void OnLinkFailed(NodeHandle peer)
    {
        _joiner.OnLinkFailed(peer);
        _prober.OnLinkFailed(peer);
        _router.OnLinkFailed(peer.Id);
        if (_node.Leafs.Contains(peer.Id) || _node.Table.Find(peer.Id)?.Id == peer.Id) _prober.Suspect(peer);
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
            _former.NewLeafs(_node.Leafs);
            _node.Report(FactKind.LeafSetChanged, Self.Id, _node.Leafs.Count);
            foreach (IPastryComponent component in _components) component.NewLeafs(Leafs);
        }
        while (_node.HasLoopback || _leafsSeen != _node.Leafs.Version);

        _node.Exit();
    }
}
