namespace PastryActors.Hocon.Settings;

/// <summary>The transport: <c>pastry.tcp</c>.</summary>
public sealed record TcpSettings
{
    public bool Tls { get; init; } = true;

    public int MaxFrameBytes { get; init; } = 2 << 20;

    public int MaxMessageBytes { get; init; } = 1152 << 10;

    /// <summary>Messages, a connection.</summary>
    public int SendQueueMessages { get; init; } = 8192;

    /// <summary>Bytes, a connection.</summary>
    public long SendQueueBytes { get; init; } = 16 << 20;

    /// <summary>Events.</summary>
    public int Mailbox { get; init; } = 16384;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan ReconnectBackoffMin { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan ReconnectBackoffMax { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public int MaxConnections { get; init; } = 1024;
}
