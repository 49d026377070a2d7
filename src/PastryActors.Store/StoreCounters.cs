namespace PastryActors.Store;

/// <summary>What is counted, each by one interlocked add. <see cref="StoreUsage"/> says what the numbers mean.</summary>
internal sealed class StoreCounters
{
    public long Quarantined;
    public long RottenBytes;
    public long TornBytes;
    public long QueueRefusals;
    public long FullRefusals;
    public long FailedChanges;
    public long FailedReads;
    public long Groups;
    public long Changes;
    public long Reads;
    public long Compactions;
    public long MovedBytes;
    public long Unexpected;
}
