namespace PastryActors.Simulation.Workers;

/// <summary>What the disk of a simulated node is like.</summary>
public sealed record SimDiskOptions
{
    /// <summary>How many bytes of content and meta a disk holds. A write beyond it is refused as full.</summary>
    public long CapacityBytes { get; init; } = long.MaxValue;

    /// <summary>How long a write takes to be durable, apart from its bytes. Writes overlap, as they do in a group commit. 2 ms: an SSD that honours a flush.</summary>
    public TimeSpan WriteLatency { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How long a read takes, apart from its bytes. 0.2 ms: an SSD.</summary>
    public TimeSpan ReadLatency { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>What the disk moves, in bytes a second, one piece of work after the other; zero is without limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Chance, 0 to 1, that a write which a crash interrupts is on the disk all the same: real disks keep some of what they never acknowledged.</summary>
    public double InterruptedWriteSurvives { get; init; }

    /// <summary>Chance, 0 to 1, that such a write is torn: the object is listed at the next start, and its first read finds it corrupt. A store that checks only what it indexes does that.</summary>
    public double InterruptedWriteTorn { get; init; }

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem()
    {
        if (CapacityBytes < 0) return $"a disk's capacity must not be negative, not {CapacityBytes}";
        if (WriteLatency < TimeSpan.Zero || ReadLatency < TimeSpan.Zero) return "a disk's latency must not be negative";
        if (BytesPerSecond < 0) return $"a disk's bandwidth must not be negative, not {BytesPerSecond}";
        if (InterruptedWriteSurvives is not (>= 0 and <= 1)) return $"the survival of interrupted writes must be a chance from 0 to 1, not {InterruptedWriteSurvives}";
        if (InterruptedWriteTorn is not (>= 0 and <= 1)) return $"the tearing of interrupted writes must be a chance from 0 to 1, not {InterruptedWriteTorn}";
        return null;
    }
}
