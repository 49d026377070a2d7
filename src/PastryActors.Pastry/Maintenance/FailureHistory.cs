using PastryActors.Core.Driving;

namespace PastryActors.Pastry.Maintenance;

/// <summary>
/// The last failures that this node saw among those it knows, and the rate that follows (DSN 2004, section 4.1): K failures among M
/// nodes within a time T mean K / (M T). While fewer were seen, one is supposed to happen at the moment of asking.
/// </summary>
internal sealed class FailureHistory
{
    /// <summary>The paper's K: enough to smooth chance, few enough to follow a day's rhythm.</summary>
    public const int CountMax = 16;

    private readonly Queue<Instant> _failures = new();
    private Instant _since;

    /// <summary>The node begins to look.</summary>
    public void Start(Instant now)
    {
        _failures.Clear();
        _since = now;
    }

    /// <summary>A node was found dead.</summary>
    public void Failed(Instant now)
    {
        if (_failures.Count == CountMax) _since = _failures.Dequeue();
        _failures.Enqueue(now);
    }

    /// <summary>Failures of one node a second.</summary>
    /// <param name="known">M: how many nodes' failures would have been seen.</param>
    public double PerSecond(Instant now, int known)
    {
        bool full = _failures.Count == CountMax;
        double seconds = Math.Max(1, (now - _since).TotalSeconds);
        return (full ? CountMax : _failures.Count + 1) / (Math.Max(1, known) * seconds);
    }
}
