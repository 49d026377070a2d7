using PastryActors.Engine;

namespace PastryActors.Akka;

/// <summary>Everything that can be chosen about the engine beside Akka's own configuration. Immutable; <see cref="Validate"/> is called at start.</summary>
public sealed record AkkaOptions
{
    /// <summary>
    /// Name of the ring. A peer of another ring is refused, so that two rings on one network cannot grow together by a mistaken seed. Not
    /// a secret. At most 64 characters. Default "pastry".
    /// </summary>
    public string Ring { get; init; } = "pastry";

    /// <summary>The largest message without content, in bytes; a longer one is not sent, and refused where it arrives. Default 262144, as on the Tcp engine.</summary>
    public int MessageBytesMax { get; init; } = 256 * 1024;

    /// <summary>The largest content behind a message, in bytes. Default 1 MiB + 64 KiB: one chunk, and slack for what encryption may add.</summary>
    public int ContentBytesMax { get; init; } = (1024 + 64) * 1024;

    /// <summary>
    /// What one frame carries, in bytes; whatever is longer goes in pieces. Default 65536, half of the least maximum-frame-size that
    /// Akka.Remote is used with (128000 bytes): two such pieces pass before a heartbeat on a link of 1 Gbit/s in a millisecond.
    /// </summary>
    public int PieceBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// How many bytes of a lane may be on their way to a peer that has not said that it took them. Default 1 MiB: fills 1 Gbit/s at a
    /// round trip of 8 ms, and bounds what a heartbeat can wait behind in Akka.Remote's one connection to 8 ms of it.
    /// </summary>
    public int WindowBytes { get; init; } = 1024 * 1024;

    /// <summary>How many messages of a lane may wait to be sent to one peer. Default 4096; at more the peer is not keeping up.</summary>
    public int QueueMessages { get; init; } = 4096;

    /// <summary>How many bytes of content may wait to be sent to one peer. Default 16 MiB; more keeps memory, not throughput.</summary>
    public long QueueContentBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>How long a link may take to be made, proofs included, before the messages that wait for it are dropped. Default 4 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How often the greeting is said again while nobody answers: what Akka.Remote is told while an address is gated is lost. Default 250 ms.</summary>
    public TimeSpan GreetingPeriod { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many strangers may be in the handshake at once; more are not answered. Default 64, which bounds what unproved peers cost.</summary>
    public int HandshakesMax { get; init; } = 64;

    /// <summary>
    /// How long a peer may say nothing of what is on its way to it before the link is given up; at most twice that passes. Default 4 s, over the
    /// second after which a peer says so at the latest, and its patience with a full mailbox. Akka tells nobody when the actor at the other
    /// end is gone and the notice of it was lost: without this, such a link would swallow every message for as long as its node lives.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>After what time without traffic a link is closed. Default 5 min, well over the longest heartbeat period.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many nodes one actor system may host. Default 256.</summary>
    public int NodesPerProcessMax { get; init; } = 256;

    /// <summary>
    /// The bound of a node's mailbox, in messages. Default 8192. Bulk messages and local requests may fill half of it, control messages
    /// all of it; timers and results of work never need room in it.
    /// </summary>
    public int MailboxCapacity { get; init; } = 8192;

    /// <summary>How long a link waits for room in a full mailbox before it drops the message. Default 1 s: shorter than failure detection.</summary>
    public TimeSpan MailboxPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How a failed node core is restarted.</summary>
    public SupervisionOptions Supervision { get; init; } = new();

    /// <summary>
    /// How long a start waits for members of the Akka cluster to become known, where it runs on one. Default 10 s: two rounds of seed nodes
    /// that do not answer at once.
    /// </summary>
    public TimeSpan ContactTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks every option.</summary>
    /// <exception cref="EngineOptionsException">One is out of its range.</exception>
    public AkkaOptions Validate()
    {
        if (Ring.Length is 0 or > 64) throw new EngineOptionsException($"akka.ring: must have 1 to 64 characters, has {Ring.Length}");
        Within("pieceBytes", PieceBytes, 1024, 1024 * 1024);
        Within("messageBytesMax", MessageBytesMax, 1024, 64 * 1024 * 1024);
        Within("contentBytesMax", ContentBytesMax, 0, 1024 * 1024 * 1024);
        Within("windowBytes", WindowBytes, 4L * PieceBytes, 1024 * 1024 * 1024);
        Within("queueMessages", QueueMessages, 1, 1 << 20);
        Within("queueContentBytes", QueueContentBytes, ContentBytesMax, long.MaxValue);
        Within("handshakesMax", HandshakesMax, 1, 1 << 16);
        Within("nodesPerProcessMax", NodesPerProcessMax, 1, 4096);
        Within("mailboxCapacity", MailboxCapacity, 2, 1 << 20);
        Positive("connectTimeout", ConnectTimeout);
        Positive("greetingPeriod", GreetingPeriod);
        Positive("stallTimeout", StallTimeout);
        Positive("idleTimeout", IdleTimeout);
        Positive("mailboxPatience", MailboxPatience);
        Positive("contactTimeout", ContactTimeout);
        return this;
    }

    private static void Within(string name, long value, long min, long max)
    {
        if (value < min || value > max) throw new EngineOptionsException($"akka.{name}: {value} is not within {min} and {max}");
    }

    private static void Positive(string name, TimeSpan value)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1)) throw new EngineOptionsException($"akka.{name}: {value} is not within 0 and 1 day");
    }
}
