using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;

namespace PastryActors.Scribe.Anycasting;

/// <summary>
/// One walk for somebody who takes a message: depth first from the first node of the tree on the way to its root, children before the
/// parent, the nearest child first (JSAC 2002; Castro, Druschel, Kermarrec, Rowstron, NGC 2003). Answers in, whom to ask next out; nobody
/// is asked twice, so loops end, and no more nodes than the bound.
/// </summary>
internal sealed class AnycastSearch(Anycast request, ulong nonce, Instant deadline, int visitsMax)
{
    private readonly HashSet<RingId> _visited = [];

    // Last in, first out. No more than can still be asked are kept.
    private readonly List<NodeHandle> _open = [];

    public Anycast Request { get; } = request;

    public ulong Nonce { get; } = nonce;

    public Instant Deadline { get; } = deadline;

    /// <summary>Who is being asked; null while the first node of the tree is sought.</summary>
    public NodeHandle? Asked { get; private set; }

    /// <summary>How often it was asked.</summary>
    public int Tries { get; set; }

    public int Visited => _visited.Count;

    public bool IsAtBound => _visited.Count >= visitsMax;

    /// <summary>Adds the neighbours of one who declined.</summary>
    public void Add(AnycastAnswer answer)
    {
        Open(answer.Parent);
        for (int i = answer.Children.Count - 1; i >= 0; i--) Open(answer.Children[i]);
        if (_open.Count > visitsMax) _open.RemoveRange(0, _open.Count - visitsMax);
    }

    /// <summary>Adds the node to begin with.</summary>
    public void Open(NodeHandle? node)
    {
        if (node is not null && !_visited.Contains(node.Id)) _open.Add(node);
    }

    /// <summary>Goes on to the next node; false if there is none, or the bound is reached.</summary>
    public bool TryAdvance()
    {
        while (!IsAtBound && _open.Count > 0)
        {
            NodeHandle next = _open[^1];
            _open.RemoveAt(_open.Count - 1);
            if (!_visited.Add(next.Id)) continue;
            (Asked, Tries) = (next, 0);
            return true;
        }

        return false;
    }
}
