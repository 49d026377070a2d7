namespace PastryActors.Hocon.Settings;

/// <summary>Traces and metrics for a collector: <c>pastry.node.telemetry</c>.</summary>
public sealed record TelemetrySettings
{
    /// <summary>URL of the collector; empty: nothing is sent.</summary>
    public string Otlp { get; init; } = "";

    public OtlpTransport Protocol { get; init; } = OtlpTransport.Grpc;

    /// <summary>Share of requests that are traced, 0 to 1.</summary>
    public double TraceShare { get; init; } = 0.01;

    public TimeSpan MetricsPeriod { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>How OTLP is carried.</summary>
public enum OtlpTransport : byte
{
    /// <summary>gRPC, port 4317 by custom.</summary>
    Grpc,

    /// <summary>Protobuf over HTTP, port 4318 by custom.</summary>
    Http,
}
