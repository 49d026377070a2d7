namespace PastryActors.Node.Workers;

/// <summary>Bounds of the signature workers.</summary>
public sealed record SignatureOptions
{
    /// <summary>
    /// Digests that wait for one key, and claims that wait to be checked. The core's own tables hold far fewer open; beyond the bound
    /// a signature comes back empty (which nobody accepts) and a claim comes back refused, both counted.
    /// </summary>
    public int QueueMax { get; init; } = 65_536;

    /// <summary>Digests under one signature. 4096 make a path of 12 hashes (384 bytes); larger batches save no time worth those bytes.</summary>
    public int BatchMax { get; init; } = 4096;

    /// <summary>Roots remembered as verified. One batch of an owner or holder costs one verification as long as its root stays here; an entry takes about 50 bytes.</summary>
    public int VerifiedRootsMax { get; init; } = 16_384;

    /// <summary>Public keys kept ready for use: importing one costs about as much as verifying with it.</summary>
    public int KeysMax { get; init; } = 256;

    /// <summary>Checks that run at once. Two keep two cores busy; more would only take time from the node's mailbox.</summary>
    public int VerifiersMax { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);
}
