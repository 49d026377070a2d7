using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Forest;

/// <summary>What a search waits for.</summary>
internal enum SearchStep : byte
{
    /// <summary>The answer to a routed join.</summary>
    Route,

    /// <summary>The answer of one node.</summary>
    Ask,

    /// <summary>One of those with capacity to spare.</summary>
    Spare,

    /// <summary>The time to begin again.</summary>
    Rest,
}

/// <summary>
/// One search for a parent: by the route first, then down the children of whoever declined, depth first (the push-down), then up, and then among
/// those who have capacity to spare. Answers in, whom to ask next out; nobody is asked twice, and no more than the bound.
/// </summary>
internal sealed class ParentSearch(ulong nonce, int visitsMax)
{
    private readonly HashSet<RingId> _visited = [];

    // Last in, first out.
    private readonly List<NodeHandle> _open = [];

    public ulong Nonce { get; } = nonce;

    public SearchStep Step { get; set; }

    /// <summary>Who is being asked; null unless one is.</summary>
    public NodeHandle? Asked { get; private set; }

    /// <summary>How often the join was routed.</summary>
    public int Routes { get; set; }

    /// <summary>When the step is over.</summary>
    public Instant Until { get; set; }

    public int Visited => _visited.Count;

    /// <summary>Whether anybody is left to be asked.</summary>
    public bool HasOpen => _visited.Count < visitsMax && _open.Exists(n => !_visited.Contains(n.Id));

    /// <summary>Whether this node's word is what the step waits for.</summary>
    public bool Awaits(NodeHandle node) => Asked is { } asked ? asked.Id == node.Id : Step == SearchStep.Route;

    /// <summary>Whoever is never to be asked.</summary>
    public void Exclude(RingId node) => _visited.Add(node);

    /// <summary>Adds those whom one who declined names: its children before its parent.</summary>
    public void Add(StripeDeclined declined)
    {
        if (declined.Parent is { } parent) Open(parent);
        for (int i = declined.Candidates.Count - 1; i >= 0; i--) Open(declined.Candidates[i]);
        if (_open.Count > visitsMax) _open.RemoveRange(0, _open.Count - visitsMax);
    }

    /// <summary>Goes on to the next node; false if there is none, or the bound is reached.</summary>
    public bool TryAdvance()
    {
        Asked = null;
        while (_visited.Count < visitsMax && _open.Count > 0)
        {
            NodeHandle next = _open[^1];
            _open.RemoveAt(_open.Count - 1);
            if (!_visited.Add(next.Id)) continue;
            (Asked, Step) = (next, SearchStep.Ask);
            return true;
        }

        return false;
    }

    private void Open(NodeHandle node)
    {
        if (!_visited.Contains(node.Id)) _open.Add(node);
    }
}
