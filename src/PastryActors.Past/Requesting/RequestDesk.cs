using PastryActors.Core.Driving;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Quotas;
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
        if (request is not (InsertObject or LookupObject or ReclaimObject or InspectObject or QueryLedger or PublishGrant)) return false;
        if (OpenCount >= context.Options.RequestsMax)
        {
            context.Host.Report(new Fact(FactKind.Dropped, default, context.Options.RequestsMax));
            context.Host.Reply(new Failed(request.Id, FailureCode.Busy, $"{OpenCount} requests are open on this node; try again later"));
            return true;
        }

        OpenCount++;
        if (request is QueryLedger or PublishGrant)
        {
            AskLedger(request);
            return true;
        }

        RequestOperation operation = Make(request);
        context.Operations.Open(operation);
        operation.Begin();
        return true;
    }

    /// <summary>An operation was answered.</summary>
    public void Closed() => OpenCount--;

    private void AskLedger(Request request)
    {
        var asker = new Replying(context, this, request.Id);
        if (!context.Options.KeepsLedgers)
        {
            asker.NotAgreed(RefusalCode.Invalid, "this ring keeps no ledgers: neither past.broker nor past.owner-quota is set");
            return;
        }

        LedgerRequest wanted = request is PublishGrant publish
            ? new LedgerRequest(0, LedgerIntent.Grant, publish.Grant.ContentHash, publish.Grant)
            : new LedgerRequest(0, LedgerIntent.Query, ((QueryLedger)request).Owner);
        LedgerRound.Open(context, wanted, asker);
    }

    private RequestOperation Make(Request request) => request switch
    {
        InsertObject insert => new InsertOperation(context, this, insert),
        LookupObject lookup => new LookupOperation(context, this, lookup),
        ReclaimObject reclaim => new ReclaimOperation(context, this, reclaim),
        InspectObject inspect => new InspectOperation(context, this, inspect),
        _ => throw new InvalidOperationException($"{request.GetType().Name} is not a request of PAST"),
    };

    private sealed class Replying(PastContext context, RequestDesk desk, long request) : ILedgerWaiter
    {
        public void Agreed(LedgerAnswer answer) => Reply(new LedgerReport(request, answer.UsedBytes, answer.QuotaBytes, answer.ExpiresUnixMilliseconds));

        public void NotAgreed(RefusalCode code, string why) => Reply(new Failed(request, FailureOf(code), why));

        private static FailureCode FailureOf(RefusalCode code) => code switch
        {
            RefusalCode.Busy => FailureCode.Unreachable,
            RefusalCode.Forbidden => FailureCode.Forbidden,
            _ => FailureCode.Invalid,
        };

        private void Reply(Reply reply)
        {
            desk.Closed();
            context.Host.Reply(reply);
        }
    }
}
