using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PastryActors.Hocon.Settings;

namespace PastryActors.Node.Telemetry;

/// <summary>
/// Sends what the node measures, and the traces of a share of its requests, to a collector by OpenTelemetry's protocol (OTLP). Nothing is made while
/// the configuration names no collector: then nobody listens to the sources, and what is not listened to costs nothing.
/// </summary>
internal sealed class NodeTelemetry : IDisposable
{
    /// <summary>Traces: the gateway's requests, and the work of nodes that they set off.</summary>
    public static readonly string[] Sources = ["Microsoft.AspNetCore", "PastryActors.Engine"];

    /// <summary>Metrics: the node's figures, the transport's, the web server's and the runtime's.</summary>
    public static readonly string[] Meters = [FigureMeter.Name, "PastryActors.Tcp", "Microsoft.AspNetCore.Hosting", "System.Runtime"];

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private NodeTelemetry(TracerProvider traces, MeterProvider metrics) => (_traces, _metrics) = (traces, metrics);

    /// <summary>Begins, or answers null where no collector is named.</summary>
    /// <param name="nodeId">Tells the nodes of a ring apart (service.instance.id).</param>
    public static NodeTelemetry? Start(TelemetrySettings settings, string nodeId)
    {
        if (settings.Otlp.Length == 0) return null;
        TracerProvider traces = Traces(settings, nodeId).AddOtlpExporter(o => Configure(o, settings, "v1/traces")).Build();
        MeterProvider metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(ResourceOf(nodeId)).AddMeter(Meters)
            .AddOtlpExporter((o, reader) =>
            {
                Configure(o, settings, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions = new PeriodicExportingMetricReaderOptions { ExportIntervalMilliseconds = (int)settings.MetricsPeriod.TotalMilliseconds };
            })
            .Build();
        return new NodeTelemetry(traces, metrics);
    }

    /// <summary>What is traced, whoever it is for.</summary>
    internal static TracerProviderBuilder Traces(TelemetrySettings settings, string nodeId) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(ResourceOf(nodeId))
        .AddSource(Sources)
        // What another node follows is followed here too, or a trace would have holes.
        .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TraceShare)));

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static ResourceBuilder ResourceOf(string nodeId) => ResourceBuilder.CreateDefault().AddService("pastry", serviceInstanceId: nodeId);

    private static void Configure(OtlpExporterOptions exporter, TelemetrySettings settings, string path)
    {
        bool grpc = settings.Protocol == OtlpTransport.Grpc;
        exporter.Protocol = grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = grpc ? new Uri(settings.Otlp) : new Uri($"{settings.Otlp.TrimEnd('/')}/{path}");
    }
}
