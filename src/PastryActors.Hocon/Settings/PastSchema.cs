using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Settings;

/// <summary>The keys of <c>pastry.past</c>.</summary>
internal static class PastSchema
{
    /// <summary>Chunk sizes that are agreed on: smaller, and certificates outweigh the content; larger, and a heartbeat waits behind one.</summary>
    private static readonly OptionType<int> ChunkSize = OptionTypes.ArraySize(4 << 10, 16 << 20);

    /// <summary>Below an hour a node would do little else; beyond a year replicas rot together.</summary>
    private static readonly OptionType<TimeSpan> ScrubPeriod = OptionTypes.Duration(TimeSpan.FromHours(1), TimeSpan.FromDays(366));

    /// <summary>A quota of this is none: 1024 PiB.</summary>
    internal const long UnlimitedQuotaBytes = 1L << 60;

    public static OptionSection<PastSettings> Section() => Trust(Times(Space(new OptionSection<PastSettings>(
            "PAST: storage (Rowstron and Druschel, SOSP 2001). A file is kept on the k nodes with the nodeIds closest to its fileId."))))
        .Rule("volume-size", o => o.VolumeBytes >= 4L * o.ChunkBytes, "at least four chunks (chunk-size)")
        .Rule("capacity", o => o.CapacityBytes >= 17L * o.ChunkBytes, "at least 17 times chunk-size: some is held back so that removals always have room")
        .Rule("t-div", o => o.DivertedShareMax <= o.PrimaryShareMax, "at most t-pri: what is a node's own comes first")
        .Rule("attempt-timeout", o => o.AttemptTimeout <= o.RequestTimeout, "at most request-timeout, of which an attempt is a part");

    private static OptionSection<PastSettings> Space(OptionSection<PastSettings> section) => section
        .Key("capacity", OptionTypes.Size(1 << 20, 1L << 50), o => o.CapacityBytes, (o, v) => o with { CapacityBytes = v },
            """
            Disk space that the store may take, overhead included; it holds. What does not fit is refused. Nodes of one ring should be
            within two orders of magnitude of each other; a larger machine runs several nodes.
            """)
        .Key("t-pri", OptionTypes.Double(0.001, 1), o => o.PrimaryShareMax, (o, v) => o with { PrimaryShareMax = v },
            """
            The largest share of its free space that an object may take on one of its k closest nodes; a neighbour with more room holds it otherwise (the paper's t_pri).
            Lower keeps a nearly full node open for small objects, and turns large ones away sooner: a chunk of 1 MiB needs 10 MiB free at 0.1.
            """)
        .Key("t-div", OptionTypes.Double(0, 1), o => o.DivertedShareMax, (o, v) => o with { DivertedShareMax = v },
            """
            The same for what this node holds for a neighbour without room (the paper's t_div); 0 holds nothing for others. Keep it below t-pri, or nodes fill each
            other and turn away what is their own.
            """)
        .Key("cache-size", OptionTypes.Size(0, 1L << 40), o => o.CacheBytes, (o, v) => o with { CacheBytes = v },
            """
            Memory for copies of objects that lookups and inserts brought by, never more than the store's free room; 0 caches nothing. Raising it answers more lookups near those who
            ask. A copy is checked like a replica, and never in the way of an insert.
            """)
        .Key("cache-lease", Ranges.Period, o => o.CacheLease, (o, v) => o with { CacheLease = v },
            """
            For how long a cached copy is believed after a holder gave it: so long a file that its owner reclaimed may still be read from caches. Lower forgets sooner, and fetches what
            is popular more often.
            """)
        .Key("replicas", OptionTypes.Int(1, 16), o => o.Replicas, (o, v) => o with { Replicas = v },
            """
            k for inserts that name none: the nodes that hold a file, and the receipts that an insert waits for. Nothing is lost while fewer than k of its
            holders fail at once. Each more costs the file's size once more.
            """)
        .Key("chunk-size", ChunkSize, o => o.ChunkBytes, (o, v) => o with { ChunkBytes = v },
            """
            A file above this is cut into chunks of it, which are stored each on its own. Lower spreads a file over more nodes and resumes finer; higher has
            less overhead a byte. Read where a file is inserted: readers take it from the certificate. Must fit tcp.max-frame on all nodes.
            """)
        .Key("volume-size", OptionTypes.Size(1 << 20, 1L << 40), o => o.VolumeBytes, (o, v) => o with { VolumeBytes = v },
            """
            A volume file of the store is closed at this size, or at a sixteenth of the capacity if that is less. Space of removed files is won back a volume at a time: lower does so sooner and in smaller
            steps, with more files open.
            """)
        .Key("owner-key", OptionTypes.Text("the path of a file"), o => o.OwnerKey, (o, v) => o with { OwnerKey = v },
            """
            File with the private key that signs what is inserted through this node's gateway; empty: owner.key in the node's folder, made if it is not there.
            Only whoever holds it can reclaim those files.
            """);

    private static OptionSection<PastSettings> Trust(OptionSection<PastSettings> section) => section
        .Key("broker", OptionTypes.Text("a public key (base64, as pastry owner create prints it)", charsMax: 512), o => o.Broker, (o, v) => o with { Broker = v },
            """
            Public key of the broker, whose grants (pastry owner grant) say how much each owner may insert: the sum of size times k. An owner without a grant then inserts nothing. Empty: there
            is no broker, and owner-quota counts. All nodes of a ring must agree.
            """)
        .Key("owner-quota", OptionTypes.Size(0, UnlimitedQuotaBytes), o => o.OwnerQuotaBytes, (o, v) => o with { OwnerQuotaBytes = v },
            """
            Without a broker: what the objects of any one owner may take, size times k. The default, 1024 PiB, is no limit, and then no ledgers are kept and an insert costs nothing more; any other value
            makes every insert wait for the owner's ledger on three nodes. Keys are free to make, so this stops accidents, not attackers: against those there is the broker. All nodes of a ring must agree.
            """)
        .Key("audit-period", OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromDays(30)), o => o.AuditPeriod, (o, v) => o with { AuditPeriod = v },
            """
            How often this node challenges another holder of one of its objects to prove that it has it; 0s never. An audit reads one object on both. Lower finds nodes sooner that threw away what they
            signed for; one that fails is logged, counted (audit_failed), and audited eight times as often, and a neighbour holds the object in its place.
            """);

    private static OptionSection<PastSettings> Times(OptionSection<PastSettings> section) => section
        .Key("request-timeout", Ranges.Deadline, o => o.RequestTimeout, (o, v) => o with { RequestTimeout = v },
            """
            How long an insert, lookup or reclaim of one object may take with all its attempts, before it ends with a reason. Chunks of one file are requests
            of their own.
            """)
        .Key("attempt-timeout", Ranges.Deadline, o => o.AttemptTimeout, (o, v) => o with { AttemptTimeout = v },
            """
            How long one attempt of a request is waited for before another node or salt is tried. Must exceed a chunk's transfer to k nodes and their disks'
            sync on the slowest link; lower, and work is done twice; higher, and a dead holder is noticed later.
            """)
        .Key("overtake-share", OptionTypes.Double(0, 1), o => o.OvertakeShareMax, (o, v) => o with { OvertakeShareMax = v },
            """
            How many lookups in one may ask a second holder because the first takes longer than three times the usual; the first good answer counts. It hides slow nodes at the price of so many chunks
            sent for nothing; 0 asks nobody twice, and waits.
            """)
        .Key("sync-period", Ranges.Period, o => o.SyncPeriod, (o, v) => o with { SyncPeriod = v },
            """
            How often a node compares what it holds with those that should hold the same, beyond the comparison at every change of the leaf set. It finds
            replicas that rotted or were lost in silence; lowering it finds them sooner, for a digest to each leaf that shares keys.
            """)
        .Key("surplus-delay", Ranges.Period, o => o.SurplusDelay, (o, v) => o with { SurplusDelay = v },
            """
            How long a node keeps a replica that it need no longer hold, once all k others are known to. It spares copying back and forth when a node only
            restarts; raising it takes more space after changes of the ring.
            """)
        .Key("transfer-window", OptionTypes.Int(1, 1024), o => o.TransferWindow, (o, v) => o with { TransferWindow = v },
            """
            Chunks of one file under way at once in an upload or download. Memory at worst: this times chunk-size for each transfer. Raise it on long, fast
            links.
            """)
        .Key("repair-window", OptionTypes.Int(1, 1024), o => o.RepairWindow, (o, v) => o with { RepairWindow = v },
            """
            Objects that a node fetches at once to restore k. Raising it restores sooner after a failure, and takes more of disk and network from users
            meanwhile.
            """)
        .Key("repair-speed", OptionTypes.Size(1024, 1L << 40), o => o.RepairBytesPerSecond, (o, v) => o with { RepairBytesPerSecond = v },
            """
            Bytes a second that a node fetches at most to restore k; users' requests go first in any case. The neighbours of a node that failed share its load.
            Changed while it runs by pastry repair speed.
            """)
        .Key("coded-check-period", Ranges.Period, o => o.CodedCheckPeriod, (o, v) => o with { CodedCheckPeriod = v },
            """
            How often this node asks for all chunks of the coded files that it keeps (put --code), to make those again that are missing at two looks; each chunk costs a few small messages. A stripe is lost when more of its chunks are
            lost within that time than it has of parity. Repair goes at repair-speed.
            """)
        .Key("scrub-period", ScrubPeriod, o => o.ScrubPeriod, (o, v) => o with { ScrubPeriod = v },
            """
            In which a node reads all that it holds again, over restarts too, so that what rotted is found and fetched from another holder while there is one. Shorter finds it
            sooner, and reads more of the disk's time away: a terabyte a week is 2 MB a second.
            """);
}
