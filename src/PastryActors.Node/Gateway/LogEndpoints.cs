using PastryActors.Client;
using PastryActors.Node.Logging;

namespace PastryActors.Node.Gateway;

/// <summary>/log: from which severity on each subsystem is logged, to see and to change while the node runs.</summary>
internal sealed class LogEndpoints(LogLevels levels)
{
    /// <summary>An order is two short words.</summary>
    private const int OrderBytesMax = 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("GET", "/log", _ => Task.FromResult(Result())).Says("describeLog", "From which severity on each subsystem of the node is logged.", ApiAnswer.Json<LogDescription>());
        routes.Handle("POST", "/log", SetAsync).Says("setLog", "Changes it until the node restarts; the body is a LogOrder.", ApiAnswer.Json<LogDescription>(), body: "application/json");
    }

    private async Task<IResult> SetAsync(HttpContext context)
    {
        LogOrder order = await RequestReading.OrderAsync(context, PastryJson.Default.LogOrder, OrderBytesMax, "{\"level\":\"debug\",\"subsystem\":\"transport\"}").ConfigureAwait(false);
        if (levels.TrySet(order) is { } problem) throw GatewayRefusalException.Invalid(problem);
        return Result();
    }

    private IResult Result() => TypedResults.Json(levels.Describe(), PastryJson.Default.LogDescription);
}
