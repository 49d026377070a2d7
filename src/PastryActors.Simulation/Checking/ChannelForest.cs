using System.Globalization;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Scenarios;
using PastryActors.Simulation.World;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Requests;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// The 16 trees of a channel at one moment, as the nodes themselves describe them, held against what SplitStream promises (SOSP 2003): every
/// stripe reaches every reader, nobody serves more than it offers, and a node is inside of one tree alone, so that its death costs a reader one
/// stripe; except where those that a stripe belongs to offer fewer places than it has readers.
/// </summary>
public sealed class ChannelForest
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    private readonly SimRing _ring;
    private readonly Dictionary<int, ChannelStatus> _nodes = [];
    private readonly Dictionary<int, int> _children = [];

    private ChannelForest(SimRing ring) => _ring = ring;

    /// <summary>How many children each node serves, by its index, over all channels; those alone that know of any.</summary>
    public IReadOnlyDictionary<int, int> Children => _children;

    /// <summary>What each node that is in the channel says of it.</summary>
    public IReadOnlyDictionary<int, ChannelStatus> Nodes => _nodes;

    /// <summary>Asks every active node. Runs the world until they have answered, which takes no virtual time where none is slow.</summary>
    public static ChannelForest Describe(SimRing ring, string channel)
    {
        var forest = new ChannelForest(ring);
        SimAsk[] asks = [.. ring.Active.Select(n => ring.World.Ask(n, new DescribeChannels(ring.World.NextRequestId(), AskTimeout, "")))];
        ring.World.RunUntil(() => asks.All(static a => a.IsAnswered || a.IsOrphaned), ring.World.Now + AskTimeout, TimeSpan.FromMilliseconds(1));
        RingId id = ChannelName.IdOf(channel);
        foreach (SimAsk ask in asks)
        {
            ring.World.Forget(ask);
            if (ask.Last is not ChannelsDescribed described) continue;
            forest._children[ask.Node.Index] = described.Channels.Sum(static c => c.Stripes.Sum(static s => s.Children.Count));
            if (described.Channels.FirstOrDefault(c => c.Channel == id) is { } status) forest._nodes[ask.Node.Index] = status;
        }

        return forest;
    }

    /// <summary>The first broken promise, in words; null if all are kept. Notes the figures of the forest.</summary>
    public string? FirstProblem(Figures figures)
    {
        foreach ((int node, int children) in _children)
        {
            if (children > _ring.OfferOf(node)) return string.Create(CultureInfo.InvariantCulture, $"{_ring.World.Nodes[node]} serves {children} children, and offers {_ring.OfferOf(node)}");
        }

        var measured = new ForestFigures(_ring, this);
        string? problem = null;
        for (int stripe = 0; stripe < ChannelName.StripeCount; stripe++)
        {
            problem ??= measured.See(stripe);
        }

        measured.Write(figures);
        return problem ?? measured.Problem();
    }
}
