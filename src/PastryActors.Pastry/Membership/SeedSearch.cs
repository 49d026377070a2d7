using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// From any member of the ring, finds one that is near in the network, so that a join begins there and gathers near entries
/// (Castro et al. 2002, section 4.2): first among the member's leaf set, then down the rows of ever nearer nodes' tables.
/// In: states, distances. Out: state requests, distance probes; the node found.
/// </summary>
internal sealed class SeedSearch(NodeContext node, DistanceMeter meter)
{
    /// <summary>Of a leaf set, whose members are spread over the network evenly, and of rows that only lead on to nearer ones, a sample does.</summary>
    private const int SampleMax = 8;

    /// <summary>Steps within the first row. Each about halves the distance; what more of them gain is lost in the choice of the table.</summary>
    private const int RefinementsMax = 2;

    private HashSet<RingId> _awaited = [];
    private NodeHandle? _near;
    private TimeSpan _nearest;
    private bool _improved;
    private int _row;
    private int _refinements;
    private ulong _tag;

    /// <summary>Told once per search which node to join through.</summary>
    public Action<NodeHandle>? Found { get; set; }

    /// <summary>Whether a search is under way.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The best node so far.</summary>
    public NodeHandle? Best => _near;

    /// <summary>Starts from a member, as it described its leaf set.</summary>
    public void Begin(NodeHandle member, StateReply leafs)
    {
        IsRunning = true;
        (_near, _nearest, _row, _refinements) = (member, TimeSpan.MaxValue, FirstRow(leafs), 0);
        Compare([.. Sample([.. leafs.Nodes, .. leafs.More]), member]);
    }

    /// <summary>Ends the search where it stands.</summary>
    public void Stop() => IsRunning = false;

    /// <summary>Lets go of what a search needs, once it is over.</summary>
    public void Trim()
    {
        if (!IsRunning) _awaited = [];
    }

    /// <summary>The row asked of the nearest node so far.</summary>
    public void OnRow(NodeHandle from, StateReply reply)
    {
        if (IsRunning && reply.Tag == _tag && from.Id == _near?.Id) Compare(_row > 0 ? Sample([.. reply.Nodes]) : [.. reply.Nodes]);
    }

    public void OnMeasured(NodeHandle target, TimeSpan? roundTrip)
    {
        if (!IsRunning || !_awaited.Remove(target.Id)) return;
        if (roundTrip is { } measured) Offer(target, measured);
        if (_awaited.Count == 0) Step();
    }

    /// <summary>
    /// The nodes of a deep row are few and far: farther than the nearest of the sample is already. Row r reaches as far as the nearest of
    /// N / 2^(b (r + 1)) nodes, so the search begins where that is a handful of the sample's size.
    /// </summary>
    private int FirstRow(StateReply leafs)
    {
        int depth = Math.Clamp(leafs.Depth, 1, RingId.SizeBits / node.Options.DigitBits);
        int half = node.Options.LeafSetSize / 2;
        if (leafs.Nodes.Count < half || leafs.More.Count < half) return depth;
        UInt128 span = leafs.Nodes[^1].Id.ClockwiseTo(leafs.More[^1].Id);
        double nodes = RingEstimate.Nodes(span / (UInt128)(leafs.Nodes.Count + leafs.More.Count));
        return Math.Clamp((int)Math.Log(nodes * 2 / SampleMax, 1 << node.Options.DigitBits), 1, depth);
    }

    private List<NodeHandle> Sample(List<NodeHandle> nodes)
    {
        while (nodes.Count > SampleMax) nodes.RemoveAt(node.Random.Next(nodes.Count));
        return nodes;
    }

    private void Compare(List<NodeHandle> candidates)
    {
        _awaited.Clear();
        _improved = false;
        foreach (NodeHandle candidate in candidates)
        {
            if (candidate.Id == node.Self.Id) continue;
            if (node.RoundTrip(candidate.Id) is { } known) Offer(candidate, known);
            else if (meter.Measure(candidate)) _awaited.Add(candidate.Id);
        }

        if (_awaited.Count == 0) Step();
    }

    private void Offer(NodeHandle candidate, TimeSpan roundTrip)
    {
        if (roundTrip >= _nearest) return;
        _improved = true;
        (_near, _nearest) = (candidate, roundTrip);
    }

    /// <summary>All of a step's candidates are measured: down a row, or once more through the first, or done.</summary>
    private void Step()
    {
        if (_row > 0)
        {
            _row--;
        }
        else if (!_improved || _refinements++ >= RefinementsMax)
        {
            IsRunning = false;
            Found?.Invoke(_near!);
            return;
        }

        node.Send(_near!, new StateRequest(StatePart.Row, _row, ++_tag));
    }
}
