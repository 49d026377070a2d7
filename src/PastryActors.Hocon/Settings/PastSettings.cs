namespace PastryActors.Hocon.Settings;

/// <summary>Storage: <c>pastry.past</c>.</summary>
public sealed record PastSettings
{
    public long CapacityBytes { get; init; } = 10L << 30;

    /// <summary>The paper's t_pri, above 0 to 1.</summary>
    public double PrimaryShareMax { get; init; } = 0.1;

    /// <summary>The paper's t_div, 0 to 1.</summary>
    public double DivertedShareMax { get; init; } = 0.05;

    /// <summary>Most bytes of cached copies in memory; 0 caches nothing.</summary>
    public long CacheBytes { get; init; } = 64L << 20;

    public TimeSpan CacheLease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>k, where an insert names none.</summary>
    public int Replicas { get; init; } = 3;

    public int ChunkBytes { get; init; } = 1 << 20;

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Second questions, a lookup; 0 to 1.</summary>
    public double OvertakeShareMax { get; init; } = 0.05;

    public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan SurplusDelay { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Chunks, a transfer.</summary>
    public int TransferWindow { get; init; } = 16;

    /// <summary>Objects, a node.</summary>
    public int RepairWindow { get; init; } = 8;

    /// <summary>Bytes a second.</summary>
    public long RepairBytesPerSecond { get; init; } = 64L << 20;

    public TimeSpan CodedCheckPeriod { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan ScrubPeriod { get; init; } = TimeSpan.FromDays(30);

    public long VolumeBytes { get; init; } = 256L << 20;

    /// <summary>The broker's public key (SubjectPublicKeyInfo, DER) in base64; empty for none.</summary>
    public string Broker { get; init; } = "";

    /// <summary>Bytes, times k, of one owner's objects, where there is no broker; the most that can be said is no limit.</summary>
    public long OwnerQuotaBytes { get; init; } = PastSchema.UnlimitedQuotaBytes;

    /// <summary>Zero for never.</summary>
    public TimeSpan AuditPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Path of a file; empty: the one in the node's folder.</summary>
    public string OwnerKey { get; init; } = "";
}
