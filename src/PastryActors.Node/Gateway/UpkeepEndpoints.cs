using PastryActors.Client;
using PastryActors.Node.Upkeep;

namespace PastryActors.Node.Gateway;

/// <summary>/repair: a node's background work, to see and to steer. /doctor: what is wrong with the ring, as this node finds it.</summary>
internal sealed class UpkeepEndpoints(GatewayServices services, GatewayOptions options)
{
    /// <summary>An order is four short fields.</summary>
    private const int OrderBytesMax = 4096;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("GET", "/doctor", DoctorAsync).Says("examineRing", "What is wrong with the ring, as this node finds it by asking all that it reaches, and what to do.", ApiAnswer.Json<RingDiagnosis>());
        if (services.Upkeep is null) return;
        routes.Handle("GET", "/repair", async context => Result(await services.Upkeep.DescribeAsync(context.RequestAborted).ConfigureAwait(false))).Says(
            "describeRepair", "The node's background work: what each worker does, how fast, and what is left.", ApiAnswer.Json<RepairDescription>());
        routes.Handle("POST", "/repair", SteerAsync).Says("steerRepair", "Pauses, resumes, slows or starts background work; the body is a RepairOrder.", ApiAnswer.Json<RepairDescription>(), body: "application/json");
    }

    private async Task<IResult> DoctorAsync(HttpContext context)
    {
        var doctor = new RingDoctor(services.Node, options.RequestTimeout, options.RingWalkMax, services.Time);
        return TypedResults.Json(await doctor.ExamineAsync(context.RequestAborted).ConfigureAwait(false), PastryJson.Default.RingDiagnosis);
    }

    private async Task<IResult> SteerAsync(HttpContext context)
    {
        RepairOrder order = await RequestReading.OrderAsync(context, PastryJson.Default.RepairOrder, OrderBytesMax, "{\"action\":\"pause\"}").ConfigureAwait(false);
        if (RepairOrders.Problem(order) is { } problem) throw GatewayRefusalException.Invalid(problem);
        return Result(await services.Upkeep!.SteerAsync(order, context.RequestAborted).ConfigureAwait(false));
    }

    private static IResult Result(RepairDescription description) => TypedResults.Json(description, PastryJson.Default.RepairDescription);
}
