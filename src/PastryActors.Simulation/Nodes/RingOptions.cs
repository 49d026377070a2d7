using PastryActors.Past;
using PastryActors.Pastry;
using PastryActors.Scribe;
using PastryActors.Simulation.Storage;
using PastryActors.Streams;

namespace PastryActors.Simulation.Nodes;

/// <summary>What the nodes of a simulated ring are: the overlay, and which applications run on it.</summary>
public sealed record RingOptions
{
    /// <summary>Parameters of the overlay, the same for all nodes.</summary>
    public PastryOptions Overlay { get; init; } = new();

    /// <summary>Parameters of PAST; null for nodes that store nothing, which saves memory where only routes are measured.</summary>
    public PastOptions? Past { get; init; }

    /// <summary>How much room each node has; null for what the parameters of PAST say.</summary>
    public CapacityDraw? Capacities { get; init; }

    /// <summary>Parameters of Scribe; null for nodes without topics.</summary>
    public ScribeOptions? Scribe { get; init; }

    /// <summary>Parameters of streams, which need Scribe; null for nodes without channels.</summary>
    public StreamsOptions? Streams { get; init; }

    /// <summary>Whether nodes offer different numbers of children in streams: of ten one offers none, two half of <see cref="StreamsOptions.Offer"/>, four as many, three twice as many.</summary>
    public bool MixesOffers { get; init; }

    /// <summary>Whether every message goes through its wire form. Costs about 1 us a message; large rings do without.</summary>
    public bool ChecksWire { get; init; } = true;

    /// <summary>Parameters of the papers' experiments (Middleware 2001, section 3): b = 4, L = 16, M = 32, and a wide-area ring's times.</summary>
    public static RingOptions Papers { get; } = new() { Overlay = new PastryOptions { LeafSetSize = 16 }, ChecksWire = false };

    /// <summary>Whole nodes with times of a local network, so that faults and repairs take virtual seconds: what tests of logic use.</summary>
    public static RingOptions Local { get; } = new()
    {
        Overlay = new PastryOptions
        {
            LeafSetSize = 16,
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
        },
        Past = new PastOptions { AttemptTimeout = TimeSpan.FromSeconds(2), SyncPeriod = TimeSpan.FromSeconds(5), SurplusDelay = TimeSpan.FromSeconds(10) },
        Scribe = new ScribeOptions(),
        Streams = new StreamsOptions(),
    };

    /// <summary>How many children a node, by its index, offers to serve in streams.</summary>
    public int OfferOf(int node)
    {
        int offer = Streams?.Offer ?? 0;
        return !MixesOffers ? offer : (node % 10) switch { 3 => 0, 1 or 6 => offer / 2, 0 or 4 or 8 => offer * 2, _ => offer };
    }

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem() => Overlay.Problem() ?? Past?.Problem(Overlay.LeafSetSize) ?? Scribe?.Problem() ?? Streams?.Problem() ?? (Streams is not null && Scribe is null ? "streams need Scribe" : null);
}
