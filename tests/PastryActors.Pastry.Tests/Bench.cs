using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Maintenance;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Node;

namespace PastryActors.Pastry.Tests;

/// <summary>
/// The machines of node 80, with b = 4, L = 4 and M = 4, outside of any node: a test builds the state, hands over an event, and
/// compares the effects.
/// </summary>
internal sealed class Bench : IProbeEvents
{
    private const ulong Seed = 7;

    private readonly Outbox _outbox = new();

    public Bench(Contacts? contacts = null)
    {
        Prober = new Prober(Context, this);
        Meter = new DistanceMeter(Context);
        Search = new SeedSearch(Context, Meter);
        Meter.Listener = (node, roundTrip) =>
        {
            Events.Add($"measured {node.Address} {roundTrip?.TotalMilliseconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture) ?? "never"}");
            Search.OnMeasured(node, roundTrip);
        };
        Joiner = new Joiner(Context, contacts ?? new Contacts([], [], FoundRing: false), Prober, Meter, Search, () => Events.Add("founded"));
        Heartbeats = new HeartbeatKeeper(Context, Prober);
        Tables = new TableKeeper(Context, Prober, Meter);
        Merger = new RingMerger(Context, Joiner, Prober);
    }

    public static PastryOptions Options { get; } = new() { LeafSetSize = 4, NeighbourhoodSize = 4 };

    public static NodeHandle Self { get; } = Peers.Of(0x80);

    public NodeContext Context { get; } = new(Self, Options, Seed);

    public Prober Prober { get; }

    public DistanceMeter Meter { get; }

    public SeedSearch Search { get; }

    public Joiner Joiner { get; }

    public HeartbeatKeeper Heartbeats { get; }

    public TableKeeper Tables { get; }

    public RingMerger Merger { get; }

    /// <summary>Draws the same numbers as the machines do, so that a test can say what they will draw.</summary>
    public RandomSource Chance { get; } = new(Seed);

    public Instant Now { get; private set; } = new(TimeSpan.TicksPerDay);

    /// <summary>What the machines told each other.</summary>
    public List<string> Events { get; } = [];

    public void Pass(TimeSpan time) => Now += time;

    /// <summary>The effects of one event.</summary>
    public Effect[] Do(Action happen)
    {
        _outbox.Clear();
        Context.Enter(Now, _outbox);
        happen();
        Context.Exit();
        return _outbox.Effects.ToArray();
    }

    public Bench WithLeafs(params int[] leafs)
    {
        foreach (NodeHandle leaf in Peers.All(leafs)) Context.Leafs.Add(leaf);
        return this;
    }

    /// <summary>Fills the leaf set with neighbours that are 2^bits apart, as in a ring of 2^(128 - bits) nodes.</summary>
    public Bench WithLeafsApart(int bits)
    {
        for (UInt128 step = 1; step <= 2; step++)
        {
            Context.Leafs.Add(new NodeHandle(Self.Id.Plus(step << bits), $"r{step}", 1));
            Context.Leafs.Add(new NodeHandle(Self.Id.Plus(UInt128.Zero - (step << bits)), $"l{step}", 1));
        }

        return this;
    }

    /// <summary>Puts nodes into the routing table whose distances nobody knows.</summary>
    public Bench WithStrangers(params int[] entries)
    {
        foreach (NodeHandle entry in Peers.All(entries)) Context.Table.Consider(entry);
        return this;
    }

    /// <summary>Puts measured nodes into the routing table.</summary>
    public Bench WithEntries(params int[] entries)
    {
        foreach (NodeHandle entry in Peers.All(entries)) Context.Table.Consider(entry, 1000);
        return this;
    }

    void IProbeEvents.NodeFailed(NodeHandle node, bool wasLeaf) => Events.Add($"failed {node.Address}{(wasLeaf ? " leaf" : "")}");

    void IProbeEvents.NodeAlive(NodeHandle node, bool active) => Events.Add($"alive {node.Address}{(active ? " active" : "")}");

    void IProbeEvents.Settled() => Events.Add("settled");
}

/// <summary>Effects as tests expect them.</summary>
internal static class Expect
{
    public static Effect Sent(NodeHandle to, Message message) => new(EffectKind.Send, To: to, Body: message);

    public static Effect Armed(OverlayTimer kind, TimeSpan delay, long argument = 0, RingId subject = default) =>
        new(EffectKind.Schedule, Timer: new NodeTimer(PastryNode.OverlayOwner, (byte)kind, argument, subject), Delay: delay);

    public static Effect Noted(FactKind kind, RingId subject = default, long value = 0) => new(EffectKind.Report, Fact: new Fact(kind, subject, value));

    public static Effect Answered(Reply reply) => new(EffectKind.Reply, Body: reply);
}
