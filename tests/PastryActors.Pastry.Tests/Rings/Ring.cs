using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Pastry.Tests.Rings;

/// <summary>A whole ring of the real core on virtual time, with what its tests ask again and again.</summary>
internal sealed class Ring
{
    public static readonly PastryOptions LocalOptions = new()
    {
        LeafSetSize = 8,
        NeighbourhoodSize = 8,
        HeartbeatPeriod = TimeSpan.FromSeconds(1),
        ProbeTimeout = TimeSpan.FromMilliseconds(750),
        HopTimeoutMin = TimeSpan.FromMilliseconds(100),
        HopTimeoutMax = TimeSpan.FromSeconds(1),
        TableMaintenancePeriod = TimeSpan.FromSeconds(30),
        NeighbourhoodMaintenancePeriod = TimeSpan.FromSeconds(30),
        LeafSetMaintenancePeriod = TimeSpan.FromSeconds(5),
        MergePeriod = TimeSpan.FromSeconds(5),
        JoinTimeout = TimeSpan.FromSeconds(2),
        FoundAfter = TimeSpan.FromSeconds(5),
    };

    private readonly PastryOptions _options;
    private readonly PeerMemory _memory = new();

    public Ring(ulong seed, SimOptions? world = null, PastryOptions? options = null)
    {
        _options = options ?? LocalOptions;
        World = new SimWorld(seed, (world ?? new SimOptions()) with { Codec = new WireCodec([.. PastryWire.Kinds, Probe.WireKind]) });
        Deliveries = new DeliveryCheck(World);
        World.Listen(Deliveries);
        World.Listen(Facts);
        World.Listen(_memory);
    }

    public SimWorld World { get; }

    public FactCounts Facts { get; } = new();

    public DeliveryCheck Deliveries { get; }

    public IEnumerable<SimNode> Live => World.Nodes.Where(n => n.IsUp);

    public static PastryNode CoreOf(SimNode node) => (PastryNode)node.Core!;

    /// <summary>Adds a node that may found a ring, or joins through the nodes given.</summary>
    public SimNode Add(params SimNode[] seeds) => World.AddNode(start => Make(start, seeds, foundRing: seeds.Length == 0));

    /// <summary>Adds nodes one by one, each joining through the first, and waits until the ring is whole.</summary>
    public Ring Grow(int count)
    {
        while (World.Nodes.Count < count)
        {
            SimNode node = World.Nodes.Count == 0 ? Add() : Add(World.Nodes[0]);
            Assert.True(World.RunUntil(() => CoreOf(node).IsActive, World.Now + TimeSpan.FromSeconds(30)), $"seed {World.Seed}: {node} never became active");
        }

        AssertWholeWithin(TimeSpan.FromSeconds(30));
        return this;
    }

    /// <summary>Every live node is active and knows exactly the neighbours that it has.</summary>
    public bool IsWhole()
    {
        RingTruth truth = RingTruth.Of(World);
        return Live.All(n => CoreOf(n).IsActive && KnowsItsNeighbours(n, truth));
    }

    public void AssertWholeWithin(TimeSpan time) =>
        Assert.True(World.RunUntil(IsWhole, World.Now + time, TimeSpan.FromMilliseconds(50)), $"seed {World.Seed}: the ring is not whole after {time}: {Describe()}");

    /// <summary>Routes a probe from a node to a key and answers the asked probe component.</summary>
    public void Route(SimNode from, RingId key) => World.Ask(from, new RouteProbe(World.NextRequestId(), TimeSpan.FromSeconds(30), key));

    public PastryNode Make(NodeStart start, SimNode[] seeds, bool foundRing)
    {
        var contacts = new Contacts([.. seeds.Select(s => new NodeHandle(default, s.Handle.Address, 0))], _memory.Of(start.Node), foundRing);
        return new PastryNode(start.Self, _options, start.Seed, contacts, new Probe());
    }

    private bool KnowsItsNeighbours(SimNode node, RingTruth truth) =>
        Leafs(node).SequenceEqual(truth.LeafSet(node.Id, _options.LeafSetSize));

    private string Describe()
    {
        RingTruth truth = RingTruth.Of(World);
        IEnumerable<SimNode> wrong = Live.Where(n => !CoreOf(n).IsActive || !KnowsItsNeighbours(n, truth)).Take(8).Concat(Live.Where(n => !CoreOf(n).IsActive));
        return string.Join("; ", wrong.Select(n => $"node {n.Index} active {CoreOf(n).IsActive} knows {Names(Leafs(n))}, should know {Names(truth.LeafSet(n.Id, _options.LeafSetSize))}"));
    }

    private static IEnumerable<RingId> Leafs(SimNode node) => CoreOf(node).Leafs.Members().Select(m => m.Id).Order();

    private string Names(IEnumerable<RingId> ids) => string.Join(",", ids.Select(id => World.Nodes.Single(n => n.Id == id)).Select(n => n.IsUp ? $"{n.Index}" : $"{n.Index}(down)"));
}
