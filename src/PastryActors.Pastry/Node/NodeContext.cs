using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Node;

/// <summary>What the machines of one node share: its tables, the moment, and the way out. Time and outbox are those of the event being handled.</summary>
internal sealed class NodeContext
{
    private Queue<(Message Message, ContentRef? Content)>? _loopback;
    private Outbox? _outbox;

    public NodeContext(NodeHandle self, PastryOptions options, ulong seed)
    {
        Self = self;
        Options = options;
        Random = new RandomSource(seed);
        Leafs = new LeafSet(self.Id, options.LeafSetSize);
        Table = new RoutingTable(self.Id, options.DigitBits);
        Neighbourhood = new NeighbourhoodSet(self.Id, options.NeighbourhoodSize);
        Trips = new RoundTripEstimator(options);
        Neighbours = new NeighbourClock(Leafs);
    }

    public NodeHandle Self { get; }

    public PastryOptions Options { get; }

    public RandomSource Random { get; }

    public LeafSet Leafs { get; }

    public RoutingTable Table { get; }

    public NeighbourhoodSet Neighbourhood { get; }

    public RoundTripEstimator Trips { get; }

    public NeighbourClock Neighbours { get; }

    public Instant Now { get; private set; }

    /// <summary>Whether the whole leaf set has answered, so that this node may deliver (DSN 2004, section 3).</summary>
    public bool IsActive { get; set; }

    public Outbox Outbox => _outbox ?? throw new InvalidOperationException("effects are only possible while an event is handled");

    public void Enter(Instant now, Outbox outbox) => (Now, _outbox) = (now, outbox);

    /// <summary>After this no effect can slip out until the next event.</summary>
    public void Exit() => _outbox = null;

    public void Send(NodeHandle to, Message message, Lane lane = Lane.Control, ContentRef? content = null)
    {
        if (to.Id == Self.Id)
        {
            (_loopback ??= new()).Enqueue((message, content));
            return;
        }

        Neighbours.Sent(to.Id, Now);
        Outbox.Send(to, message, lane, content);
    }

    /// <summary>A peer spoke.</summary>
    public void Heard(NodeHandle peer)
    {
        Neighbours.Heard(peer.Id, Now);
        Table.Heard(peer, Now);
    }

    /// <summary>A round trip was measured: the tables, which prefer near nodes, keep it.</summary>
    public void Measured(NodeHandle peer, TimeSpan roundTrip)
    {
        uint micros = (uint)Math.Clamp(roundTrip.Ticks / TimeSpan.TicksPerMicrosecond, 0, int.MaxValue);
        Table.Consider(peer, micros);
        Neighbourhood.Consider(peer, micros);
        Leafs.Measured(peer.Id, micros);
    }

    /// <summary>The round trip to a peer: smoothed where there is traffic, else as the tables have it; null if it was never measured.</summary>
    public TimeSpan? RoundTrip(RingId peer) => Trips.RoundTrip(peer) ?? ProbedRoundTrip(peer);

    /// <summary>How long to wait for a hop's acknowledgement.</summary>
    public TimeSpan HopTimeout(RingId peer) => Trips.HopTimeout(peer, ProbedRoundTrip(peer));

    /// <summary>Whether messages that this node sent to itself wait.</summary>
    public bool HasLoopback => _loopback?.Count > 0;

    /// <summary>Takes the next message that this node sent to itself.</summary>
    public bool TryTakeLoopback(out (Message Message, ContentRef? Content) next)
    {
        next = default;
        return _loopback?.TryDequeue(out next) == true;
    }

    /// <summary>Lets go of what an idle node needs not.</summary>
    public void Trim()
    {
        if (!HasLoopback) _loopback = null;
        Leafs.Trim();
    }

    public void Schedule(OverlayTimer kind, TimeSpan delay, long argument = 0, RingId subject = default) =>
        Outbox.Schedule(new NodeTimer(PastryNode.OverlayOwner, (byte)kind, argument, subject), delay);

    public void Report(FactKind kind, RingId subject = default, long value = 0) => Outbox.Report(new Fact(kind, subject, value));

    private TimeSpan? ProbedRoundTrip(RingId peer)
    {
        uint micros = Table.Find(peer)?.Id == peer ? Table.DistanceAt(peer) : RoutingTable.Unmeasured;
        if (micros == RoutingTable.Unmeasured) micros = Leafs.DistanceTo(peer);
        if (micros == RoutingTable.Unmeasured) micros = Neighbourhood.DistanceTo(peer);
        return micros == RoutingTable.Unmeasured ? null : TimeSpan.FromMicroseconds(Math.Max(1, micros));
    }
}

/// <summary>The timers of the overlay's own machines.</summary>
internal enum OverlayTimer : byte
{
    Heartbeat,
    ProbeTimeout,
    HopTimeout,
    JoinStep,
    DistanceSweep,
    LeafSetMaintenance,
    TableMaintenance,
    NeighbourhoodMaintenance,
    MaintenanceCheck,
    Merge,
    QueryTimeout,
}
