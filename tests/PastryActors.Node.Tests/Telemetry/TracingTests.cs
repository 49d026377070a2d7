using System.Diagnostics;
using System.Security.Cryptography;
using OpenTelemetry.Trace;
using PastryActors.Core.Ring;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Gateway;
using PastryActors.Node.Telemetry;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Workers;

namespace PastryActors.Node.Tests.Telemetry;

/// <summary>One insert and one lookup, followed over the nodes of a ring by what they said to each other.</summary>
public sealed class TracingTests
{
    private const string Root = "PastryActors.Node.Tests.Tracing";

    [Fact]
    public async Task One_insert_and_one_lookup_are_followed_over_every_node_that_works_for_them()
    {
        List<Activity> spans = [];
        using var source = new ActivitySource(Root);
        using (TracerProvider traces = NodeTelemetry.Traces(new TelemetrySettings { TraceShare = 1 }, "test").AddSource(Root).AddInMemoryExporter(spans).Build())
        {
            await using (RealRing ring = await RealRing.StartAsync(5, "past.replicas=3"))
            {
                FileId file;
                using (source.StartActivity("insert")) file = await InsertAsync(ring, replicas: 3);
                using (source.StartActivity("lookup"))
                {
                    // Three hold it, and the one that inserted it has it in memory: at least one of these goes over the wire.
                    foreach (var node in ring.Nodes) await new FileReader(node.Access, new FileTransferOptions()).OpenAsync(file, RealRing.Deadline);
                }
            }

            // Only with the nodes gone has every span ended: a message may be answered before the event that sent it is over.
            traces.ForceFlush();
        }

        Activity insert = Assert.Single(spans, s => s.DisplayName == "insert");
        Activity[] ofInsert = [.. spans.Where(s => s.TraceId == insert.TraceId)];
        Assert.Contains(ofInsert, s => s.DisplayName == "InsertObject");
        Assert.True(ofInsert.Where(s => s.DisplayName == "StoreWrite").Select(NodeOf).Distinct().Count() >= 3, string.Join("\n", ofInsert.Select(s => $"{s.DisplayName} at {NodeOf(s)}")));
        Activity lookup = Assert.Single(spans, s => s.DisplayName == "lookup");
        Activity[] ofLookup = [.. spans.Where(s => s.TraceId == lookup.TraceId)];
        Assert.Contains(ofLookup, s => s.DisplayName == "LookupRequest" && s.GetTagItem("pastry.hop") is >= 1 && s.GetTagItem("pastry.key") is string);
        Assert.Contains(ofLookup, s => s.DisplayName == "ObjectAnswer");

        // Nothing hangs in the air: every span's cause is a span of the same trace.
        foreach (Activity[] trace in (Activity[][])[ofInsert, ofLookup])
        {
            HashSet<ActivitySpanId> known = [.. trace.Select(s => s.SpanId)];
            Assert.All(trace.Where(s => s != insert && s != lookup), s => Assert.Contains(s.ParentSpanId, known));
        }
    }

    [Fact]
    public async Task Nothing_is_traced_that_nobody_asked_for()
    {
        await using RealRing ring = await RealRing.StartAsync(2, "past.replicas=2");
        List<Activity> spans = [];
        using TracerProvider traces = NodeTelemetry.Traces(new TelemetrySettings { TraceShare = 0 }, "test").AddInMemoryExporter(spans).Build();
        using (new Activity("not recorded").Start()) await InsertAsync(ring, replicas: 2);
        traces.ForceFlush();
        string[] own = [.. ring.Nodes.Select(n => n.Self.Address)];
        Assert.DoesNotContain(spans, s => own.Contains(NodeOf(s)));
    }

    [Fact]
    public void Without_a_collector_there_is_nothing() => Assert.Null(NodeTelemetry.Start(new TelemetrySettings(), "node"));

    private static string? NodeOf(Activity span) => span.GetTagItem("pastry.node") as string;

    private static async Task<FileId> InsertAsync(RealRing ring, int replicas)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var journal = new OwnerJournal(Path.Combine(ring.Folder, "files"), "test");
        var owner = new OwnerIdentity(new BatchSigner(key, new SignatureOptions()), TimeProvider.System);
        INodeAccess node = ring.Nodes[0].Access;
        GatewayServices services = GatewayServices.Over(node, owner, journal, new FileTransferOptions(), TimeProvider.System);
        byte[] content = RandomNumberGenerator.GetBytes(50_000);
        FileInserted done = await services.Inserter.InsertAsync(new InsertFile("traced", "text/plain", replicas, content.Length), new MemoryStream(content), new InsertProgress(), RealRing.Deadline);
        return done.File;
    }
}
