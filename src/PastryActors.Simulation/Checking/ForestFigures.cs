using System.Globalization;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Scenarios;
using PastryActors.Simulation.World;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Requests;

namespace PastryActors.Simulation.Checking;

/// <summary>Walks the trees of a channel, stripe by stripe, and counts what the promises of the forest are about.</summary>
internal sealed class ForestFigures(SimRing ring, ChannelForest forest)
{
    private readonly Dictionary<int, int> _interior = [];
    private readonly Dictionary<(int Receiver, int Above), int> _cost = [];
    private readonly List<int> _depths = [];
    private int _foreign;
    private int _allowed;
    private string? _unjustified;

    /// <summary>Walks one stripe's tree; the first thing that is broken in it, in words, or null.</summary>
    public string? See(int stripe)
    {
        SimNode? root = null;
        int foreign = 0;
        (int places, int readers) = (0, 0);
        foreach ((int index, ChannelStatus status) in forest.Nodes)
        {
            StripeStatus place = status.Stripes[stripe];
            SimNode node = ring.World.Nodes[index];
            root ??= ring.Index.Closest(ChannelName.StripeOf(status.Channel, stripe), SimRing.IsActive);
            bool isOwn = IsOwn(node, status, place);
            bool isIn = place.Place is "attached" or "root" or "deputy" or "source";
            // A node that is root of several stripes serves them all out of one offer.
            if (isIn && isOwn) places += ring.OfferOf(index) - status.Stripes.Where(s => s.Index != stripe && IsOwn(node, status, s)).Sum(static s => s.Children.Count);
            if (place.Children.Count > 0)
            {
                _interior[index] = _interior.GetValueOrDefault(index) + 1;
                if (!isOwn) foreign += place.Children.Count;
            }

            if (status.Watchers == 0) continue;
            if (place.Place is not ("root" or "deputy")) readers++;
            if (Walk(stripe, index, root) is { } broken) return broken;
        }

        int allowed = Math.Max(0, readers - places);
        (_foreign, _allowed) = (_foreign + foreign, _allowed + allowed);
        if (foreign > allowed) _unjustified ??= string.Create(CultureInfo.InvariantCulture, $"stripe {stripe}: {foreign} readers hang below nodes that it does not belong to, where {places} places for {readers} readers are offered by those that it does");
        return null;
    }

    /// <summary>What is wrong with the forest as a whole, in words; null if nothing is.</summary>
    public string? Problem()
    {
        if (_unjustified is not null) return _unjustified;
        // Where nobody forwards what is not its own, a death can cost a reader no more than one stripe.
        int most = _cost.Values.DefaultIfEmpty().Max();
        return most > 1 && _foreign == 0 && ring.Live.Count > 16 * 16 ? $"the death of one node costs a reader {most} stripes" : null;
    }

    public void Write(Figures figures)
    {
        figures["forestReaders"] = forest.Nodes.Values.Count(static s => s.Watchers > 0);
        figures["forestInteriorNodes"] = _interior.Count;
        figures["forestInteriorInMany"] = _interior.Values.Count(static n => n > 1);
        figures["forestForeignChildren"] = _foreign;
        figures["forestForeignAllowed"] = _allowed;
        figures["forestChildrenMax"] = forest.Children.Values.DefaultIfEmpty().Max();
        figures["forestDepthMean"] = _depths.DefaultIfEmpty().Average();
        figures["forestDepthMax"] = _depths.DefaultIfEmpty().Max();
        figures["forestDeathCostMax"] = _cost.Values.DefaultIfEmpty().Max();
        figures["forestDeathsAtOneStripe"] = _cost.Count == 0 ? 1 : (double)_cost.Values.Count(static c => c == 1) / _cost.Count;
    }

    /// <summary>Whether a stripe belongs to a node.</summary>
    private bool IsOwn(SimNode node, ChannelStatus status, StripeStatus place)
    {
        RingId stripe = ChannelName.StripeOf(status.Channel, place.Index);
        return place.Place is "root" or "deputy" || ChannelName.Shares(node.Id, stripe) || node == ring.Index.Closest(stripe, SimRing.IsActive);
    }

    /// <summary>Walks from a reader to the root, or to the publisher: every step must be known at both ends.</summary>
    private string? Walk(int stripe, int reader, SimNode? root)
    {
        int at = reader;
        for (int steps = 0; steps <= forest.Nodes.Count; steps++)
        {
            StripeStatus place = forest.Nodes[at].Stripes[stripe];
            if (place.Place is "root" or "deputy" or "source")
            {
                _depths.Add(steps);
                bool isRight = place.Place switch { "root" => at == root?.Index, "deputy" => root is not null && ring.OfferOf(root.Index) == 0, _ => true };
                return isRight ? null : $"stripe {stripe}: node {at} takes itself for the root, which is {root}";
            }

            if (place.Parent is not { } parent || ring.Index.Find(parent.Id) is not { } up) return $"stripe {stripe}: node {at}, above reader {reader}, has no parent: {place.Place}";
            RingId child = ring.World.Nodes[at].Id;
            if (!forest.Nodes.TryGetValue(up.Index, out ChannelStatus? above) || !above.Stripes[stripe].Children.Any(c => c.Id == child)) return $"stripe {stripe}: node {up.Index} does not know its child {at}";
            at = up.Index;
            bool isSource = above.Stripes[stripe].Place == "source";
            // A publisher's death ends the stream, whatever hangs below it.
            if (!isSource) _cost[(reader, at)] = _cost.GetValueOrDefault((reader, at)) + 1;
        }

        return $"stripe {stripe}: the way up from node {reader} goes in a circle";
    }
}
