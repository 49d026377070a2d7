namespace PastryActors.Hocon.Settings;

/// <summary>Pastry: <c>pastry.overlay</c>.</summary>
public sealed record OverlaySettings
{
    /// <summary><c>host:port</c></summary>
    public string Listen { get; init; } = "127.0.0.1:9000";

    /// <summary><c>host:port</c>; empty: the address that is listened on.</summary>
    public string Advertise { get; init; } = "";

    /// <summary>Bits of a digit: b.</summary>
    public int DigitBits { get; init; } = 4;

    /// <summary>L.</summary>
    public int LeafSetSize { get; init; } = 32;

    /// <summary>M.</summary>
    public int NeighbourhoodSize { get; init; } = 32;

    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    public int ProbeRetries { get; init; } = 2;

    public TimeSpan HopTimeoutMin { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan HopTimeoutMax { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan TableMaintenancePeriod { get; init; } = TimeSpan.FromMinutes(20);

    public TimeSpan NeighbourhoodMaintenancePeriod { get; init; } = TimeSpan.FromMinutes(20);

    public TimeSpan LeafSetMaintenancePeriod { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan MergePeriod { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan JoinTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan FoundAfter { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan AwaitFormer { get; init; } = TimeSpan.FromMinutes(1);
}
