namespace PastryActors.Simulation.Workers;

/// <summary>How signatures are made in the world.</summary>
public sealed record SimSignerOptions
{
    /// <summary>Real ECDSA P-256 signatures of keys that follow from the seed, instead of simulated ones: about a thousand times slower, and their bytes differ from run to run.</summary>
    public bool Real { get; init; }

    /// <summary>How long a worker takes for one signature. 50 us: P-256 on one core.</summary>
    public TimeSpan SignLatency { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>How long a worker takes to check one claim. 100 us: P-256 on one core.</summary>
    public TimeSpan VerifyLatency { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem() => SignLatency < TimeSpan.Zero || VerifyLatency < TimeSpan.Zero ? "a signer's latency must not be negative" : null;
}
