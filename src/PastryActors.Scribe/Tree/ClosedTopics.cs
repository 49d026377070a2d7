using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// Topics whose creators do not let this node into the tree: it takes no children for them, so that the joins of those who may pass it
/// on their way to the root. Forgotten after a while, since the creator may change their mind; bounded, who was noted first goes first.
/// </summary>
internal sealed class ClosedTopics
{
    /// <summary>Beyond it the node only learns again what it was told before.</summary>
    private const int CountMax = 1024;

    /// <summary>How long a node believes that it may not; what it costs to ask again is one join.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly Dictionary<RingId, Instant> _until = [];
    private readonly Queue<RingId> _order = new();

    public void Close(RingId topic, Instant now)
    {
        if (!_until.ContainsKey(topic))
        {
            if (_order.Count == CountMax) _until.Remove(_order.Dequeue());
            _order.Enqueue(topic);
        }

        _until[topic] = now + Lifetime;
    }

    public bool IsClosed(RingId topic, Instant now) => _until.TryGetValue(topic, out Instant until) && now < until;
}
