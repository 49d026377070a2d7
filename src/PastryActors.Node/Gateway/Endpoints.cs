using System.Diagnostics;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Logging;

namespace PastryActors.Node.Gateway;

/// <summary>Maps handlers whose every failure becomes a problem document, or, once content is on its way, a broken connection.</summary>
internal static class Endpoints
{
    /// <summary>Handles requests of a method and pattern.</summary>
    public static IEndpointConventionBuilder Handle(this IEndpointRouteBuilder routes, string method, string pattern, Func<HttpContext, Task<IResult>> handler) =>
        routes.MapMethods(pattern, [method], (RequestDelegate)(context => RespondAsync(context, handler, pattern))).WithMetadata(handler.Method);

    private static async Task RespondAsync(HttpContext context, Func<HttpContext, Task<IResult>> handler, string pattern)
    {
        NameSpan(context, pattern);
        try
        {
            IResult result = await handler(context).ConfigureAwait(false);
            await result.ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone; nobody is left to answer.
        }
        catch (Exception e) when (Problems.Of(e) is not null || context.Response.HasStarted)
        {
            await RefuseAsync(context, e).ConfigureAwait(false);
        }
    }

    private static async Task RefuseAsync(HttpContext context, Exception e)
    {
        if (context.Response.HasStarted)
        {
            // The status is said already: only a broken connection tells that the content is not whole.
            Log.BrokenOff(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(LogLevels.CategoryOf(LogSubsystem.Gateway)), context.Request.Path, e.Message);
            context.Abort();
            return;
        }

        context.Response.Clear();
        var problem = Problems.Of(e)!;
        if (problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests) context.Response.Headers.RetryAfter = "1";
        await Problems.Result(problem).ExecuteAsync(context).ConfigureAwait(false);
    }

    // In a trace the request is called by what is asked for, and not by whom.
    private static void NameSpan(HttpContext context, string pattern)
    {
        if (Activity.Current is not { Recorded: true } span) return;
        span.DisplayName = $"{context.Request.Method} {pattern}";
        span.SetTag("http.request.id", context.TraceIdentifier);
    }
}
