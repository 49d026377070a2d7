using System.Diagnostics;
using System.Reflection;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>What a node says of itself: /status for programs and people, /metrics for Prometheus, /healthz and /readyz for supervisors, /events for whoever watches.</summary>
internal sealed class StatusEndpoints(GatewayServices services, MetricsRecorder recorder, GatewayOptions options)
{
    private static readonly string Version = typeof(StatusEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _watchers;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("GET", "/status", StatusAsync).Says("describeNode", "The node as it is now.", ApiAnswer.Json<NodeDescription>());
        routes.Handle("GET", "/metrics", MetricsAsync).Says("metrics", "The node's figures in the text format of Prometheus.", ApiAnswer.Text("text/plain"));
        routes.Handle("GET", "/healthz", _ => Task.FromResult<IResult>(TypedResults.Text("alive\n"))).Says("isAlive", "Whether the process lives.", ApiAnswer.Text("text/plain"));
        routes.Handle("GET", "/readyz", ReadyAsync).Says("isReady", "Whether the node is an active member of its ring that stays; 503 with what it waits for if not, or that it leaves.", ApiAnswer.Text("text/plain"));
        routes.Handle("GET", "/metrics/history", context => Task.FromResult<IResult>(
            TypedResults.Json(recorder.History(RequestReading.ListOf(context, "names")), PastryJson.Default.MetricsHistory))).Says(
            "metricsHistory", "The node's figures over the last hour.", ApiAnswer.Json<MetricsHistory>(), body: "", [ApiParameter.Text("names", "the figures wanted, separated by commas; all if absent")]);
        routes.Handle("GET", "/events", WatchAsync).Says("watchNode", "The node as it changes, as server-sent events \"status\", each a NodeDescription.", ApiAnswer.Text("text/event-stream"));
    }

    private async Task<IResult> StatusAsync(HttpContext context)
    {
        return TypedResults.Json(await DescribeAsync(context.RequestAborted).ConfigureAwait(false), PastryJson.Default.NodeDescription);
    }

    private async Task<IResult> MetricsAsync(HttpContext context)
    {
        NodeStatus status = await services.Node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Text(PrometheusText.Of(status), "text/plain; version=0.0.4");
    }

    private async Task<IResult> ReadyAsync(HttpContext context)
    {
        NodeStatus status = await services.Node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        if (status is { Active: true, Leaving: false }) return TypedResults.Text("ready\n");
        string waits = status.WaitsFor.Length > 0 ? status.WaitsFor : "its leaf set to answer";
        string why = status.Leaving ? "the node hands over what it holds, and leaves" : $"the node waits for {waits}";
        return Problems.Result(Problems.Make(StatusCodes.Status503ServiceUnavailable, "not-active", why));
    }

    private Task<IResult> WatchAsync(HttpContext context)
    {
        if (Interlocked.Increment(ref _watchers) > options.WatchersMax)
        {
            Interlocked.Decrement(ref _watchers);
            throw new RequestFailedException(FailureCode.Busy, $"{options.WatchersMax} watch this node already");
        }

        return Task.FromResult<IResult>(new StatusEventsResult(DescribeAsync, services.Time, () => Interlocked.Decrement(ref _watchers)));
    }

    private async Task<NodeDescription> DescribeAsync(CancellationToken cancellation)
    {
        NodeStatus status = await services.Node.StatusAsync(cancellation).ConfigureAwait(false);
        return Documents.Of(status, Version, Stopwatch.GetElapsedTime(_started));
    }
}
