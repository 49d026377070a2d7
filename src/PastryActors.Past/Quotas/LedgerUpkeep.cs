using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Operations;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Quotas;

/// <summary>
/// Looks after debits, a bounded number a period: whether the object is there. So a ledger comes to be exact whatever failed on the way: an
/// object that was reclaimed is credited though nobody asked for it, one that was never stored is no longer debited. What is
/// needed for that is seen twice, the grace apart, by each keeper of the ledger for itself.
/// </summary>
internal sealed class LedgerUpkeep(PastContext context, LedgerKeeper keeper)
{
    // Entries walked over in a period while debits are looked for: about a millisecond.
    private const int PassedMax = 20_000;

    // Debits whose objects were nowhere, since when. No more than entries that were looked at and not let go.
    private readonly Dictionary<FileId, Instant> _nowhere = [];
    private readonly LedgerKeeper _keeper = keeper;
    private RingId _cursor;
    private int _running;

    // Several times what the other keepers take to notice, each for itself.
    private TimeSpan LapsedTime => (4 * context.Options.DebitGrace) + (8 * context.Options.SyncPeriod);

    /// <summary>Begins the next round, if the last is over.</summary>
    public void Look()
    {
        if (!context.Options.KeepsLedgers || _running > 0 || !context.Host.IsActive || context.Catalog.LedgerCount == 0) return;
        List<CatalogEntry> batch = NextBatch();
        _running = batch.Count;
        foreach (CatalogEntry entry in batch) context.Read(new Reading(context, this, entry), entry.Object, metaOnly: true);
    }

    /// <summary>The object is there, or nobody knows.</summary>
    public void Stands(in CatalogEntry entry, bool isCertain)
    {
        _running--;
        if (isCertain) _nowhere.Remove(entry.Object);
    }

    /// <summary>All who should have the object say that they have nothing of it.</summary>
    public void IsNowhere(in CatalogEntry entry)
    {
        _running--;
        if (!_nowhere.TryGetValue(entry.Object, out Instant since))
        {
            if (_nowhere.Count >= context.Options.SurplusMax) _nowhere.Clear();
            _nowhere.Add(entry.Object, context.Host.Now);
        }
        else if (since + context.Options.DebitGrace <= context.Host.Now && _keeper.TryDrop(entry, LapsedTime))
        {
            _nowhere.Remove(entry.Object);
        }
    }

    /// <summary>The object was reclaimed: here is the proof, verified.</summary>
    public void IsReclaimed(in CatalogEntry entry, ObjectCertificate debit, ReclaimCertificate reclaim)
    {
        _running--;
        _nowhere.Remove(entry.Object);
        if (!context.Catalog.TryGet(entry.Object, out CatalogEntry now) || now != entry || !context.Changing.Add(entry.Object)) return;
        context.Bury(new Burying(context, entry, debit), entry.Object, new Tombstone(debit, reclaim));
    }

    private List<CatalogEntry> NextBatch()
    {
        List<CatalogEntry> batch = [];
        int passed = 0;
        foreach (CatalogEntry entry in context.Catalog.In(_cursor, k => k == Ledger.Copies ? KeySpan.Of(new Arc(_cursor, UInt128.MaxValue)) : []))
        {
            if (entry.Debited > 0 && !context.Changing.Contains(entry.Object) && context.Responsibility.IsOwn(entry.Key, entry.Replicas)) batch.Add(entry);
            if (batch.Count < context.Options.LedgerUpkeepMax && ++passed < PassedMax) continue;
            _cursor = entry.Key.Plus(1);
            return batch;
        }

        _cursor = default;
        return batch;
    }

    private sealed class Reading(PastContext context, LedgerUpkeep upkeep, CatalogEntry entry) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            var got = (StoreGot)result;
            ObjectCertificate? debit = got.Status == StoreStatus.Done ? CertificateCodec.TryDecodeCertificate(got.Meta.Span, out _) : null;
            if (debit is null || context.Check(debit, entry.Object) is not null)
            {
                upkeep.Stands(entry, isCertain: false);
                upkeep._keeper.Unreadable(entry.Object, got.Status);
                return;
            }

            var look = new DebitLook(context, upkeep, entry, debit);
            context.Operations.Open(look);
            look.Begin();
        }
    }

    private sealed class Burying(PastContext context, CatalogEntry entry, ObjectCertificate debit) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            context.Changing.Remove(entry.Object);
            if (result is not StoreChanged { Status: StoreStatus.Done }) return;
            context.Catalog.Set(CatalogEntry.TombstoneOf(entry.Object, debit));
            context.Host.Report(new Fact(FactKind.Credited, entry.Key, entry.Debited));
        }
    }
}
