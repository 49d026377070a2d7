using System.Text;
using PastryActors.Client;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Pastry.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>The overlay over HTTP: /ring walks it, /routes follows one key.</summary>
internal sealed class OverlayEndpoints(GatewayServices services, GatewayOptions options)
{
    private const string Prefix = "/routes/";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("GET", "/ring", RingAsync).Says("walkRing", "Every node reached by walking leaf sets.", ApiAnswer.Json<RingWalk>());
        routes.Handle("GET", "/routes/{**key}", RouteAsync).Says("traceRoute", "The hops that a key takes: 32 hexadecimal digits, a fileId, or any text (its hash).", ApiAnswer.Json<RouteTrace>());
    }

    private async Task<IResult> RingAsync(HttpContext context)
    {
        var walker = new RingWalker(services.Node, options.RequestTimeout, options.RingWalkMax);
        return TypedResults.Json(await walker.WalkAsync(context.RequestAborted).ConfigureAwait(false), PastryJson.Default.RingWalk);
    }

    private async Task<IResult> RouteAsync(HttpContext context)
    {
        RingId key = KeyOf(RequestReading.NameOf(context, Prefix));
        RouteTraced traced = await services.Node
            .AskAsync<RouteTraced>(id => new TraceRoute(id, options.RequestTimeout, key), context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(Documents.Of(key, traced.Hops), PastryJson.Default.RouteTrace);
    }

    /// <summary>A key as people write one: 32 hexadecimal digits, a fileId, or any other text, whose hash is the key.</summary>
    internal static RingId KeyOf(string text)
    {
        if (text.Length == 0) throw GatewayRefusalException.Invalid("a key is wanted: 32 hexadecimal digits, a fileId, or any text");
        if (RingId.TryParse(text, out RingId key)) return key;
        return FileId.TryParse(text, out FileId file) ? file.Key : Hash256.Of(Encoding.UTF8.GetBytes(text)).Truncated;
    }
}
