namespace PastryActors.Node.Upkeep;

/// <summary>The codes of what a doctor finds: stable, and listed in docs/operations.md.</summary>
public static class FindingCodes
{
    public const string NoCluster = "no-cluster";
    public const string NotRunning = "node-not-running";
    public const string NotAnswering = "node-not-answering";
    public const string NotActive = "node-not-active";
    public const string Alone = "node-alone";
    public const string LeafSetIncomplete = "leaf-set-incomplete";
    public const string NotWhole = "ring-not-whole";
    public const string UnderReplicated = "under-replicated";
    public const string ChunksMissing = "chunks-missing";
    public const string StripesLost = "stripes-lost";
    public const string NoRoom = "no-room";
    public const string RepairPaused = "repair-paused";
    public const string DiskNearlyFull = "disk-nearly-full";
    public const string Quarantined = "records-quarantined";
    public const string CapacityTooLarge = "capacity-too-large";
    public const string CapacityTooSmall = "capacity-too-small";
    public const string ClockSkew = "clock-skew";
    public const string ScrubOverdue = "scrub-overdue";
    public const string MailboxDeep = "mailbox-deep";
    public const string AuditsFailed = "audits-failed";
    public const string OwnerKeyReadable = "owner-key-readable";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        NoCluster, NotRunning, NotAnswering, NotActive, Alone, LeafSetIncomplete, NotWhole, UnderReplicated, ChunksMissing, StripesLost, NoRoom, RepairPaused, DiskNearlyFull,
        Quarantined, CapacityTooLarge, CapacityTooSmall, ClockSkew, ScrubOverdue, MailboxDeep, AuditsFailed, OwnerKeyReadable,
    ];
}
