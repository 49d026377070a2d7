using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past;
using PastryActors.Past.Messages;
using PastryActors.Pastry;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Scribe;
using PastryActors.Scribe.Messages;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;
using PastryActors.Streams;
using PastryActors.Streams.Messages;

namespace PastryActors.Simulation.Nodes;

/// <summary>
/// A ring of whole nodes (Pastry, and PAST, Scribe and streams where the options have them) in a simulated world. Wires them as a host
/// wires a real node: contacts, what was remembered before a restart, what the disk lists, one codec for all.
/// </summary>
public sealed class SimRing
{
    /// <summary>Contacts given to a node that starts. One may be dead without anybody knowing; three rarely are.</summary>
    private const int SeedCount = 3;

    /// <summary>How often a ring that becomes whole is looked at: dear only when much has changed.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private static readonly WireCodec Codec = new([.. PastryWire.Kinds, .. PastKinds.All, .. ScribeMessages.Kinds, .. StreamsMessages.Kinds, LookupMessage.Schema]);

    private readonly Dictionary<int, ValueList<NodeHandle>> _remembered = [];
    private readonly Dictionary<int, PastComponent> _stores = [];
    private readonly List<SimNode> _liars = [];
    private readonly RandomSource _random;
    private readonly LeafSetWatch _watch;
    private readonly Func<NodeStart, INodeCore> _make;

    /// <summary>A ring without nodes.</summary>
    /// <exception cref="ArgumentException">The options are not possible; the message says which.</exception>
    public SimRing(ulong seed, RingOptions? options = null, SimOptions? world = null)
    {
        Options = options ?? RingOptions.Local;
        if (Options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        world ??= new SimOptions();
        World = new SimWorld(seed, Options.ChecksWire ? world with { Codec = Codec } : world);
        Index = new RingIndex(World);
        _watch = new LeafSetWatch(World, Options.Overlay.LeafSetSize);
        _random = new RandomSource(Mixing.Of(seed, 0x52494E47));
        _make = Make;
        World.Stopping += Remember;
        World.Listen(Facts);
        Members = new MemberTally(World);
    }

    /// <summary>The world.</summary>
    public SimWorld World { get; }

    /// <summary>What the nodes are.</summary>
    public RingOptions Options { get; }

    /// <summary>All nodes by their ids, for questions about who is closest.</summary>
    public RingIndex Index { get; }

    /// <summary>How often each fact was reported.</summary>
    public FactCounts Facts { get; } = new();

    /// <summary>How many nodes are members.</summary>
    internal MemberTally Members { get; }

    /// <summary>Put around every core that starts from now on; null for none. For tests that break nodes on purpose.</summary>
    public Func<SimNode, INodeCore, INodeCore>? Wrap { get; set; }

    /// <summary>The nodes that are up.</summary>
    public IReadOnlyList<SimNode> Live => World.Live;

    /// <summary>The nodes that are up and active members.</summary>
    public IEnumerable<SimNode> Active => World.Live.Where(IsActive);

    /// <summary>The overlay's core of a node, without what was put around it; null while the node is down.</summary>
    public static PastryNode? CoreOf(SimNode node)
    {
        INodeCore? core = node.Core;
        while (core is IWrappedCore wrapped) core = wrapped.Inner;
        return core as PastryNode;
    }

    /// <summary>Whether a node is up and an active member of a ring.</summary>
    public static bool IsActive(SimNode node) => CoreOf(node) is { IsActive: true };

    /// <summary>Adds a node and starts it. The first founds the ring; every other is told some nodes that are up. All nodes insert for one owner, number 0.</summary>
    public SimNode Add() => World.AddNode(_make, owner: 0);

    /// <summary>Adds nodes, all at this moment.</summary>
    public IReadOnlyList<SimNode> Add(int count) => [.. Enumerable.Range(0, count).Select(_ => Add())];

    /// <summary>Whether every node that is up is active and knows exactly the neighbours that it has.</summary>
    public bool IsWhole() => _watch.FirstProblem() is null;

    /// <summary>Runs until the ring is whole, and answers whether it is.</summary>
    public bool RunUntilWhole(TimeSpan within) => World.RunUntil(IsWhole, World.Now + within, LookEvery);

    /// <summary>One of the active nodes, drawn evenly; null if there is none.</summary>
    public SimNode? DrawActive(RandomSource random) => Draw(random, World.Live, IsActive);

    /// <summary>One of the nodes that are up and for which <paramref name="where"/> holds, drawn evenly; null if there is none.</summary>
    public SimNode? DrawLive(RandomSource random, Func<SimNode, bool> where) => Draw(random, World.Live, where);

    /// <summary>One of the nodes, up or down, for which <paramref name="where"/> holds, drawn evenly; null if there is none.</summary>
    public SimNode? Draw(RandomSource random, Func<SimNode, bool> where) => Draw(random, World.Nodes, where);

    private static SimNode? Draw(RandomSource random, IReadOnlyList<SimNode> nodes, Func<SimNode, bool> where)
    {
        // Most nodes fit as a rule: a few draws nearly always find one, and a list of all would cost a pass.
        for (int i = 0; i < 16 && nodes.Count > 0; i++)
        {
            SimNode drawn = nodes[random.Next(nodes.Count)];
            if (where(drawn)) return drawn;
        }

        SimNode[] fitting = [.. nodes.Where(where)];
        return fitting.Length > 0 ? fitting[random.Next(fitting.Length)] : null;
    }

    /// <summary>The node lies from now on, until <see cref="BeHonest"/> or its next start.</summary>
    internal void Lie(SimNode node, LieKind kind, ulong seed)
    {
        if (node.Core is null) return;
        BeHonest(node);
        node.Core = new LyingCore(node.Core, kind, seed);
        _liars.Add(node);
        HadLiars = true;
    }

    /// <summary>The node lies no more.</summary>
    internal static void BeHonest(SimNode node)
    {
        if (node.Core is LyingCore lying) node.Core = lying.Inner;
    }

    /// <summary>Whether any node ever lied: then tables may name nodes that never were, until these are found silent.</summary>
    internal bool HadLiars { get; private set; }

    /// <summary>Nobody lies any more.</summary>
    internal void EndLies()
    {
        foreach (SimNode liar in _liars) BeHonest(liar);
        _liars.Clear();
    }

    /// <summary>Whether a node lies at this moment.</summary>
    internal static bool IsLying(SimNode node) => node.Core is LyingCore;

    /// <summary>PAST of a node, as it is since its last start; null if it has none.</summary>
    internal PastComponent? StoreOf(SimNode node) => _stores.GetValueOrDefault(node.Index);

    /// <summary>Bytes that a node gives to objects.</summary>
    public long CapacityOf(int node) => Options.Capacities?.Of(World.Seed, node) ?? Options.Past?.CapacityBytes ?? 0;

    /// <summary>How many children a node offers to serve in streams.</summary>
    public int OfferOf(int node) => Options.OfferOf(node);

    private INodeCore Make(NodeStart start)
    {
        PastryNode node = MakeNode(start);
        return Wrap is null ? node : Wrap(start.Node, node);
    }

    private PastryNode MakeNode(NodeStart start)
    {
        List<IPastryComponent> components = [];
        if (Options.Past is { } past) components.Add(_stores[start.Node.Index] = new PastComponent(past with { CapacityBytes = CapacityOf(start.Node.Index) }, start.PublicKey, start.Stored));
        if (Options.Scribe is { } options)
        {
            var scribe = new ScribeComponent(options, start.PublicKey, start.OwnerKey, start.Stored);
            components.Add(scribe);
            if (Options.Streams is { } streams) components.Add(new StreamsComponent(streams with { Offer = OfferOf(start.Node.Index) }, scribe));
        }

        components.Add(new LookupComponent());
        bool founds = start.Node.Index == 0;
        var contacts = new Contacts(SeedsFor(start.Node), _remembered.GetValueOrDefault(start.Node.Index), founds);
        return new PastryNode(start.Self, Options.Overlay, start.Seed, contacts, components);
    }

    private ValueList<NodeHandle> SeedsFor(SimNode node)
    {
        List<NodeHandle> seeds = [];
        for (int i = 0; i < SeedCount; i++)
        {
            SimNode? seed = DrawLive(_random, n => n != node && IsActive(n)) ?? DrawLive(_random, n => n != node);
            if (seed is null) break;
            var handle = new NodeHandle(default, seed.Handle.Address, 0);
            if (!seeds.Contains(handle)) seeds.Add(handle);
        }

        return seeds.ToValueList();
    }

    private void Remember(SimNode node)
    {
        if (CoreOf(node) is { Leafs.Count: > 0 } core) _remembered[node.Index] = core.ToRemember.ToValueList();
    }
}
