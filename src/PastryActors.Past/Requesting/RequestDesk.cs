using PastryActors.Core.Driving;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Requesting;

/// <summary>Takes the requests of this node's applications and opens an operation for each; beyond its bound it answers busy.</summary>
internal sealed class RequestDesk(PastContext context)
{
    /// <summary>When lookups may ask a second holder.</summary>
    public Haste Haste { get; } = new(context.Options);

    /// <summary>Requests open.</summary>
    public int OpenCount { get; private set; }

    /// <summary>Takes a request; false if it is not one of PAST's.</summary>
    public bool TryTake(Request request)
    {
        if (request is not (InsertObject or LookupObject or ReclaimObject or InspectObject)) return false;
        if (OpenCount >= context.Options.RequestsMax)
        {
            context.Host.Report(new Fact(FactKind.Dropped, default, context.Options.RequestsMax));
            context.Host.Reply(new Failed(request.Id, FailureCode.Busy, $"{OpenCount} requests are open on this node; try again later"));
            return true;
        }

        RequestOperation operation = Make(request);
        OpenCount++;
        context.Operations.Open(operation);
        operation.Begin();
        return true;
    }

    /// <summary>An operation was answered.</summary>
    public void Closed() => OpenCount--;

    private RequestOperation Make(Request request) => request switch
    {
        InsertObject insert => new InsertOperation(context, this, insert),
        LookupObject lookup => new LookupOperation(context, this, lookup),
        ReclaimObject reclaim => new ReclaimOperation(context, this, reclaim),
        InspectObject inspect => new InspectOperation(context, this, inspect),
        _ => throw new InvalidOperationException($"{request.GetType().Name} is not a request of PAST"),
    };
}
