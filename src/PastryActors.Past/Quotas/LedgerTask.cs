using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Quotas;

/// <summary>One thing that is done to an owner's ledger here: it finds the owner's quota, does its work, and answers how the ledger stands.</summary>
internal abstract class LedgerTask(PastContext context, LedgerKeeper keeper, Hash256 owner) : IWorkWaiter
{
    private FileId _grant;

    protected PastContext Context => context;

    protected LedgerKeeper Keeper => keeper;

    /// <summary>SHA-256 of the owner's public key.</summary>
    protected Hash256 Owner { get; } = owner;

    protected RingId Account { get; } = Ledger.KeyOf(owner);

    protected Quota Quota { get; private set; }

    /// <summary>Reads the quota where it is not known.</summary>
    public void Begin()
    {
        if (keeper.Quotas.Find(Account, out _grant) is { } quota) Found(quota);
        else context.Read(this, _grant, metaOnly: true);
    }

    /// <inheritdoc/>
    public void WorkDone(WorkResult result)
    {
        if (result is StoreGot got && got.Object == _grant) Found(keeper.Quotas.Read(_grant, got));
        else Done(result);
    }

    /// <summary>The quota is known.</summary>
    protected abstract void Go();

    /// <summary>Work that was asked for is done.</summary>
    protected virtual void Done(WorkResult result) => throw new InvalidOperationException($"{result.GetType().Name} is not what was asked for");

    protected LedgerAnswer AnswerTo(long operation) => new(operation, context.Catalog.DebitedTo(Account), Quota.Bytes, Quota.ExpiresUnixMilliseconds);

    private void Found(Quota quota)
    {
        Quota = quota;
        Go();
    }
}

/// <summary>Tells how a ledger stands.</summary>
internal sealed class Querying(PastContext context, LedgerKeeper keeper, LedgerRequest request, NodeHandle asker) : LedgerTask(context, keeper, request.Owner)
{
    protected override void Go()
    {
        Keeper.Closed();
        Context.Host.Send(AnswerTo(request.Operation), asker);
    }
}
