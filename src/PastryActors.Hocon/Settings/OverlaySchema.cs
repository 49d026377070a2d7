using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Settings;

/// <summary>The keys of <c>pastry.overlay</c>. Defaults are those of the papers where these give one.</summary>
internal static class OverlaySchema
{
    public static OptionSection<OverlaySettings> Section() => Timers(Shape(new OptionSection<OverlaySettings>(
            """
            Pastry: the ring. The names b, L and M are those of the paper (Rowstron and Druschel, Middleware 2001); timers without another source are those of
            MSPastry (DSN 2004).
            """)))
        .Rule("leaf-set-size", o => o.LeafSetSize % 2 == 0, "an even number: half of the leaf set lies on either side")
        .Rule("hop-timeout-max", o => o.HopTimeoutMax >= o.HopTimeoutMin, "at least hop-timeout-min")
        .Rule("probe-timeout", o => o.ProbeTimeout <= o.HeartbeatPeriod, "at most heartbeat-period: a probe must end before the next is due");

    private static OptionSection<OverlaySettings> Shape(OptionSection<OverlaySettings> section) => section
        .Key("listen", OptionTypes.HostPort(), o => o.Listen, (o, v) => o with { Listen = v },
            "Address that other nodes connect to; port 0 takes a free one. The default is reachable from this machine only.")
        .Key("advertise", OptionTypes.HostPort(canBeEmpty: true), o => o.Advertise, (o, v) => o with { Advertise = v },
            """
            Address that this node tells others to reach it at, where that is not the one it listens on (behind a translation of addresses, or listening on
            0.0.0.0); empty means the same. An address is a hint only: identity is the node's key, so it may change between starts.
            """)
        .Key("b", OptionTypes.Int(1, 8), o => o.DigitBits, (o, v) => o with { DigitBits = v },
            """
            Bits of a digit, b in the paper. A route takes about log N / log 2^b hops, the routing table has 2^b - 1 entries a row: raising it shortens routes
            and widens tables. Must be the same on all nodes of a ring.
            """)
        .Key("leaf-set-size", OptionTypes.Int(4, 128), o => o.LeafSetSize, (o, v) => o with { LeafSetSize = v },
            """
            Nodes of the leaf set, L in the paper: half with smaller, half with larger nodeIds. A route is certain unless L/2 neighbours in nodeId fail at
            once, and all k replicas must lie in it. Raising it survives more failures at once and costs more exchange at each join and failure.
            """)
        .Key("neighbourhood-size", OptionTypes.Int(0, 128), o => o.NeighbourhoodSize, (o, v) => o with { NeighbourhoodSize = v },
            """
            Nodes of the neighbourhood set, M in the paper: those nearest by round trip, which newcomers start their search for near nodes from. It is no part
            of routing; lowering it saves probes and makes tables of newcomers less local.
            """);

    private static OptionSection<OverlaySettings> Timers(OptionSection<OverlaySettings> section) => Upkeep(section
        .Key("heartbeat-period", Ranges.Period, o => o.HeartbeatPeriod, (o, v) => o with { HeartbeatPeriod = v },
            """
            How often a node sends a heartbeat to its left neighbour in nodeId (Tls); other traffic in the period takes its place. A neighbour silent for this
            and a probe-timeout is probed. Lowering it finds failures sooner at the cost of one message a period and node, whatever L is.
            """)
        .Key("probe-timeout", Ranges.Deadline, o => o.ProbeTimeout, (o, v) => o with { ProbeTimeout = v },
            """
            How long the answer to the last attempt of a probe is waited for (To); the attempts before it wait shorter, in even steps. A silent node counts as
            failed after probe-timeout * (probe-retries + 2) / 2, which must exceed the longest pause of a healthy node, as this must the longest round trip:
            lower, and busy nodes are taken for dead; higher, and the dead stay in leaf sets longer.
            """)
        .Key("probe-retries", OptionTypes.Int(0, 10), o => o.ProbeRetries, (o, v) => o with { ProbeRetries = v },
            """
            Probes sent again before a member of the leaf set counts as failed. With the default that takes three attempts and two probe-timeouts. Each more
            makes a wrong verdict rarer and a right one later by half a probe-timeout. Who is no member is asked once less often, who a neighbour found dead once.
            """)
        .Key("hop-timeout-min", Ranges.Deadline, o => o.HopTimeoutMin, (o, v) => o with { HopTimeoutMin = v },
            """
            Least time that the acknowledgement of a hop is waited for before another way is taken; above it the timeout follows the measured round trips. A
            floor under the pauses of a healthy process: lower, and messages are sent twice for nothing; higher, and routes around dead nodes take longer.
            """)
        .Key("hop-timeout-max", Ranges.Deadline, o => o.HopTimeoutMax, (o, v) => o with { HopTimeoutMax = v },
            "Most time that the acknowledgement of a hop is waited for, and what is assumed of a node whose round trip was not measured yet."));

    private static OptionSection<OverlaySettings> Upkeep(OptionSection<OverlaySettings> section) => section
        .Key("table-maintenance-period", Ranges.Period, o => o.TableMaintenancePeriod, (o, v) => o with { TableMaintenancePeriod = v },
            """
            How often one entry of each row of the routing table is asked for its row and nearer nodes are taken over. Routes work without it; they stay short
            in distance because of it. Lowering it adapts tables to change sooner, for some messages a row each time.
            """)
        .Key("neighbourhood-maintenance-period", Ranges.Period, o => o.NeighbourhoodMaintenancePeriod, (o, v) => o with { NeighbourhoodMaintenancePeriod = v },
            """
            How often the members of the neighbourhood set are contacted and asked for theirs. Lowering it keeps the set nearer and freer of the dead, for M
            messages each time.
            """)
        .Key("leaf-set-maintenance-period", Ranges.Period, o => o.LeafSetMaintenancePeriod, (o, v) => o with { LeafSetMaintenancePeriod = v },
            """
            How often the leaf set is exchanged with one of its members, unless one of them did so lately. It mends what lost messages left behind: a node
            wrongly found dead is asked anew when it is still mentioned after this time. Lowering it mends sooner, for one message and its answer each time.
            """)
        .Key("merge-period", Ranges.Period, o => o.MergePeriod, (o, v) => o with { MergePeriod = v },
            """
            How often a node tries a peer that it once knew and lost, so that two rings which a broken network had cut apart become one again. Lowering it
            heals sooner, for one connection attempt each time.
            """)
        .Key("join-timeout", Ranges.Deadline, o => o.JoinTimeout, (o, v) => o with { JoinTimeout = v },
            "How long one attempt to join may take before the next seed is asked. Must exceed a route through the ring and the probes of the whole leaf set.")
        .Key("found-after", Ranges.Deadline, o => o.FoundAfter, (o, v) => o with { FoundAfter = v },
            """
            How long a node with found-ring tries its seeds and the peers it remembers before it starts a ring of its own. Lower than the time that the others
            need to start, and one ring begins as several, which merge only later.
            """)
        .Key("await-former", Ranges.Deadline, o => o.AwaitFormer, (o, v) => o with { AwaitFormer = v },
            """
            How long after its start a node awaits the neighbours that it had before it stopped. Until they are back or given up it lets no topic begin that they
            may know. Lower than the machines' start-up times differ, and a topic may begin anew while those who kept its numbers are still starting; higher
            delays new topics beside a neighbour that is gone for good.
            """);
}
