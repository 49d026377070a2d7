using System.Diagnostics;
using System.Reflection;
using PastryActors.Client;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>What a node says of itself: /status for programs and people, /metrics for Prometheus, /healthz and /readyz for supervisors, / for a browser.</summary>
internal sealed class StatusEndpoints(GatewayServices services)
{
    private static readonly string Version = typeof(StatusEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
    private readonly long _started = Stopwatch.GetTimestamp();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("GET", "/status", StatusAsync);
        routes.Handle("GET", "/metrics", MetricsAsync);
        routes.Handle("GET", "/healthz", _ => Task.FromResult<IResult>(TypedResults.Text("alive\n")));
        routes.Handle("GET", "/readyz", ReadyAsync);
        routes.Handle("GET", "/", PageAsync);
    }

    private async Task<IResult> StatusAsync(HttpContext context)
    {
        NodeStatus status = await services.Node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(Documents.Of(status, Version, Stopwatch.GetElapsedTime(_started)), PastryJson.Default.NodeDescription);
    }

    private async Task<IResult> MetricsAsync(HttpContext context)
    {
        NodeStatus status = await services.Node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Text(PrometheusText.Of(status), "text/plain; version=0.0.4");
    }

    private async Task<IResult> ReadyAsync(HttpContext context)
    {
        NodeStatus status = await services.Node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        if (status.Active) return TypedResults.Text("ready\n");
        string waits = status.WaitsFor.Length > 0 ? status.WaitsFor : "its leaf set to answer";
        return Problems.Result(Problems.Make(StatusCodes.Status503ServiceUnavailable, "not-active", $"the node waits for {waits}"));
    }

    private async Task<IResult> PageAsync(HttpContext context)
    {
        NodeStatus status = await services.Node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return TypedResults.Text(StatusPage.Of(status), "text/html; charset=utf-8");
    }
}
