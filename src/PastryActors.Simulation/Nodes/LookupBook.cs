using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Nodes;

/// <summary>
/// Lookups of random keys, and what became of each: the papers' experiment. Knows a lookup by its key, which no two share, and holds
/// its delivery against the truth at that very moment: the root is the closest of the nodes that are up and active.
/// </summary>
public sealed class LookupBook : IFactListener
{
    /// <summary>Copies of one lookup meet where an acknowledgement was late. One that comes back to a node for the third time goes in a circle.</summary>
    private const int VisitsMax = 2;

    /// <summary>Delivered lookups that are remembered so that a second delivery is noticed: far more than are under way while one copy may still be late.</summary>
    private const int DeliveredMax = 20_000;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly SimRing _ring;
    private readonly Dictionary<RingId, Lookup> _lookups = [];
    private readonly Queue<RingId> _delivered = new();

    /// <summary>An empty book that listens to the ring from now on.</summary>
    public LookupBook(SimRing ring)
    {
        _ring = ring;
        ring.World.Listen(this);
    }

    /// <summary>What was counted since the last <see cref="Restart"/>.</summary>
    public LookupFigures Figures { get; private set; } = new();

    /// <summary>Whether deliveries are judged. While messages are lost or nodes stand still no overlay can know who is up (DSN 2004, section 5.3).</summary>
    public bool IsJudging { get; set; } = true;

    /// <summary>Who was parted from whom. A delivery is judged against those alone from whom the node was never parted.</summary>
    internal CutSides Sides { get; } = new();

    /// <summary>Deliveries at a node that was not the root, while they were judged: over the whole run.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>Lookups that went in a circle: over the whole run.</summary>
    public List<string> Loops { get; } = [];

    /// <summary>Counts from zero again. Lookups that are under way are forgotten.</summary>
    public void Restart()
    {
        _lookups.Clear();
        _delivered.Clear();
        Figures = new LookupFigures();
    }

    /// <summary>Has a node route a lookup to a random key.</summary>
    public void Route(SimNode from, RandomSource random)
    {
        RingId key = random.NextRingId();
        _lookups[key] = new Lookup(from, _ring.World.Now);
        Figures.Issued++;
        // Nobody answers a lookup: its ask need not be kept.
        _ring.World.Forget(_ring.World.Ask(from, new RouteLookup(_ring.World.NextRequestId(), RequestTimeout, key)));
    }

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
        if (fact.Kind is not (FactKind.Delivered or FactKind.HopTaken or FactKind.RouteLost) || !_lookups.TryGetValue(fact.Subject, out Lookup? lookup)) return;
        if (fact.Kind == FactKind.HopTaken) Visit(node, lookup, fact);
        else if (fact.Kind == FactKind.Delivered) Deliver(node, lookup, fact, now);
    }

    private void Visit(SimNode node, Lookup lookup, in Fact fact)
    {
        long hop = fact.Value;
        Figures.HopMessages++;
        lookup.IsTainted |= SimRing.IsLying(node);
        if (!lookup.Visits.Contains((node.Index, hop))) lookup.Visits.Add((node.Index, hop));
        if (lookup.Visits.Count(v => v.Node == node.Index) == VisitsMax + 1 && !lookup.IsTainted) Loops.Add($"lookup of {fact.Subject} came to {node} for the third time at hop {hop}");
    }

    private void Deliver(SimNode node, Lookup lookup, in Fact fact, Instant now)
    {
        if (lookup.IsDelivered) Figures.Duplicates++;
        else Figures.Deliver(fact.Value, now - lookup.SentAt, _ring.World.Options.Latency.OneWay(lookup.From.Index, node.Index));
        if (!lookup.IsDelivered) Close(fact.Subject, lookup);
        // Whatever a liar says about itself is its own affair.
        if (SimRing.IsLying(node)) return;
        SimNode? root = _ring.Index.Closest(fact.Subject, SimRing.IsActive);
        if (root == node) return;
        Figures.Wrong++;
        if (Sides.WasCut) root = _ring.Index.Closest(fact.Subject, n => n == node || (SimRing.IsActive(n) && Sides.AreTogether(n, node)));
        if (IsJudging && root != node && (!Sides.WasCut || Sides.IsInOnePiece(_ring.World, node, _ring.Options.Overlay.LeafSetSize))) Wrong.Add($"at {(now - default(Instant)).TotalSeconds:0.000} s {node} delivered key {fact.Subject}, whose root was {root}");
    }

    private void Close(RingId key, Lookup lookup)
    {
        lookup.IsDelivered = true;
        _delivered.Enqueue(key);
        if (_delivered.Count > DeliveredMax) _lookups.Remove(_delivered.Dequeue());
    }

    private sealed class Lookup(SimNode from, Instant sentAt)
    {
        public SimNode From => from;

        public Instant SentAt => sentAt;

        public List<(int Node, long Hop)> Visits { get; } = [];

        public bool IsDelivered { get; set; }

        /// <summary>Whether a node that lies had a hand in it: then it may go anywhere, and only its delivery is judged.</summary>
        public bool IsTainted { get; set; }
    }
}
