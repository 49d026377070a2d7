using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Quotas;

/// <summary>
/// One debit, or one grant, on its way into the ledger, and all who asked for it meanwhile: the signature is verified, the sum compared
/// with the quota, the entry written. What is on its way counts, so that two that come together cannot both take the last room.
/// </summary>
/// <param name="isAttested">The object of the debit is stored: it counts whether or not the quota covers it.</param>
internal sealed class Debiting(PastContext context, LedgerKeeper keeper, FileId id, ObjectCertificate certificate, Hash256 owner, bool isAttested) : LedgerTask(context, keeper, owner)
{
    private const int AskersMax = 64;

    private readonly List<(NodeHandle Node, long Operation)> _askers = [];
    private bool _isReserved;

    private long Amount => certificate.IsDebit ? Ledger.AmountOf(certificate) : 0;

    /// <summary>Adds one who wants the very same entry. False for another, and where the quota was not asked and is to be.</summary>
    public bool TryJoin(ObjectCertificate other, NodeHandle asker, long operation, bool attests)
    {
        if (attests != isAttested || (other != certificate && Ledger.AmountOf(other) != Amount)) return false;
        if (_askers.Count == AskersMax) return false;
        _askers.Add((asker, operation));
        return true;
    }

    /// <summary>One who asked wants it no more.</summary>
    public void Leave(RingId asker, long operation) => _askers.RemoveAll(a => a.Node.Id == asker && a.Operation == operation);

    protected override void Go() => Context.VerifyUntil(this, certificate.IsDebit && !isAttested ? Quota.ExpiresUnixMilliseconds : long.MaxValue, CertificateCodec.ClaimOf(certificate));

    protected override void Done(WorkResult result)
    {
        switch (result)
        {
            case Verified { Good: false }: Refuse(RefusalCode.Invalid, "the certificate's signature is not its owner's"); break;
            case Verified { Expired: true }: Refuse(RefusalCode.OverQuota, "the owner's quota has expired"); break;
            case Verified: Write(); break;
            case StoreChanged changed: Written(changed.Status); break;
            default: base.Done(result); break;
        }
    }

    private void Write()
    {
        long used = Context.Catalog.DebitedTo(Account) + Keeper.ReservedFor(Account);
        if (certificate.IsDebit && !isAttested && Amount > Quota.Bytes - used)
        {
            Context.Host.Report(new Fact(FactKind.OverQuota, Account, Amount));
            Refuse(RefusalCode.OverQuota, $"{Amount} bytes (size times k) are more than is left of a quota of {Quota.Bytes} bytes, of which {used} are used");
            return;
        }

        _isReserved = true;
        Keeper.Reserve(Account, Amount);
        Context.Write(this, CatalogEntry.Of(id, certificate), CertificateCodec.Encode(certificate), null);
    }

    private void Written(StoreStatus status)
    {
        Release();
        if (status is not StoreStatus.Done)
        {
            // "Exists": a record that the catalog did not know. It is listed at the next start; until then nobody relies on it.
            Refuse(status == StoreStatus.Full ? RefusalCode.Full : RefusalCode.Broken, $"the disk answered {status}");
            return;
        }

        Context.Catalog.Set(CatalogEntry.Of(id, certificate));
        Context.Lapsed.Remove(id);
        if (certificate.IsDebit) Context.Host.Report(new Fact(FactKind.Debited, Account, Amount));
        Keeper.Entered(this, id, isAttested ? null : _askers.ConvertAll(a => (a.Node.Id, a.Operation)));
        // Of a grant the answer tells what it made of the quota.
        foreach ((NodeHandle node, long operation) in _askers) Keeper.Answer(new LedgerRequest(operation, LedgerIntent.Query, Owner), node);
    }

    protected override void Refuse(RefusalCode code, string why)
    {
        Keeper.NotEntered(this, id);
        foreach ((NodeHandle node, long operation) in _askers) Context.Refuse(node, operation, code, why);
    }

    private void Release()
    {
        if (_isReserved) Keeper.Reserve(Account, -Amount);
        _isReserved = false;
    }
}
