using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Quotas;

/// <summary>
/// Keeps the ledgers of owners whose keys fall near this node (SOSP 2001, section 2.2, without smartcards). A ledger is the set of its
/// debits, each an entry of the catalog like an object: so what is used is always their sum, the same debit twice is one, replicas of
/// the ledger merge like any others, and a tombstone says that one was credited. Bounded like store requests.
/// </summary>
internal sealed class LedgerKeeper(PastContext context, IRepairs repairs)
{
    private readonly Dictionary<FileId, Debiting> _entering = [];
    private readonly Dictionary<RingId, long> _reserved = [];
    private readonly ClaimBook _claims = new(context.Host);
    private int _open;

    /// <summary>Quotas of owners.</summary>
    public QuotaBook Quotas { get; } = new(context);

    /// <summary>Takes a request from an authenticated peer.</summary>
    public void Handle(LedgerRequest request, NodeHandle from)
    {
        if (Obstacle(request) is { } obstacle)
        {
            if (obstacle.Code == RefusalCode.Invalid) context.Host.Report(new Fact(FactKind.MessageRefused, from.Id));
            if (request.Intent != LedgerIntent.Release) context.Refuse(from, request.Operation, obstacle.Code, obstacle.Why);
            return;
        }

        switch (request.Intent)
        {
            case LedgerIntent.Query: Answer(request, from); break;
            case LedgerIntent.Debit or LedgerIntent.Attest or LedgerIntent.Grant: Enter(request, from); break;
            case LedgerIntent.Release: Release(request, from); break;
            default: Credit(request, from); break;
        }
    }

    /// <summary>Answers how the ledger stands.</summary>
    public void Answer(LedgerRequest request, NodeHandle asker)
    {
        _open++;
        new Querying(context, this, request, asker).Begin();
    }

    /// <summary>Bytes of debits that are being written.</summary>
    public long ReservedFor(RingId account) => _reserved.GetValueOrDefault(account);

    public void Reserve(RingId account, long bytes)
    {
        long reserved = ReservedFor(account) + bytes;
        if (reserved > 0) _reserved[account] = reserved;
        else _reserved.Remove(account);
    }

    /// <summary>An entry is durable.</summary>
    /// <param name="claimants">Those for whom it was made, who may release it; null where nobody may, empty where all have.</param>
    public void Entered(Debiting entering, FileId id, List<(RingId Node, long Operation)>? claimants)
    {
        NotEntered(entering, id);
        if (claimants is null) return;
        if (claimants.Count > 0) _claims.Note(id, claimants);
        else if (context.Catalog.TryGet(id, out CatalogEntry entry)) TryDrop(entry, 2 * context.Options.SyncPeriod);
    }

    /// <summary>An entry came to nothing.</summary>
    public void NotEntered(Debiting entering, FileId id)
    {
        if (_entering.TryGetValue(id, out Debiting? open) && open == entering) _entering.Remove(id);
        context.Changing.Remove(id);
        _open--;
    }

    /// <summary>An entry could not be read: it is fetched from another keeper, unless the disk as a whole has failed.</summary>
    public void Unreadable(FileId id, StoreStatus status)
    {
        if (status != StoreStatus.Failed && context.Catalog.TryGet(id, out CatalogEntry entry)) repairs.Lost(entry, onDisk: status == StoreStatus.Done);
    }

    /// <summary>A task is over.</summary>
    public void Closed() => _open--;

    /// <summary>Takes a debit out, of an object that is nowhere. False if it cannot be changed now.</summary>
    /// <param name="time">For how long it is not to come back from another keeper.</param>
    public bool TryDrop(in CatalogEntry entry, TimeSpan time)
    {
        if (!context.Catalog.TryGet(entry.Object, out CatalogEntry now) || now != entry || !context.Changing.Add(entry.Object)) return false;
        context.Remove(new Dropping(context, entry, time), entry.Object);
        return true;
    }

    private (RefusalCode Code, string Why)? Obstacle(LedgerRequest request)
    {
        if (!context.Options.KeepsLedgers) return (RefusalCode.Invalid, "this ring keeps no ledgers: neither past.broker nor past.owner-quota is set");
        if (Problem(request) is { } problem) return (RefusalCode.Invalid, problem);
        if (!context.Host.IsActive) return (RefusalCode.Busy, "not an active member of the ring");
        if (context.Host.Leafs.RankOf(Ledger.KeyOf(request.Owner)) >= Ledger.Copies + context.Options.PlacementSlack) return (RefusalCode.NotResponsible, "not among those who keep this ledger");
        if (_open < context.Options.AdmissionsMax) return null;
        context.Host.Report(new Fact(FactKind.Dropped, Ledger.KeyOf(request.Owner), context.Options.AdmissionsMax));
        return (RefusalCode.Busy, $"{_open} entries of ledgers are being changed");
    }

    private string? Problem(LedgerRequest request) => request.Intent switch
    {
        LedgerIntent.Query => null,
        LedgerIntent.Debit or LedgerIntent.Attest when request.Certificate is { IsDebit: true } debit =>
            context.Check(debit) ?? (Hash256.Of(debit.Owner.Span) == request.Owner ? null : "the certificate is another owner's"),
        LedgerIntent.Grant when request.Certificate is { Kind: ObjectKind.Grant } grant =>
            context.Check(grant) ?? (grant.ContentHash == request.Owner ? null : "the grant is another owner's"),
        LedgerIntent.Release when request.Object is not null => null,
        LedgerIntent.Credit when request is { Object: not null, Reclaim: { } reclaim } =>
            CertificateRules.Check(reclaim) ?? (Hash256.Of(reclaim.Owner.Span) == request.Owner ? null : "the reclaim certificate is another owner's"),
        _ => "what is wanted of the ledger is not known, or lacks what it needs",
    };

    private void Enter(LedgerRequest request, NodeHandle from)
    {
        ObjectCertificate certificate = request.Certificate!;
        FileId id = CertificateRules.ObjectOf(certificate);
        if (_entering.TryGetValue(id, out Debiting? entering))
        {
            if (!entering.TryJoin(certificate, from, request.Operation, request.Intent == LedgerIntent.Attest)) context.Refuse(from, request.Operation, RefusalCode.Busy, "another debit of this id is being made");
        }
        else if (context.Catalog.TryGet(id, out CatalogEntry known))
        {
            MeetKnown(request, from, known);
        }
        else if (!context.Changing.Add(id))
        {
            context.Refuse(from, request.Operation, RefusalCode.Busy, "the entry is being changed");
        }
        else
        {
            _open++;
            bool attests = request.Intent == LedgerIntent.Attest;
            entering = new Debiting(context, this, id, certificate, request.Owner, attests);
            entering.TryJoin(certificate, from, request.Operation, attests);
            _entering.Add(id, entering);
            entering.Begin();
        }
    }

    // A debit that is there is the same one, however often it is asked for; not so another object of the same id that takes more or less.
    private void MeetKnown(LedgerRequest request, NodeHandle from, in CatalogEntry known)
    {
        ObjectCertificate certificate = request.Certificate!;
        if (known.IsTombstone)
        {
            context.Refuse(from, request.Operation, RefusalCode.Reclaimed, "the owner reclaimed this object; another salt makes another fileId");
        }
        else if (certificate.IsDebit && known.Debited != Ledger.AmountOf(certificate))
        {
            context.Refuse(from, request.Operation, RefusalCode.Conflict, $"{known.Debited} bytes are debited for an object of this id, not {Ledger.AmountOf(certificate)}");
        }
        else
        {
            if (request.Intent == LedgerIntent.Debit) _claims.Join(known.Object, from.Id, request.Operation);
            Answer(request, from);
        }
    }

    private void Release(LedgerRequest request, NodeHandle from)
    {
        // The others are told at the same time: a comparison with one that was not yet would bring it back.
        FileId id = DebitOf(request);
        if (_entering.TryGetValue(id, out Debiting? entering)) entering.Leave(from.Id, request.Operation);
        else if (_claims.Release(id, from.Id, request.Operation) && context.Catalog.TryGet(id, out CatalogEntry entry) && !entry.IsTombstone) TryDrop(entry, 2 * context.Options.SyncPeriod);
    }

    private void Credit(LedgerRequest request, NodeHandle from)
    {
        FileId id = DebitOf(request);
        if (!context.Catalog.TryGet(id, out CatalogEntry entry) || entry.IsTombstone)
        {
            // Credited before, or never debited: as it should be.
            Answer(request, from);
        }
        else if (!context.Changing.Add(id))
        {
            context.Refuse(from, request.Operation, RefusalCode.Busy, "the entry is being changed");
        }
        else
        {
            _open++;
            var crediting = new Crediting(context, this, entry, request, from);
            context.Operations.Open(crediting);
            crediting.Begin();
        }
    }

    private static FileId DebitOf(LedgerRequest request) => Ledger.DebitOf(request.Owner, request.Object!.Value);

    private sealed class Dropping(PastContext context, CatalogEntry entry, TimeSpan time) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            context.Changing.Remove(entry.Object);
            if (((StoreChanged)result).Status is not (StoreStatus.Done or StoreStatus.NotFound)) return;
            context.Catalog.Remove(entry.Object);
            context.Lapsed.Note(entry.Object, time);
            context.Host.Report(new Fact(FactKind.Credited, entry.Key, entry.Debited));
        }
    }
}
