using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Settings;

/// <summary>The keys of <c>pastry.node</c>.</summary>
internal static class HostSchema
{
    private const int TokenCharsMax = 256;

    /// <summary>As many as a ring needs to be found again after a disaster; each costs a connection at every start.</summary>
    private const int SeedsMax = 64;

    /// <summary>Each is a site trusted with this node's files; a longer list is a mistake.</summary>
    private const int OriginsMax = 16;

    /// <summary>More than there are subsystems.</summary>
    private const int LevelsMax = 16;

    public static OptionSection<HostSettings> Section() => new OptionSection<HostSettings>(
            "The process: where it keeps its state, whom it asks to join, how it is looked at.")
        .Key("dir", OptionTypes.Text("the path of a folder"), o => o.Dir, (o, v) => o with { Dir = v },
            """
            Folder of the node's state: its key, its store and its log; relative to the folder that the program is started in. It is made if it is not there.
            One node a folder: the key in it is the node's identity, and a second process on it is refused.
            """)
        .Key("engine", OptionTypes.Choice<EngineChoice>(), o => o.Engine, (o, v) => o with { Engine = v },
            """
            What runs the node and carries its messages: tcp, or akka for Akka.NET in a network where everyone is trusted, if the program was built with it
            (docs/engines.md). Must be the same on all nodes of a ring.
            """)
        .Key("seeds", OptionTypes.AddressList(SeedsMax), o => o.Seeds, (o, v) => o with { Seeds = v },
            """
            Overlay addresses of nodes that are asked to join the ring, as a list of "host:port" or one text with commas. Any node of the ring will do; name
            two or more on different machines, so that a start does not depend on one. Peers remembered from an earlier run are asked as well. On the Akka
            engine "akka.tcp://system@host:port" names a node of an actor system with another name, hence of another Akka cluster.
            """)
        .Key("found-ring", OptionTypes.Flag, o => o.FoundRing, (o, v) => o with { FoundRing = v },
            """
            Whether a node without seeds starts a ring of its own. True for exactly one node, the first of a new ring; false elsewhere, so that a node whose
            seeds were forgotten says that it is alone, in place of taking files that nobody else can find.
            """)
        .Key("hand-over", OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), o => o.HandOver, (o, v) => o with { HandOver = v },
            """
            How long a node that is told to stop (SIGTERM) stays to hand over what it holds: at most that, and only until everything is durable on the nodes
            that take its place. What is left then is restored from its other holders, if it has any. 0s stops at once, and so does SIGINT, for a node that
            comes back soon with its files, as at an upgrade. What stops it must have more patience (TimeoutStopSec of a service).
            """)
        .Rule(
            "seeds",
            o => o.Engine == EngineChoice.Akka || !o.Seeds.Any(static s => s.Contains("://", StringComparison.Ordinal)),
            "\"host:port\" alone, which is what the tcp engine dials: a ring is of one engine")
        .Section("http", Http(), o => o.Http, (o, v) => o with { Http = v })
        .Section("log", Log(), o => o.Log, (o, v) => o with { Log = v })
        .Section("telemetry", Telemetry(), o => o.Telemetry, (o, v) => o with { Telemetry = v });

    private static OptionSection<HttpSettings> Http() => new OptionSection<HttpSettings>("Gateway, dashboard and metrics.")
        .Key("listen", OptionTypes.HostPort(), o => o.Listen, (o, v) => o with { Listen = v },
            """
            Address that the gateway listens on; port 0 takes a free one. The default is reachable from this machine only. Whoever reaches it can insert, read
            and reclaim with this node's owner key, so any other address wants a token.
            """)
        .Key("token", OptionTypes.Secret(TokenCharsMax), o => o.Token, (o, v) => o with { Token = v },
            """
            Secret that every request must carry as "Authorization: Bearer"; empty asks for none. Keep it out of the file: token = ${?PASTRY_TOKEN} takes it
            from the environment.
            """)
        .Key("allowed-origins", OptionTypes.TextList(OriginsMax), o => o.AllowedOrigins, (o, v) => o with { AllowedOrigins = v },
            """
            Other sites, as "https://host:port", whose pages may ask this node from a browser (CORS). None unless named here; where there is a token such a
            page must send it like anyone else. Without a token, each one named can do all that this node's owner can.
            """)
        .Rule(
            "listen",
            o => o.Token.Length > 0 || HostPorts.IsLoopback(o.Listen),
            "an address of this machine alone (127.0.0.1, [::1], localhost), or a token beside it");

    private static OptionSection<TelemetrySettings> Telemetry() => new OptionSection<TelemetrySettings>("Traces and metrics for a collector (OpenTelemetry).")
        .Key("otlp", OptionTypes.Text("a URL"), o => o.Otlp, (o, v) => o with { Otlp = v },
            """
            URL of a collector, as "http://127.0.0.1:4317"; empty sends nothing and costs nothing. A trace follows one request over every node that works for
            it, so all nodes of a ring should name one. Names of files and topics are not sent; keys, addresses and nodeIds are.
            """)
        .Key("protocol", OptionTypes.Choice<OtlpTransport>(), o => o.Protocol, (o, v) => o with { Protocol = v },
            "grpc (by custom on port 4317) or http (protobuf over HTTP, by custom on port 4318; /v1/traces and /v1/metrics are added to the URL).")
        .Key("trace-share", OptionTypes.Double(0, 1), o => o.TraceShare, (o, v) => o with { TraceShare = v },
            """
            Share of this node's own requests that are traced; what another node traces is followed whatever this says. Each traced insert of a chunk makes some
            dozens of spans: raise it to look for something, and lower it again.
            """)
        .Key("metrics-period", Ranges.Period, o => o.MetricsPeriod, (o, v) => o with { MetricsPeriod = v },
            "How often metrics are sent. The node's own figures change each 10 s; sending them more often shows nothing more.")
        .Rule("otlp", o => o.Otlp.Length == 0 || (Uri.TryCreate(o.Otlp, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"), "a URL such as http://127.0.0.1:4317, or nothing");

    private static OptionSection<LogSettings> Log() => new OptionSection<LogSettings>("What is logged. Logs go to standard error.")
        .Key("level", OptionTypes.Choice<LogThreshold>(), o => o.Level, (o, v) => o with { Level = v },
            """
            The least severe entries that are written. debug adds joins, repairs and refusals one by one; trace adds messages, and is too much for a node
            under load. It can be changed while the node runs: pastry log set.
            """)
        .Key("levels", OptionTypes.TextList(LevelsMax), o => o.Levels, (o, v) => o with { Levels = v },
            """
            Subsystems that differ from level, each as "SUBSYSTEM=LEVEL": gateway, node, overlay, past, scribe, store, transport. For example
            ["transport=debug", "past=trace"].
            """)
        .Key("format", OptionTypes.Choice<LogFormat>(), o => o.Format, (o, v) => o with { Format = v },
            "console is a line for the eye; json is a document a line with every field, for whatever collects logs.")
        .Rule("levels", o => o.Levels.All(l => LogAssignment.TryParse(l, out _)), "SUBSYSTEM=LEVEL each: gateway, node, overlay, past, scribe, store or transport, and trace, debug, info, warning, error or off");
}
