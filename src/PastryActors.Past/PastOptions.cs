using PastryActors.Core.Collections;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;

namespace PastryActors.Past;

/// <summary>Parameters of PAST. The defaults suit a local network; a wide-area ring wants longer times.</summary>
public sealed record PastOptions
{
    /// <summary>The slowest repair that an operator may ask for, in bytes a second. Slower is never done: pausing says what is meant.</summary>
    public const long RepairBytesPerSecondMin = 1024;

    /// <summary>Most objects fetched at once that an operator may ask for: the memory bound is this many chunks.</summary>
    public const int RepairWindowMax = 1024;

    /// <summary>The paper's k where an insert names none: replicas of an object, 1 to L/2. An object is lost only if all k holders fail before one of them was replaced; each more costs that much disk.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>Most bytes of one object's content: a larger file is cut into chunks of this size. 1 MiB keeps any message below what a control message may wait for, and a hash tree flat up to 16 GiB. All nodes of a ring must agree.</summary>
    public int ChunkSizeBytes { get; init; } = 1 << 20;

    /// <summary>How long one node is waited for before another is tried. Must exceed the time that a chunk takes on the slowest link, plus one flush of the disk.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a request asks for the replica set anew before it gives up. With the pause below it spans the moments in which a ring agrees on a failure.</summary>
    public int RoundsMax { get; init; } = 8;

    /// <summary>Pause before a node that said "busy" or "not responsible" is asked again. Shorter loads a busy ring further.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a node compares what it holds with each node that shares responsibility with it. One comparison of equals costs two messages of about 100 bytes; the period bounds how long a difference that no failure announced goes unseen.</summary>
    public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait after a change of the leaf set before comparing, so that a burst of changes costs one comparison.</summary>
    public TimeSpan SettleDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long an object is kept after this node ceased to be among its k closest, before the others are asked whether it may go. Longer spares a copy when nodes come back; shorter frees the disk.</summary>
    public TimeSpan SurplusDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Objects being fetched at once to restore k. More restores sooner and disturbs lookups more; the memory bound is this many chunks.</summary>
    public int RepairWindow { get; init; } = 8;

    /// <summary>Bytes a second that a node fetches to restore k. More restores sooner, and takes more of disk and network from users; the nodes around one that failed share its load.</summary>
    public long RepairBytesPerSecond { get; init; } = 64L << 20;

    /// <summary>Pointers to holders of objects that are yet to be fetched. Beyond it the next comparison learns the rest.</summary>
    public int PointersMax { get; init; } = 65_536;

    /// <summary>Requests of this node's applications open at once; more are answered busy.</summary>
    public int RequestsMax { get; init; } = 1024;

    /// <summary>Store requests being checked and written at once; more are refused as busy.</summary>
    public int AdmissionsMax { get; init; } = 256;

    /// <summary>Content bytes held by store requests being checked and written; more are refused as busy. 64 chunks.</summary>
    public long AdmissionBytesMax { get; init; } = 64L << 20;

    /// <summary>Reads from the disk on behalf of others in flight; more are refused as busy.</summary>
    public int ReadsMax { get; init; } = 128;

    /// <summary>Candidates asked at once by a lookup that missed. Two hide one slow holder at the price of one chunk too many.</summary>
    public int FetchesAtOnce { get; init; } = 2;

    /// <summary>How many lookups in one may ask a holder more because the first takes long, 0 to 1: what hiding slow holders may cost. 0 overtakes nobody.</summary>
    public double OvertakeShareMax { get; init; } = 0.05;

    /// <summary>Nobody is overtaken before this: what is faster than a disk's busy moment is not slow.</summary>
    public TimeSpan OvertakeDelayMin { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How many ranks beyond k a node still accepts an object, because leaf sets of neighbours differ while nodes come and go.</summary>
    public int PlacementSlack { get; init; } = 1;

    /// <summary>Objects that are surplus and under watch; the rest wait for their turn.</summary>
    public int SurplusMax { get; init; } = 4096;

    /// <summary>Bytes that this node gives to objects, its own share and what it holds for others. By default without limit. What is not used holds copies of objects that come by.</summary>
    public long CapacityBytes { get; init; } = long.MaxValue;

    /// <summary>Bytes counted for every object beside its content: its record and its certificate. The disk has the last word; too low, and it says "full" before this node expects it.</summary>
    public int ObjectOverheadBytes { get; init; }

    /// <summary>The paper's t_pri: the largest share of its free space that an object may take on one of its k closest nodes, above 0 to 1 (SOSP 2001, section 3.3). Higher accepts large objects longer, which later keep many small ones out.</summary>
    public double PrimaryShareMax { get; init; } = 0.1;

    /// <summary>The paper's t_div: the same for an object held for another node, 0 to 1; 0 holds nothing for others. Lower than t_pri, or nodes would fill each other and have no room for what is theirs.</summary>
    public double DivertedShareMax { get; init; } = 0.05;

    /// <summary>How many nodes are asked one after the other to hold a replica for this one, those not counted that another of the k closest had asked before. What is known of others' free space may be old; every refusal brings it up to date.</summary>
    public int DiversionTriesMax { get; init; } = 3;

    /// <summary>Pointers, and replicas held for others, looked after in one period: the bound of that traffic, about 26 bytes each. Where owners have quotas, also of how many objects it is asked whether they are debited.</summary>
    public int UpkeepObjectsMax { get; init; } = 256;

    /// <summary>How copies of objects that come by are cached in the room that nothing else needs (SOSP 2001, section 4).</summary>
    public CachePolicy CachePolicy { get; init; } = CachePolicy.GreedyDualSize;

    /// <summary>Most bytes of cached copies, which are kept in memory. Never more than the free room, whatever stands here.</summary>
    public long CacheBytesMax { get; init; } = 64L << 20;

    /// <summary>The paper's c: the largest share of the cache that one copy may take, above 0 to 1.</summary>
    public double CacheShareMax { get; init; } = 1;

    /// <summary>The largest object of which a copy is sent to the node that its lookup came through. Larger ones are cached only where they were asked for: to send each twice would double the traffic of large files.</summary>
    public int CacheCopyBytesMax { get; init; } = 128 << 10;

    /// <summary>For how long a copy is believed after a holder gave it: so long a reclaimed object may still be read.</summary>
    public TimeSpan CacheLease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Public key (SubjectPublicKeyInfo, DER) of the broker, who grants owners their quotas; empty for none. All nodes of a ring must agree.</summary>
    public Blob Broker { get; init; }

    /// <summary>Without a broker: most bytes, times k, that the objects of one owner may take. By default without limit, and then no ledgers are kept and inserts cost nothing more. All nodes of a ring must agree.</summary>
    public long OwnerQuotaBytes { get; init; } = long.MaxValue;

    /// <summary>Whether owners have quotas, and so ledgers (SOSP 2001, section 2.2).</summary>
    public bool KeepsLedgers => !Broker.IsEmpty || OwnerQuotaBytes < long.MaxValue;

    /// <summary>How long the object of a debit may be nowhere before the debit is let go: longer than an insert may take. One that is let go while a cut hides its object comes back by those who hold it.</summary>
    public TimeSpan DebitGrace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Debits looked after in one period: the bound of that traffic, about k messages of 60 bytes each.</summary>
    public int LedgerUpkeepMax { get; init; } = 32;

    /// <summary>How often a node challenges another to prove that it holds an object that both should (SOSP 2001, section 2.2: random audits); zero, the default, for never. Each costs both one read.</summary>
    public TimeSpan AuditPeriod { get; init; }

    /// <summary>How many nodes around the root a lookup, a reclaim or an inspection asks while k is not known: the default k, at least 5, and two neighbours that may still have what is theirs no more.</summary>
    public int CandidateCount => Math.Max(Replicas, 5) + 2;

    /// <summary>Answers what is wrong with these options for a leaf set of the given size, or null.</summary>
    public string? Problem(int leafSetSize)
    {
        if (Replicas < 1 || Replicas > leafSetSize / 2) return $"past.replicas must be 1 to {leafSetSize / 2} (half the leaf set), not {Replicas}";
        if (ChunkSizeBytes is < 1024 or > 256 << 20) return $"past.chunk-size must be 1 KiB to 256 MiB, not {ChunkSizeBytes} bytes";
        if (AttemptTimeout <= TimeSpan.Zero) return "past.attempt-timeout must be positive";
        if (SyncPeriod <= TimeSpan.Zero) return "past.sync-period must be positive";
        if (RetryPause <= TimeSpan.Zero || SettleDelay < TimeSpan.Zero || SurplusDelay < TimeSpan.Zero) return "past.retry-pause must be positive, past.settle-delay and past.surplus-delay not negative";
        if (AdmissionBytesMax < ChunkSizeBytes) return "past.admission-bytes must hold at least one chunk";
        if (CapacityBytes < 0 || ObjectOverheadBytes < 0) return "past.capacity and the overhead of an object must not be negative";
        if (PrimaryShareMax is not (> 0 and <= 1)) return $"past.t-pri must be above 0 and at most 1, not {PrimaryShareMax}";
        if (DivertedShareMax is not (>= 0 and <= 1)) return $"past.t-div must be 0 to 1, not {DivertedShareMax}";
        if (CacheBytesMax < 0 || CacheCopyBytesMax < 0 || CacheLease <= TimeSpan.Zero) return "past.cache-size must not be negative, past.cache-lease must be positive";
        if (OvertakeShareMax is not (>= 0 and <= 1) || OvertakeDelayMin < TimeSpan.Zero) return "past.overtake-share must be 0 to 1, and the least delay not negative";
        if (CacheShareMax is not (> 0 and <= 1)) return $"the share of a cache that a copy may take must be above 0 and at most 1, not {CacheShareMax}";
        if (UpkeepObjectsMax > HoldQuery.ObjectsMax) return $"at most {HoldQuery.ObjectsMax} pointers are looked after in a period, not {UpkeepObjectsMax}";
        if (RepairBytesPerSecond < RepairBytesPerSecondMin) return $"past.repair-speed must be at least {RepairBytesPerSecondMin} bytes a second, not {RepairBytesPerSecond}";
        if (RepairWindow > RepairWindowMax) return $"past.repair-window must be at most {RepairWindowMax}, not {RepairWindow}";
        if (OwnerQuotaBytes < 0 || DebitGrace < TimeSpan.Zero || AuditPeriod < TimeSpan.Zero) return "past.owner-quota, past.audit-period and the grace of debits must not be negative";
        if (KeepsLedgers && (long)ChunkSizeBytes * (leafSetSize / 2) > uint.MaxValue) return "with quotas past.chunk-size times half the leaf set must stay below 4 GiB: a debit is counted in 32 bits";
        if (PlacementSlack < 0) return "past.placement-slack must not be negative";
        int least = Math.Min(Math.Min(RoundsMax, RepairWindow), Math.Min(PointersMax, RequestsMax));
        least = Math.Min(least, Math.Min(LedgerUpkeepMax, Math.Min(DiversionTriesMax, UpkeepObjectsMax)));
        least = Math.Min(least, Math.Min(Math.Min(AdmissionsMax, ReadsMax), Math.Min(FetchesAtOnce, SurplusMax)));
        return least < 1 ? "every bound of past must be at least 1" : null;
    }
}
