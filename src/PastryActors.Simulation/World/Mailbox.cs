using PastryActors.Simulation.Events;

namespace PastryActors.Simulation.World;

/// <summary>
/// What waits at a node that is slow or stalled, in order of arrival. Healthy nodes have none: they take every event at the moment
/// when it is due.
/// </summary>
internal sealed class Mailbox
{
    private readonly Queue<SimEvent> _waiting = new();

    /// <summary>What the node needs for one event; zero for a node that was only stalled.</summary>
    public long ServiceTicks { get; set; }

    /// <summary>Before this the node takes nothing.</summary>
    public long FreeAtTicks { get; set; }

    /// <summary>Whether the world will come back to empty the mailbox.</summary>
    public bool WakeIsDue { get; set; }

    public int Count => _waiting.Count;

    /// <summary>Whether an event that is due now must wait: the node is busy, or others came before.</summary>
    public bool MustWait(long nowTicks) => _waiting.Count > 0 || nowTicks < FreeAtTicks;

    public void Put(in SimEvent waiting) => _waiting.Enqueue(waiting);

    /// <summary>Takes the next event if the node is free for it.</summary>
    public bool TryTake(long nowTicks, out SimEvent next)
    {
        next = default;
        return nowTicks >= FreeAtTicks && _waiting.TryDequeue(out next);
    }

    /// <summary>The node is busy with one event from now on.</summary>
    public void Serve(long nowTicks) => FreeAtTicks = Math.Max(FreeAtTicks, nowTicks + ServiceTicks);
}
