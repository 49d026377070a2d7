using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Node;

namespace PastryActors.Pastry.Routing;

/// <summary>A routed message that its next hop has not acknowledged yet.</summary>
internal sealed class PendingHop(ulong sequence, RoutedMessage message)
{
    public ulong Sequence { get; } = sequence;

    public RoutedMessage Message { get; } = message;

    public NodeHandle Next { get; set; } = message.Source;

    public Instant SentAt { get; set; }

    public Instant Deadline { get; set; }

    public int Attempts { get; set; }

    /// <summary>Hops that stayed silent and are gone around.</summary>
    public List<RingId>? Excluded { get; set; }
}

/// <summary>
/// Remembers routed messages until the next hop acknowledges them (DSN 2004, section 4.2). In: hops sent, acknowledgements, one timer
/// for the earliest deadline. Out: round trips, and the hops whose time is up.
/// </summary>
internal sealed class HopTracker(NodeContext node, Action<PendingHop> overdue)
{
    /// <summary>Hops under way at once. Beyond it messages are sent without waiting for acknowledgements, and counted.</summary>
    public const int PendingMax = 16_384;

    private Dictionary<ulong, PendingHop> _pending = [];
    private PriorityQueue<ulong, Instant> _deadlines = new();
    private ulong _sequence;
    private Alarm _alarm;

    /// <summary>A new entry for a message about to be sent, or null if too many are under way.</summary>
    public PendingHop? Open(in RoutedMessage message)
    {
        if (_pending.Count >= PendingMax)
        {
            node.Report(FactKind.Dropped, message.Key, PendingMax);
            return null;
        }

        // A random start keeps the numbers of two starts of this node apart.
        if (_sequence == 0) _sequence = node.Random.NextUInt64() >> 16;
        var pending = new PendingHop(++_sequence, message);
        _pending.Add(pending.Sequence, pending);
        return pending;
    }

    /// <summary>Notes that the message went to <paramref name="next"/> just now.</summary>
    public void Sent(PendingHop pending, NodeHandle next)
    {
        (pending.Next, pending.SentAt) = (next, node.Now);
        TimeSpan patience = node.HopTimeout(next.Id) * (1 << Math.Min(pending.Attempts, 6));
        Instant deadline = node.Now + (patience < node.Options.HopTimeoutMax ? patience : node.Options.HopTimeoutMax);
        pending.Deadline = deadline;
        pending.Attempts++;
        _deadlines.Enqueue(pending.Sequence, deadline);
        Arm(deadline);
    }

    /// <summary>Forgets a message that needs no more hops.</summary>
    public void Close(PendingHop pending) => _pending.Remove(pending.Sequence);

    public void OnAck(NodeHandle from, ulong sequence)
    {
        if (!_pending.TryGetValue(sequence, out PendingHop? pending) || pending.Next.Id != from.Id) return;
        _pending.Remove(sequence);
        if (pending.Attempts == 1) node.Trips.Measured(from.Id, node.Now - pending.SentAt, node.Now);
    }

    public void OnTimer()
    {
        if (!_alarm.Rings(node.Now)) return;
        while (_deadlines.TryPeek(out ulong sequence, out Instant deadline) && deadline <= node.Now)
        {
            _deadlines.Dequeue();

            // A message sent anew before its time was up has a later deadline in the queue: the hop that it took has only begun.
            if (_pending.TryGetValue(sequence, out PendingHop? pending) && pending.Deadline <= node.Now) overdue(pending);
        }

        if (_deadlines.TryPeek(out _, out Instant next)) Arm(next);
    }

    /// <summary>The hop failed: what waits for it need not wait.</summary>
    public void GiveUpOn(RingId id)
    {
        foreach (PendingHop pending in _pending.Values.Where(p => p.Next.Id == id).OrderBy(p => p.Sequence).ToArray()) overdue(pending);
    }

    /// <summary>Lets go of what grew with traffic, once there is none.</summary>
    public void Trim()
    {
        if (_pending.Count == 0) _pending = [];
        if (_deadlines.Count == 0) _deadlines = new();
    }

    private void Arm(Instant deadline)
    {
        if (_alarm.Set(deadline)) node.Schedule(OverlayTimer.HopTimeout, deadline > node.Now ? deadline - node.Now : TimeSpan.Zero);
    }
}
