namespace PastryActors.Hocon.Settings;

/// <summary>Channels: <c>pastry.streams</c>.</summary>
public sealed record StreamsSettings
{
    /// <summary>Children, over all stripes of all channels.</summary>
    public int Offer { get; init; } = 24;

    /// <summary>Stripes of a channel.</summary>
    public int Want { get; init; } = 16;

    /// <summary>A node.</summary>
    public int MaxChannels { get; init; } = 256;

    public TimeSpan BeatPeriod { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A child and stripe.</summary>
    public int ChildWindowBytes { get; init; } = 1 << 20;

    /// <summary>A second, a stream.</summary>
    public long PublishBytesPerSecond { get; init; } = 4 << 20;
}
