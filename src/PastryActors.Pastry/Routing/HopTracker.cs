using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Node;

namespace PastryActors.Pastry.Routing;

/// <summary>A routed message that its next hop has not acknowledged yet.</summary>
internal sealed class PendingHop(ulong sequence, RoutedMessage message)
{
    private List<RingId>? _excluded;
    private List<Instant>? _excludedSentAt;

    public ulong Sequence { get; } = sequence;

    public RoutedMessage Message { get; } = message;

    public NodeHandle Next { get; set; } = message.Source;

    public Instant SentAt { get; set; }

    public Instant Deadline { get; set; }

    public int Attempts { get; set; }

    /// <summary>Hops that stayed silent and are gone around; one that was asked again, since nobody else may have the message, more than once.</summary>
    public List<RingId> Excluded => _excluded ?? [];

    /// <summary>The next hop is silent so far.</summary>
    public void GoAround()
    {
        (_excluded ??= []).Add(Next.Id);
        (_excludedSentAt ??= []).Add(SentAt);
    }

    /// <summary>How often the message was sent to a node, and when last.</summary>
    public (int Times, Instant LastAt) SentTo(RingId node)
    {
        (int times, Instant lastAt) = Next.Id == node ? (1, SentAt) : (0, default);
        for (int i = 0; i < Excluded.Count; i++)
        {
            if (_excluded![i] != node) continue;
            if (times++ == 0) lastAt = _excludedSentAt![i];
        }

        return (times, lastAt);
    }
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

    /// <summary>
    /// Whoever has the message sees to it, also one that was gone around meanwhile; and how long it took is what to expect of it. If late answers did not
    /// count, a node that is behind its events, to which all are late, would send everything ten times, and be further behind for the answers.
    /// </summary>
    public void OnAck(NodeHandle from, ulong sequence)
    {
        if (!_pending.TryGetValue(sequence, out PendingHop? pending)) return;
        (int times, Instant sentAt) = pending.SentTo(from.Id);
        if (times == 0) return;
        _pending.Remove(sequence);
        if (times == 1) node.Trips.Measured(from.Id, node.Now - sentAt, node.Now);
    }

    /// <summary>
    /// The hops that were due when the timer was set for: what came until then stood before it. Those that fell due since, because this node is behind its
    /// events, may have been acknowledged by what still waits: they get a timer behind it.
    /// </summary>
    public void OnTimer()
    {
        if (!_alarm.Rings(node.Now, out Instant due)) return;
        while (_deadlines.TryPeek(out ulong sequence, out Instant deadline) && deadline <= node.Now)
        {
            // A message sent anew before its time was up has a later deadline in the queue: the hop that it took has only begun.
            bool isOverdue = _pending.TryGetValue(sequence, out PendingHop? pending) && pending.Deadline <= node.Now;
            if (isOverdue && deadline > due) break;
            _deadlines.Dequeue();
            if (isOverdue) overdue(pending!);
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
        Instant due = deadline > node.Now ? deadline : node.Now;
        if (_alarm.Set(due)) node.Schedule(OverlayTimer.HopTimeout, due - node.Now);
    }
}
