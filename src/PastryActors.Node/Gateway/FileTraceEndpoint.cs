using System.Diagnostics;
using PastryActors.Client;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>/files/{fileId}/trace: one lookup of a file, explained.</summary>
internal sealed class FileTraceEndpoint(GatewayServices services, GatewayOptions options)
{
    private const string Rerouted = "hop_rerouted";

    public void Map(IEndpointRouteBuilder routes) => routes.Handle("GET", "/files/{fileId}/trace", TraceAsync).Says(
        "traceFile", "Looks a file up and explains it: every hop, who answered, from a replica or a cache, and how long it took.", ApiAnswer.Json<FileTrace>());

    private async Task<IResult> TraceAsync(HttpContext context)
    {
        CancellationToken gone = context.RequestAborted;
        FileId id = RequestReading.FileIdOf(context);
        long reroutedBefore = await ReroutedAsync(gone).ConfigureAwait(false);
        long started = Stopwatch.GetTimestamp();
        OpenFile file = await services.Reader.OpenAsync(id, gone).ConfigureAwait(false);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        long rerouted = await ReroutedAsync(gone).ConfigureAwait(false) - reroutedBefore;
        RouteTraced route = await services.Node.AskAsync<RouteTraced>(request => new TraceRoute(request, options.RequestTimeout, id.Key), gone).ConfigureAwait(false);
        ObjectInspected holders = await services.Node
            .AskAsync<ObjectInspected>(request => new InspectObject(request, options.RequestTimeout, id, ReadBack: false), gone).ConfigureAwait(false);
        bool isHolder = holders.Holders.Any(h => h.Node.Id == file.Holder.Id && (h.State is HolderState.Held or HolderState.Verified));
        var trace = new FileTrace(
            id.ToString(), file.Certificate.Name, file.Size, file.Certificate.Replicas, Documents.Of(id.Key, route.Hops), Documents.NameOf(file.Holder), file.Hops,
            isHolder ? "replica" : "cache", (long)took.TotalMicroseconds, Math.Max(rerouted, 0), [.. holders.Holders.Where(h => h.State != HolderState.Missing).Select(h => Documents.Of(h, services.Time.GetUtcNow()))]);
        return TypedResults.Json(trace, PastryJson.Default.FileTrace);
    }

    private async Task<long> ReroutedAsync(CancellationToken cancellation) =>
        (await services.Node.StatusAsync(cancellation).ConfigureAwait(false)).Counters.GetValueOrDefault(Rerouted);
}
