using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Settings;

/// <summary>The keys of <c>pastry.tcp</c>.</summary>
internal static class TcpSchema
{
    public static OptionSection<TcpSettings> Section() => Times(Bounds(new OptionSection<TcpSettings>(
            "The transport: two connections a pair of processes, one for control, one for chunks.")))
        .Rule("max-message", o => o.MaxMessageBytes < o.MaxFrameBytes, "less than max-frame, which a message and its header must fit")
        .Rule("send-queue-bytes", o => o.SendQueueBytes >= o.MaxFrameBytes, "at least max-frame, or the largest frame could never be sent")
        .Rule("reconnect-backoff-max", o => o.ReconnectBackoffMax >= o.ReconnectBackoffMin, "at least reconnect-backoff-min");

    private static OptionSection<TcpSettings> Bounds(OptionSection<TcpSettings> section) => section
        .Key("tls", OptionTypes.Flag, o => o.Tls, (o, v) => o with { Tls = v },
            """
            TLS 1.3 with both sides proving the key that their nodeId is made from. False sends in the clear: the greeting is signed all the same, but what
            follows it can be read and changed on the way. Only for measuring, or on a network of one's own. Must be the same on all nodes of a ring.
            """)
        .Key("max-frame", OptionTypes.ArraySize(64 << 10, 64 << 20), o => o.MaxFrameBytes, (o, v) => o with { MaxFrameBytes = v },
            """
            Largest frame that is sent or taken: header, message and the bytes behind it. A larger one is refused and counted, and ends its connection. Must
            hold a chunk. Bounds what a peer can make this node allocate; must be the same on all nodes of a ring.
            """)
        .Key("max-message", OptionTypes.ArraySize(16 << 10, 16 << 20), o => o.MaxMessageBytes, (o, v) => o with { MaxMessageBytes = v },
            """
            Largest message inside a frame, without the chunk bytes behind it. It must hold a topic's largest message (scribe.max-message); all others are far
            smaller, and the bound keeps a hostile one from costing more.
            """)
        .Key("send-queue-messages", Ranges.Bound, o => o.SendQueueMessages, (o, v) => o with { SendQueueMessages = v },
            """
            Messages that wait for one connection. Beyond it new ones are dropped and counted: a peer that does not read costs no more memory than this. Raise
            it if drops are counted on a link that recovers; latency rises with it.
            """)
        .Key("send-queue-bytes", OptionTypes.Size(64 << 10, 4L << 30), o => o.SendQueueBytes, (o, v) => o with { SendQueueBytes = v },
            "Bytes that wait for one connection, chunks included; drops as send-queue-messages does. Memory at worst: this times the number of stalled peers.")
        .Key("mailbox", Ranges.Bound, o => o.Mailbox, (o, v) => o with { Mailbox = v },
            """
            Events that wait for the node's core. Beyond it connections are read no further until there is room, and what cannot wait is dropped and counted.
            Raise it for bursts; a mailbox that stays full means that the node is too slow for its load.
            """)
        .Key("max-connections", OptionTypes.Int(8, 1 << 20), o => o.MaxConnections, (o, v) => o with { MaxConnections = v },
            """
            Connections open at once, both directions. Beyond it the one idle for longest is closed, and new ones are refused if none is idle. A node of a
            large ring talks to some hundred peers; the process's limit of open files must be above this.
            """);

    private static OptionSection<TcpSettings> Times(OptionSection<TcpSettings> section) => section
        .Key("connect-timeout", Ranges.Deadline, o => o.ConnectTimeout, (o, v) => o with { ConnectTimeout = v },
            "How long a connection may take to be made before the peer counts as not reachable for now.")
        .Key("handshake-timeout", Ranges.Deadline, o => o.HandshakeTimeout, (o, v) => o with { HandshakeTimeout = v },
            "How long TLS and the greeting may take on a new connection. Bounds what someone who connects and stays silent can hold.")
        .Key("reconnect-backoff-min", Ranges.Deadline, o => o.ReconnectBackoffMin, (o, v) => o with { ReconnectBackoffMin = v },
            """
            Pause after the first failed connection to a peer. It doubles with each failure up to reconnect-backoff-max, with some chance in it, so that peers
            do not knock together.
            """)
        .Key("reconnect-backoff-max", Ranges.Deadline, o => o.ReconnectBackoffMax, (o, v) => o with { ReconnectBackoffMax = v },
            "Longest pause between two attempts. Lowering it notices a returned peer sooner; raising it spares a network with many dead addresses.")
        .Key("idle-timeout", Ranges.Period, o => o.IdleTimeout, (o, v) => o with { IdleTimeout = v },
            """
            A connection without traffic for this long is closed; it is made again when needed, for a handshake. Above the overlay's heartbeat-period,
            neighbours stay connected.
            """);
}
