using PastryActors.Engine;

namespace PastryActors.Tcp;

/// <summary>Everything that can be chosen about the engine. Immutable; <see cref="Validate"/> is called at start.</summary>
public sealed record TcpOptions
{
    /// <summary>
    /// Where to listen, host:port. Port 0 takes a free one, which <see cref="TcpEngine.BoundAddress"/> tells. Default 127.0.0.1:0: a
    /// node is reachable from other machines only if told so.
    /// </summary>
    public string ListenAddress { get; init; } = "127.0.0.1:0";

    /// <summary>
    /// What peers dial, host:port, when it is not what was bound (an address translated on the way, or a listener on 0.0.0.0). A port
    /// of 0 stands for the bound one. Default null: the bound address.
    /// </summary>
    public string? AdvertisedAddress { get; init; }

    /// <summary>
    /// Name of the ring. A peer of another ring is refused in the handshake, so that two rings on one network cannot grow together by
    /// a mistaken seed. Not a secret. At most 64 characters. Default "pastry".
    /// </summary>
    public string Ring { get; init; } = "pastry";

    /// <summary>
    /// Whether connections are TLS 1.3. Default true. Without it the handshake still proves every nodeId, but bytes travel readable
    /// and whoever sits on the path can change them: for trusted networks and measurements. Both sides must agree.
    /// </summary>
    public bool Tls { get; init; } = true;

    /// <summary>
    /// The largest message without content, in bytes. Default 262144: leaf sets and certificates with paths fit many times over, and
    /// a hostile peer can make a connection hold no more than this. A longer one closes the connection it came by.
    /// </summary>
    public int MessageBytesMax { get; init; } = 256 * 1024;

    /// <summary>
    /// The largest content behind a message, in bytes. Default 1 MiB + 64 KiB: one chunk, and slack for what encryption may add.
    /// Checked before memory is taken; a longer one closes the connection it came by.
    /// </summary>
    public int ContentBytesMax { get; init; } = (1024 + 64) * 1024;

    /// <summary>
    /// How many messages may wait to be sent on one control connection, or for it to be made. Default 4096 (32 bytes each): the burst
    /// of a large multicast; at more the peer is not keeping up, and later heartbeats are worth more than earlier ones kept.
    /// </summary>
    public int ControlQueueMessages { get; init; } = 4096;

    /// <summary>How many messages may wait to be sent on one bulk connection, or for it to be made. Default 1024: the bytes are bound below.</summary>
    public int BulkQueueMessages { get; init; } = 1024;

    /// <summary>
    /// How many bytes of content may wait to be sent on one connection. Default 16 MiB: a tenth of a second at 1.3 Gbit/s. More keeps
    /// memory, not throughput. At least <see cref="ContentBytesMax"/>.
    /// </summary>
    public long QueueContentBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>
    /// How long a connection may take to be made, handshake included, before the messages that wait for it are dropped. Default 4 s:
    /// one lost SYN costs 1 s, two cost 3 s.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a peer that dialled us may take to prove itself. Default 4 s: two round trips and two signatures at their worst.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a write, or the rest of a frame once begun, may make no progress before the connection is given up. Default 20 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// After what time without traffic a connection is closed. Default 5 min, well over the longest heartbeat period, so that
    /// members of a leaf set stay connected and passing acquaintances do not.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The wait after the first failed attempt to connect; it doubles with each further one. Default 50 ms.</summary>
    public TimeSpan BackOffMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between attempts to connect. Default 3 s: a restarted peer is found again within that time.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How many connections may be open. Default 1024; at the bound the one idle for longest is closed for a new one. A
    /// connection costs about 200 KiB with TLS when it was busy, so 1024 of them about 200 MiB.
    /// </summary>
    public int ConnectionsMax { get; init; } = 1024;

    /// <summary>How many strangers may be in the handshake at once; more are closed unheard. Default 64, which bounds what unproved peers cost.</summary>
    public int HandshakesMax { get; init; } = 64;

    /// <summary>How many nodes one process may host, here or at a peer. Default 256.</summary>
    public int NodesPerProcessMax { get; init; } = 256;

    /// <summary>
    /// The bound of a node's mailbox, in messages (80 bytes each). Default 8192. Bulk messages and local requests may fill half of it,
    /// control messages all of it; timers and results of work never need room in it.
    /// </summary>
    public int MailboxCapacity { get; init; } = 8192;

    /// <summary>
    /// How long a connection waits for room in a full mailbox, not reading meanwhile, before it drops the message. Default 1 s: shorter
    /// than failure detection, longer than any pause of a healthy node. A mailbox that stays full costs its neighbours this once.
    /// </summary>
    public TimeSpan MailboxPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How a failed node core is restarted.</summary>
    public SupervisionOptions Supervision { get; init; } = new();

    /// <summary>Checks every option.</summary>
    /// <exception cref="EngineOptionsException">One is out of its range.</exception>
    public TcpOptions Validate()
    {
        if (!PeerAddress.TryParse(ListenAddress, out _, out _)) throw new EngineOptionsException($"tcp.listenAddress: '{ListenAddress}' is not host:port");
        if (AdvertisedAddress is { } advertised && !PeerAddress.TryParse(advertised, out _, out _))
        {
            throw new EngineOptionsException($"tcp.advertisedAddress: '{advertised}' is not host:port");
        }

        if (Ring.Length is 0 or > 64) throw new EngineOptionsException($"tcp.ring: must have 1 to 64 characters, has {Ring.Length}");
        Within("messageBytesMax", MessageBytesMax, 1024, 64 * 1024 * 1024);
        Within("contentBytesMax", ContentBytesMax, 0, 1024 * 1024 * 1024);
        Within("controlQueueMessages", ControlQueueMessages, 1, 1 << 20);
        Within("bulkQueueMessages", BulkQueueMessages, 1, 1 << 20);
        Within("queueContentBytes", QueueContentBytes, ContentBytesMax, long.MaxValue);
        Within("connectionsMax", ConnectionsMax, 1, 1 << 16);
        Within("handshakesMax", HandshakesMax, 1, 1 << 16);
        Within("nodesPerProcessMax", NodesPerProcessMax, 1, 4096);
        Within("mailboxCapacity", MailboxCapacity, 2, 1 << 20);
        ValidateTimes();
        return this;
    }

    private void ValidateTimes()
    {
        Positive("connectTimeout", ConnectTimeout);
        Positive("handshakeTimeout", HandshakeTimeout);
        Positive("stallTimeout", StallTimeout);
        Positive("idleTimeout", IdleTimeout);
        Positive("backOffMin", BackOffMin);
        Positive("backOffMax", BackOffMax);
        Positive("mailboxPatience", MailboxPatience);
        if (BackOffMax < BackOffMin) throw new EngineOptionsException($"tcp.backOffMax: {BackOffMax} is less than tcp.backOffMin, {BackOffMin}");
    }

    private static void Within(string name, long value, long min, long max)
    {
        if (value < min || value > max) throw new EngineOptionsException($"tcp.{name}: {value} is not within {min} and {max}");
    }

    private static void Positive(string name, TimeSpan value)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1)) throw new EngineOptionsException($"tcp.{name}: {value} is not within 0 and 1 day");
    }
}
