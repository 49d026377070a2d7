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
        if (result is not StoreGot got || got.Object != _grant)
        {
            Done(result);
        }
        else if (keeper.Quotas.Read(_grant, got) is { } quota)
        {
            Found(quota);
        }
        else
        {
            Refuse(RefusalCode.Broken, "the owner's grant cannot be read here");
            keeper.Unreadable(_grant, got.Status);
        }
    }

    /// <summary>The quota is known.</summary>
    protected abstract void Go();

    /// <summary>It comes to nothing.</summary>
    protected abstract void Refuse(RefusalCode code, string why);

    /// <summary>Work that was asked for is done.</summary>
    protected virtual void Done(WorkResult result) => throw new InvalidOperationException($"{result.GetType().Name} is not what was asked for");

    protected LedgerAnswer AnswerTo(long operation) => new(operation, context.Catalog.DebitedTo(Account), Quota.Bytes, Quota.ExpiresUnixMilliseconds);

    private void Found(Quota quota)
    {
        Quota = quota;
        Go();
    }
}

/// <summary>Tells how a ledger stands. Of a debit that is there: also that nothing is covered, while the sum is beyond the quota.</summary>
internal sealed class Querying(PastContext context, LedgerKeeper keeper, LedgerRequest request, NodeHandle asker) : LedgerTask(context, keeper, request.Owner)
{
    protected override void Go()
    {
        long used = Context.Catalog.DebitedTo(Account);
        if (request.Intent == LedgerIntent.Debit && used > Quota.Bytes)
        {
            Refuse(RefusalCode.OverQuota, $"{used} bytes (size times k) are used of a quota of {Quota.Bytes} bytes");
            return;
        }

        Keeper.Closed();
        Context.Host.Send(AnswerTo(request.Operation), asker);
    }

    protected override void Refuse(RefusalCode code, string why)
    {
        Keeper.Closed();
        Context.Refuse(asker, request.Operation, code, why);
    }
}
