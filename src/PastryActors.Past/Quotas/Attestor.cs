using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Operations;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Quotas;

/// <summary>
/// Looks, a bounded number of this node's objects a period, whether each is debited to its owner, and has the ledger debit those that are not. It is the other
/// half of <see cref="LedgerUpkeep"/>: that lets go what is debited and not stored, this finds what is stored and not debited, however it came to be: a debit let go while
/// the ring was cut, a ledger whose nodes all lost their disks, objects that were stored before owners had quotas, or by a node that asked nobody.
/// </summary>
internal sealed class Attestor(PastContext context, IRepairs repairs)
{
    // Entries walked over in a period while objects are looked for: about a millisecond.
    private const int PassedMax = 20_000;

    // Ordered: it decides the order of messages.
    private readonly SortedDictionary<RingId, List<ObjectCertificate>> _byLedger = [];
    private RingId _cursor;
    private int _reading;
    private int _running;

    /// <summary>Begins the next round, if the last is over.</summary>
    public void Look()
    {
        if (!context.Options.KeepsLedgers || _reading + _running > 0 || !context.Host.IsActive) return;
        List<CatalogEntry> batch = NextBatch();
        _reading = batch.Count;
        foreach (CatalogEntry entry in batch) context.Read(new Reading(this, entry), entry.Object, metaOnly: true);
    }

    /// <summary>A ledger was asked.</summary>
    public void Ended() => _running--;

    private List<CatalogEntry> NextBatch()
    {
        List<CatalogEntry> batch = [];
        int passed = 0;
        foreach (CatalogEntry entry in context.Catalog.In(_cursor, _ => KeySpan.Of(new Arc(_cursor, UInt128.MaxValue - _cursor.Value))))
        {
            if (IsToBeDebited(entry)) batch.Add(entry);
            if (batch.Count < context.Options.UpkeepObjectsMax && ++passed < PassedMax) continue;
            _cursor = entry.Key.Plus(1);
            return batch;
        }

        _cursor = default;
        return batch;
    }

    // Whoever holds it for another is not asked: that one has a pointer to it, and the certificate.
    private bool IsToBeDebited(in CatalogEntry entry) =>
        entry is { IsLedgerEntry: false, IsTombstone: false, ContentLength: > 0 } && context.Responsibility.IsOwn(entry.Key, entry.Replicas) && !context.Changing.Contains(entry.Object);

    private void Take(ObjectCertificate certificate)
    {
        RingId ledger = Ledger.KeyOf(certificate.Owner);
        if (!_byLedger.TryGetValue(ledger, out List<ObjectCertificate>? debits)) _byLedger.Add(ledger, debits = []);
        debits.Add(certificate with { IsDebit = true });
    }

    private void ReadDone()
    {
        if (--_reading > 0) return;
        List<ObjectCertificate>[] ledgers = [.. _byLedger.Values];
        _byLedger.Clear();
        _running = ledgers.Length;
        foreach (List<ObjectCertificate> debits in ledgers)
        {
            var look = new AttestRound(context, this, debits);
            context.Operations.Open(look);
            look.Begin();
        }
    }

    private void Take(in CatalogEntry entry, StoreGot got)
    {
        // What was changed meanwhile has its turn in the next lap.
        if (!context.Catalog.TryGet(entry.Object, out CatalogEntry now) || now != entry || context.Changing.Contains(entry.Object) || got.Status == StoreStatus.Failed) return;
        ObjectCertificate? certificate = got.Status != StoreStatus.Done ? null
            : entry.IsPointer ? CertificateCodec.TryDecodePointer(got.Meta.Span, out _)?.Certificate
            : CertificateCodec.TryDecodeCertificate(got.Meta.Span, out _);
        if (certificate is not null && context.Check(certificate, entry.Object) is null) Take(certificate);
        else repairs.Lost(entry, onDisk: got.Status == StoreStatus.Done);
    }

    private sealed class Reading(Attestor attestor, CatalogEntry entry) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            attestor.Take(entry, (StoreGot)result);
            attestor.ReadDone();
        }
    }
}
