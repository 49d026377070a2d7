namespace PastryActors.Core.Driving;

/// <summary>
/// The one timer of a machine that waits for the earliest of many moments. Timers cannot be called back: one that was set before an
/// earlier moment came up still fires, and if it set the next one too, each would live on beside the others, for as long as there is
/// anything to wait for. So an alarm tells the timer that counts from those that were overtaken.
/// </summary>
public struct Alarm
{
    private Instant? _setFor;

    /// <summary>Whether a timer must be scheduled for <paramref name="moment"/>: none is set, or only for later. If so, the caller schedules it.</summary>
    public bool Set(Instant moment)
    {
        if (moment >= (_setFor ?? Instant.Never)) return false;
        _setFor = moment;
        return true;
    }

    /// <summary>A timer fired. True if it is the one that was set last; then none is set any more. One that was overtaken is to be ignored.</summary>
    public bool Rings(Instant now) => Rings(now, out _);

    /// <summary>As <see cref="Rings(Instant)"/>; <paramref name="moment"/> is the one that it was set for, which is earlier where the node is behind its events.</summary>
    public bool Rings(Instant now, out Instant moment)
    {
        moment = _setFor ?? Instant.Never;
        if (now < moment) return false;
        _setFor = null;
        return true;
    }
}
