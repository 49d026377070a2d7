namespace PastryActors.Past.Tests;

public sealed class PastOptionsTests
{
    [Fact]
    public void The_defaults_are_sound() => Assert.Null(new PastOptions().Problem(32));

    [Fact]
    public void Every_broken_rule_names_its_key()
    {
        Assert.Contains("past.replicas", new PastOptions { Replicas = 17 }.Problem(32));
        Assert.Contains("past.chunk-size", new PastOptions { ChunkSizeBytes = 1 }.Problem(32));
        Assert.Contains("past.attempt-timeout", new PastOptions { AttemptTimeout = default }.Problem(32));
        Assert.Contains("past.sync-period", new PastOptions { SyncPeriod = default }.Problem(32));
        Assert.Contains("past.retry-pause", new PastOptions { RetryPause = default }.Problem(32));
        Assert.Contains("past.admission-bytes", new PastOptions { AdmissionBytesMax = 1 }.Problem(32));
        Assert.Contains("past.placement-slack", new PastOptions { PlacementSlack = -1 }.Problem(32));
        Assert.Contains("past.t-pri", new PastOptions { PrimaryShareMax = 0 }.Problem(32));
        Assert.Contains("past.t-div", new PastOptions { DivertedShareMax = 1.1 }.Problem(32));
        Assert.Contains("past.capacity", new PastOptions { CapacityBytes = -1 }.Problem(32));
        Assert.Contains("past.cache-lease", new PastOptions { CacheLease = default }.Problem(32));
        Assert.Contains("cache", new PastOptions { CacheShareMax = 0 }.Problem(32));
        Assert.Contains("pointers", new PastOptions { UpkeepObjectsMax = 257 }.Problem(32));
        Assert.Contains("bound", new PastOptions { RepairWindow = 0 }.Problem(32));
    }
}
