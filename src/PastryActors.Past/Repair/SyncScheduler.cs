using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Repair;

/// <summary>
/// Decides when to compare with whom: with every node that shares responsibility, one at a time, soon after the leaf set changed
/// and once a period. A comparison that failed is made again in the next period; a failed peer leaves the leaf set before that.
/// </summary>
internal sealed class SyncScheduler(PastContext context, byte periodTimer, byte settleTimer)
{
    // Insertion order is the order of the leaf set; bounded by its size.
    private readonly List<NodeHandle> _waiting = [];
    private readonly SortedDictionary<RingId, Instant> _lastComplete = [];
    private SyncSession? _running;
    private Instant _settlesAt = Instant.Never;

    /// <summary>Set once: comparing and fetching know each other.</summary>
    public RepairQueue Repairs { get; set; } = null!;

    /// <summary>When the last complete comparison with each peer ended.</summary>
    public IReadOnlyDictionary<RingId, Instant> LastComplete => _lastComplete;

    /// <summary>Comparisons completed.</summary>
    public long CompletedCount { get; private set; }

    public void Started() => context.Host.Schedule(periodTimer, context.Host.Random.Jitter(context.Options.SyncPeriod));

    /// <summary>The leaf set changed: compares with everyone once things settle.</summary>
    public void Soon() => Settle(context.Options.SettleDelay);

    /// <summary>Something could not be had: compares before the period is over, but not as often as someone may fail.</summary>
    public void Sooner() => Settle(context.Options.SyncPeriod / 4);

    /// <summary>A peer asks to be compared with.</summary>
    public void Soon(NodeHandle peer)
    {
        if (context.Host.Leafs.Find(peer.Id) is { } known && !_waiting.Exists(n => n.Id == peer.Id)) _waiting.Add(known);
        RunNext();
    }

    public void OnPeriod()
    {
        Started();
        QueueAll();
    }

    /// <summary>The timer of <see cref="Soon()"/> fired. False if an earlier one has done what it was for.</summary>
    public bool OnSettled()
    {
        if (_settlesAt > context.Host.Now) return false;
        _settlesAt = Instant.Never;
        QueueAll();
        return true;
    }

    /// <summary>A comparison is over.</summary>
    public void Ended(SyncSession session, bool complete)
    {
        _running = null;
        if (complete)
        {
            CompletedCount++;
            _lastComplete[session.Peer.Id] = context.Host.Now;
        }

        RunNext();
    }

    private void Settle(TimeSpan delay)
    {
        Instant at = context.Host.Now + delay;
        if (_settlesAt <= at) return;
        _settlesAt = at;
        context.Host.Schedule(settleTimer, delay);
    }

    private void QueueAll()
    {
        foreach (RingId peer in _lastComplete.Keys.Where(id => context.Host.Leafs.Find(id) is null).ToArray()) _lastComplete.Remove(peer);
        _waiting.Clear();
        foreach (NodeHandle peer in context.Host.Leafs.Members())
        {
            if (Shares(peer)) _waiting.Add(peer);
        }

        RunNext();
    }

    private bool Shares(NodeHandle peer)
    {
        Responsibility responsibility = context.Responsibility;
        int replicas = Math.Clamp(context.Catalog.ReplicasMax, context.Options.Replicas, context.ReplicasMax);
        return responsibility.ArcsOf(peer.Id) is { } arcs && Arc.Common(responsibility.OwnArc(replicas), arcs[replicas]) is not null;
    }

    private void RunNext()
    {
        // A session may end as soon as it begins: the loop takes the next, not a deeper call.
        while (_running is null && context.Host.IsActive && !context.Leaving.IsSelf && _waiting.Count > 0)
        {
            NodeHandle peer = _waiting[0];
            _waiting.RemoveAt(0);
            _running = new SyncSession(context, this, Repairs, peer);
            context.Operations.Open(_running);
            _running.Begin();
        }
    }
}
