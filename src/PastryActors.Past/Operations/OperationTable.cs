using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Operations;

/// <summary>The open operations of a node, by number and by the moment at which each wakes; one timer, for the earliest, serves all. Its size is bounded by the machines that open them.</summary>
internal sealed class OperationTable(IPastryHost host, byte timerKind)
{
    // Ordered, because a failed peer is announced to all of them.
    private readonly SortedDictionary<long, Operation> _open = [];
    private readonly PriorityQueue<(long Id, Instant At), (Instant At, long Id)> _wakes = new();

    // Numbers begin at random, so that answers to the node as it was before a restart find nobody.
    private long _next = (long)(host.Random.NextUInt64() >> 2);
    private Alarm _alarm;

    /// <summary>How many are open.</summary>
    public int Count => _open.Count;

    /// <summary>Numbers the operation, and listens for it until it closes.</summary>
    public void Open(Operation operation)
    {
        operation.Id = ++_next;
        operation.IsOpen = true;
        _open.Add(operation.Id, operation);
    }

    public void Close(Operation operation)
    {
        operation.IsOpen = false;
        _open.Remove(operation.Id);
    }

    /// <summary>Hands an answer to whoever asked. False if nobody (any more) does.</summary>
    public bool Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (!_open.TryGetValue(answer.Operation, out Operation? operation)) return false;
        operation.Heard(answer, message);
        return true;
    }

    /// <summary>Notes that an operation changed the moment at which it wakes.</summary>
    public void Wake(Operation operation)
    {
        if (!operation.IsOpen) return;
        _wakes.Enqueue((operation.Id, operation.WakesAt), (operation.WakesAt, operation.Id));
        Arm();
    }

    /// <summary>
    /// The timer fired: wakes whoever was due when it was set for; what came until then stood before it. Who fell due since, because this node is behind its
    /// events, may have been answered by what still waits, and gets a timer behind it.
    /// </summary>
    public void OnTimer()
    {
        if (!_alarm.Rings(host.Now, out Instant due)) return;
        while (_wakes.TryPeek(out (long Id, Instant At) wake, out _) && wake.At <= due)
        {
            _wakes.Dequeue();
            if (_open.TryGetValue(wake.Id, out Operation? operation) && operation.WakesAt == wake.At) operation.Woke();
        }

        Arm();
    }

    public void PeerFailed(RingId peer)
    {
        foreach (Operation operation in _open.Values.ToArray())
        {
            if (operation.IsOpen) operation.PeerFailed(peer);
        }
    }

    private void Arm()
    {
        DropStale();
        if (!_wakes.TryPeek(out (long Id, Instant At) wake, out _)) return;
        Instant due = wake.At > host.Now ? wake.At : host.Now;
        if (_alarm.Set(due)) host.Schedule(timerKind, due - host.Now);
    }

    // What closed or was put off leaves the queue here, so that its length follows the number of open operations.
    private void DropStale()
    {
        while (_wakes.TryPeek(out (long Id, Instant At) wake, out _)
            && !(_open.TryGetValue(wake.Id, out Operation? operation) && operation.WakesAt == wake.At))
        {
            _wakes.Dequeue();
        }

        if (_wakes.Count > 64 + (8 * _open.Count)) Rebuild();
    }

    private void Rebuild()
    {
        _wakes.Clear();
        foreach (Operation operation in _open.Values) _wakes.Enqueue((operation.Id, operation.WakesAt), (operation.WakesAt, operation.Id));
    }
}
