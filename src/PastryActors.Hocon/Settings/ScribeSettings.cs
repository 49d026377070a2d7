namespace PastryActors.Hocon.Settings;

/// <summary>Topics: <c>pastry.scribe</c>.</summary>
public sealed record ScribeSettings
{
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(30);

    public int HeartbeatMisses { get; init; } = 2;


    /// <summary>A topic.</summary>
    public int MaxChildren { get; init; } = 1024;

    /// <summary>A node, over all topics.</summary>
    public int MaxEntries { get; init; } = 64;

    public TimeSpan CollapseAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A node.</summary>
    public int MaxTopics { get; init; } = 100_000;

    public int MaxMessageBytes { get; init; } = 1 << 20;

    public TopicRetain Retain { get; init; }

    /// <summary>A child and topic.</summary>
    public int ChildWindowBytes { get; init; } = 4 << 20;

    public TimeSpan ChildLagMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A segment of a topic's history.</summary>
    public int SegmentBytes { get; init; } = 512 << 10;

    /// <summary>Messages, a subscriber.</summary>
    public int SubscriberQueue { get; init; } = 1024;

    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int RootReplicas { get; init; } = 5;

    public bool SignMessages { get; init; } = true;
}

/// <summary>What a topic that nobody created keeps of its past.</summary>
public enum TopicRetain
{
    /// <summary>Only what repairs need, in memory.</summary>
    None,

    /// <summary>Everything.</summary>
    Forever,
}
