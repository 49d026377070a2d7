using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Requests;

/// <summary>What the machine that restores k is doing.</summary>
public enum RepairActivity : byte
{
    /// <summary>Nothing is to be done.</summary>
    Idle = 0,

    /// <summary>It fetches.</summary>
    Working = 1,

    /// <summary>An operator told it to rest. What is to be done is kept.</summary>
    Paused = 2,

    /// <summary>It waits for its rate.</summary>
    Throttled = 3,

    /// <summary>It fetches less at once, because users' requests are under way.</summary>
    Yielding = 4,
}

/// <summary>Why an object that should be on a node is not.</summary>
public enum RepairTrouble : byte
{
    /// <summary>The node knows of nothing that is missing.</summary>
    None = 0,

    /// <summary>It is waiting for its turn, or being fetched.</summary>
    Waiting = 1,

    /// <summary>There is room for it neither on the node nor with its neighbours.</summary>
    NoRoom = 2,

    /// <summary>No node that was asked gave it.</summary>
    NobodyGaveIt = 3,
}

/// <summary>The restoring of k on one node.</summary>
/// <param name="Waiting">Objects that are to be fetched.</param>
/// <param name="UnderWay">Objects being fetched.</param>
/// <param name="UnderReplicated">Objects that should be here and are not, as far as is known: waiting, under way, or in trouble.</param>
/// <param name="Restored">Fetched since the start.</param>
/// <param name="RestoredBytes">Content bytes of these.</param>
/// <param name="BroughtHome">Of these, those that another node had held for want of room here.</param>
/// <param name="Failed">Fetches that ended without the object since the start; the next comparison finds it again.</param>
/// <param name="NoRoom">Objects known to lack room now.</param>
/// <param name="LastError">Why the last fetch that failed did; empty if none.</param>
/// <param name="BytesPerSecond">No more than that.</param>
/// <param name="ObjectsAtOnce">No more than that.</param>
/// <param name="Examples">Some of those under-replicated.</param>
public sealed record RepairStatus(
    RepairActivity Activity,
    int Waiting,
    int UnderWay,
    int UnderReplicated,
    long Restored,
    long RestoredBytes,
    long BroughtHome,
    long Failed,
    int NoRoom,
    string LastError,
    long BytesPerSecond,
    int ObjectsAtOnce,
    ValueList<FileId> Examples);

/// <summary>Change how k is restored here; null leaves a thing as it is. Answered by <see cref="RepairSteered"/>. Holds until the node restarts.</summary>
public sealed record SteerRepair(long Id, TimeSpan Timeout, bool? Paused, long? BytesPerSecond, int? ObjectsAtOnce) : Request(Id, Timeout);

/// <summary>How it is now.</summary>
public sealed record RepairSteered(long RequestId, RepairStatus Status) : Reply(RequestId);

/// <summary>What the host knows of disk and clock, so that this node can answer for them when another asks. Answered by <see cref="UpkeepNoted"/>.</summary>
public sealed record NoteUpkeep(long Id, TimeSpan Timeout, HostUpkeep Host) : Request(Id, Timeout);

/// <summary>It was noted.</summary>
public sealed record UpkeepNoted(long RequestId) : Reply(RequestId);

/// <summary>The host's side of a node's upkeep, at one moment.</summary>
/// <param name="UnixMilliseconds">The wall clock.</param>
/// <param name="UsedBytes">Of the disk, everything counted.</param>
/// <param name="CapacityBytes">That it may take.</param>
/// <param name="Quarantined">Records dropped because they did not match their checksums, since the start.</param>
/// <param name="RottenBytes">Bytes without a readable record, found when the store was opened.</param>
/// <param name="ScrubAge">How long ago the oldest of what is held was last read and found whole; null if it is not known.</param>
/// <param name="ScrubPeriod">In which everything should be.</param>
/// <param name="ScrubPaused">Whether scrubbing rests.</param>
/// <param name="CompactionPaused">Whether compaction rests.</param>
public sealed record HostUpkeep(
    long UnixMilliseconds,
    long UsedBytes,
    long CapacityBytes,
    long Quarantined,
    long RottenBytes,
    TimeSpan? ScrubAge,
    TimeSpan ScrubPeriod,
    bool ScrubPaused,
    bool CompactionPaused)
{
    /// <summary>Chunks of the coded files that the node keeps which no node had when it looked last.</summary>
    public long ChunksMissing { get; init; }

    /// <summary>Stripes of these files of which too many chunks were missing to make them again.</summary>
    public long StripesLost { get; init; }

    /// <summary>Whether the making of lost chunks rests.</summary>
    public bool StripesPaused { get; init; }

    /// <summary>Of a node whose host has said nothing yet.</summary>
    public static readonly HostUpkeep Unknown = new(0, 0, 0, 0, 0, null, TimeSpan.Zero, false, false);
}

/// <summary>Ask a node of the ring how its upkeep is, and what it knows of an object. Answered by <see cref="UpkeepTold"/>.</summary>
/// <param name="About">An object that may be missing there; null for none.</param>
public sealed record AskUpkeep(long Id, TimeSpan Timeout, NodeHandle Peer, FileId? About = null) : Request(Id, Timeout);

/// <summary>What it said.</summary>
public sealed record UpkeepTold(long RequestId, NodeHandle Node, UpkeepReport Report) : Reply(RequestId);

/// <summary>How a node's capacity stands to that of its neighbours (SOSP 2001, section 3.2: within two orders of magnitude).</summary>
public enum CapacityAdvice : byte
{
    None = 0,

    /// <summary>More than 100 times the mean: several nodes on that machine would share it better.</summary>
    TooLarge = 1,

    /// <summary>Less than a hundredth of the mean: the node costs the ring more than it brings.</summary>
    TooSmall = 2,
}

/// <summary>A node's upkeep as it tells it to others.</summary>
/// <param name="Repair">What restoring k is doing.</param>
/// <param name="UnderReplicated">Objects that should be there and are not.</param>
/// <param name="NoRoom">Of these, those for which there is no room.</param>
/// <param name="Examples">A few of them.</param>
/// <param name="Trouble">Of the object asked about.</param>
public sealed record UpkeepReport(
    RepairActivity Repair,
    int UnderReplicated,
    int NoRoom,
    ValueList<FileId> Examples,
    RepairTrouble Trouble,
    CapacityAdvice Capacity,
    HostUpkeep Host)
{
    /// <summary>Most examples that a report names.</summary>
    public const int ExamplesMax = 8;
}
