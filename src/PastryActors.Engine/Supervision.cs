using PastryActors.Core.Driving;

namespace PastryActors.Engine;

/// <summary>How often, and how fast, a failed actor is started again before its supervisor gives up.</summary>
public sealed record SupervisionOptions
{
    /// <summary>
    /// How many failures within <see cref="Window"/> are answered with a restart; the next one is given up. Default 5: a fault that
    /// strikes at every start is known after a few tries, and a process that ends visibly is better than one that limps.
    /// </summary>
    public int RestartsMax { get; init; } = 5;

    /// <summary>Over what time failures are counted together. Default 1 minute: longer than all the back-offs of one series of restarts.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait before the first restart; it doubles with every further failure of the window. Default 100 ms.</summary>
    public TimeSpan BackOffMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait before a restart. Default 5 s: peers take a node that is silent for longer for failed anyway.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>What a supervisor decided.</summary>
/// <param name="GivesUp">Whether the actor is not started again.</param>
/// <param name="BackOff">The wait before the restart, if there is one.</param>
/// <param name="FailuresInWindow">How many failures led to this.</param>
public readonly record struct SupervisionDecision(bool GivesUp, TimeSpan BackOff, int FailuresInWindow);

/// <summary>Decides what becomes of an actor that failed. Pure: time comes in as a value. Takes failures, gives decisions.</summary>
public sealed class Supervisor(SupervisionOptions options)
{
    private readonly Queue<Instant> _failures = new();

    /// <summary>Takes note of a failure at <paramref name="now"/> and decides.</summary>
    public SupervisionDecision OnFailure(Instant now)
    {
        while (_failures.TryPeek(out Instant oldest) && now - oldest > options.Window) _failures.Dequeue();
        _failures.Enqueue(now);
        int count = _failures.Count;
        return count > options.RestartsMax
            ? new SupervisionDecision(GivesUp: true, TimeSpan.Zero, count)
            : new SupervisionDecision(GivesUp: false, BackOff.After(count, options.BackOffMin, options.BackOffMax), count);
    }
}

/// <summary>Exponential back-off: the wait doubles with every failure up to a bound.</summary>
public static class BackOff
{
    /// <summary>The wait after the failure numbered <paramref name="failures"/> (from 1).</summary>
    public static TimeSpan After(int failures, TimeSpan min, TimeSpan max)
    {
        double ticks = min.Ticks * Math.Pow(2, Math.Clamp(failures - 1, 0, 40));
        return ticks >= max.Ticks ? max : TimeSpan.FromTicks((long)ticks);
    }

    /// <summary>The same, spread evenly over half to the whole of it, so that peers that lost the same node do not come back as one.</summary>
    public static TimeSpan AfterWithJitter(int failures, TimeSpan min, TimeSpan max) =>
        After(failures, min, max) * (0.5 + (Random.Shared.NextDouble() / 2));
}
