using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>
/// Fetches one object (or its tombstone) from one holder after the other, checks it like any stranger's, and writes it. Where there is
/// no room for it, a pointer to a neighbour that has it already, because it was closer before, is as good; else a neighbour is asked to
/// hold it.
/// </summary>
internal sealed class FetchOperation(PastContext context, RepairQueue queue, FileId id, RepairQueue.Wanted wanted) : Operation(context), IDiverting
{
    private readonly HashSet<RingId> _tried = [];
    private NodeHandle? _asked;
    private ObjectCertificate? _certificate;
    private ContentRef? _content;
    private Tombstone? _tombstone;
    private HolderPointer? _pointer;
    private bool _adopts;
    private int _reportsDue;
    private bool _isReserved;

    public void Begin()
    {
        // Only for a pointer to be found is it asked without the bytes: whoever holds it beyond the k closest will go on doing so.
        _adopts = !wanted.Replaces && wanted.DivertedFor is null && wanted.Length > 0 && !Context.Room.Accepts(wanted.Length, diverted: false);
        if (_adopts)
        {
            // Whoever ceased to be among the k closest when this node came stands next to them.
            foreach (NodeHandle node in Context.Host.Leafs.ReplicaSet(id.Key, Context.CandidateCountFor(wanted.Replicas)).Skip(wanted.Replicas)) wanted.Add(node, first: false);
        }

        AskNext();
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (answer is RoomReport report && _reportsDue > 0) Take(report);
        if (_asked is null || message.Source.Id != _asked.Id) return;
        switch (answer)
        {
            case ObjectAnswer found: Check(found.Certificate, message.Content); break;
            case TombstoneAnswer reclaimed: Check(reclaimed.Tombstone); break;
            case LookupMiss miss:
                foreach (NodeHandle node in miss.Candidates) wanted.Add(node, first: false);
                AskNext();
                break;
            default: AskNext(); break;
        }
    }

    /// <inheritdoc/>
    public override void Woke()
    {
        if (_reportsDue > 0) NoRoom(wanted.Length);
        else if (_asked is not null) AskNext();
    }

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (_asked?.Id == peer) AskNext();
    }

    /// <inheritdoc/>
    public override void WorkDone(WorkResult result)
    {
        switch (result)
        {
            case Verified { Good: true }: Place(); break;
            case Verified: AskNext(); break;
            case StoreChanged changed: Written(changed.Status); break;
            default: throw new InvalidOperationException($"{result.GetType().Name} is not what a fetch asked for");
        }
    }

    /// <inheritdoc/>
    public void Diverted(DivertedReplica replica) => Point(new HolderPointer(_certificate!, replica.Holder));

    /// <inheritdoc/>
    public void NotDiverted(string why, bool refuted)
    {
        if (_adopts)
        {
            // It holds it for another of the k closest already, and nobody's replica counts twice.
            _pointer = null;
            if (IsOpen) AskNext();
            return;
        }

        NoRoom(_certificate!.ContentLength);
    }

    private void AskNext()
    {
        _asked = wanted.Holders.Find(n => n.Id != Context.Host.Self.Id && (!_adopts || IsBeyond(n, wanted.Replicas)) && _tried.Add(n.Id));
        if (_asked is not null)
        {
            Context.Host.Send(new FetchRequest(Id, id, _adopts), _asked);
            WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
        }
        else if (!_adopts)
        {
            End(FetchEnd.Failed);
        }
        else if (Context.Neighbours.Best(id.Key, wanted.Replicas, wanted.Length, []) is not null)
        {
            AskForBytes();
        }
        else
        {
            // To move its bytes would be for nothing if nobody takes it.
            _reportsDue = Context.Neighbours.AskEnds(Id, wanted.Length);
            if (_reportsDue == 0) NoRoom(wanted.Length);
            else WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
        }
    }

    private void Take(RoomReport report)
    {
        _reportsDue--;
        if (report.Nodes.Count > 0) AskForBytes();
        else if (_reportsDue == 0) NoRoom(wanted.Length);
    }

    private void AskForBytes()
    {
        (_adopts, _reportsDue) = (false, 0);
        _tried.Clear();
        AskNext();
    }

    private void NoRoom(int length)
    {
        Context.Host.Report(new Fact(FactKind.NoRoom, id.Key, length));
        End(FetchEnd.NoRoom);
    }

    private bool IsBeyond(NodeHandle node, int replicas) =>
        Context.Host.Leafs.Find(node.Id) is not null && !Context.Leaving.Contains(node.Id) && !Context.Keepers(id.Key, replicas).Exists(n => n.Id == node.Id);

    private void Check(ObjectCertificate certificate, ContentRef? content)
    {
        string? problem = Context.Check(certificate, id) ?? (_adopts ? null : CertificateRules.CheckContent(certificate, content));
        if (certificate.IsDebit && !Context.Options.KeepsLedgers) problem = "this ring keeps no ledgers";
        if (problem is not null)
        {
            Blame(_asked!);
            AskNext();
            return;
        }

        _pointer = _adopts && IsBeyond(_asked!, certificate.Replicas) ? new HolderPointer(certificate, _asked!) : null;
        (_certificate, _content, _asked) = (certificate, content, null);
        Context.Verify(this, CertificateCodec.ClaimOf(certificate));
    }

    private void Check(Tombstone tombstone)
    {
        if (Context.Check(tombstone, id) is not null)
        {
            Blame(_asked!);
            AskNext();
            return;
        }

        (_tombstone, _asked) = (tombstone, null);
        Context.Verify(this, CertificateCodec.ClaimOf(tombstone.Reclaim));
    }

    private void Place()
    {
        if (!IsWanted()) End(FetchEnd.NotNeeded);
        else if (_tombstone is null && _adopts) Adopt();
        else if (_tombstone is null && !HasRoom()) Divert();
        else if (!Context.Changing.Add(id)) End(FetchEnd.NotNeeded);
        else if (_tombstone is not null) Context.Bury(this, id, _tombstone);
        else if (Context.Catalog.TryGet(id, out _)) Context.Remove(this, id);
        else Write();
    }

    // An entry of a ledger takes the room that tombstones do: none could be held by another node.
    private bool HasRoom() => _certificate!.IsLedgerEntry() || Context.Room.Accepts(_certificate!.ContentLength, diverted: wanted.DivertedFor is not null);

    private void Adopt()
    {
        if (_pointer is not null) OpenDiversion().Renew(_pointer.Holder);
        else AskNext();
    }

    private void Divert()
    {
        if (wanted.Replaces || wanted.DivertedFor is not null)
        {
            End(FetchEnd.NoRoom);
            return;
        }

        OpenDiversion().Begin();
    }

    private Diversion OpenDiversion()
    {
        var diversion = new Diversion(Context, id, _certificate!, _content, this) { Hunts = true };
        Context.Operations.Open(diversion);
        return diversion;
    }

    private void Point(HolderPointer pointer)
    {
        _pointer = pointer;
        if (!IsOpen) return;
        if (IsWanted() && Context.Changing.Add(id)) Context.WritePointer(this, id, pointer);
        else End(FetchEnd.NotNeeded);
    }

    private CatalogEntry NewEntry() => _pointer is not null ? CatalogEntry.PointerOf(id, _pointer.Certificate, _pointer.Holder.Id)
        : wanted.DivertedFor is { } asker ? CatalogEntry.DivertedOf(id, _certificate!, asker)
        : CatalogEntry.Of(id, _certificate!);

    private void Write()
    {
        Context.Room.Reserve(_certificate!.ContentLength);
        _isReserved = true;
        Context.Write(this, NewEntry(), CertificateCodec.Encode(_certificate), _content);
    }

    private void Written(StoreStatus status)
    {
        if (_isReserved) Context.Room.Release(_certificate!.ContentLength);
        if (!_isReserved && _tombstone is null && _pointer is null && status is StoreStatus.Done or StoreStatus.NotFound)
        {
            // The pointer is gone: now what it led to can take its place.
            Context.Catalog.Remove(id);
            Write();
            return;
        }

        _isReserved = false;
        Context.Changing.Remove(id);

        // "Exists": an entry that the catalog did not know. It is served with its own certificate, and checked when it is read.
        bool here = status is StoreStatus.Done or StoreStatus.Exists;
        if (here) Note(status);
        End(here ? FetchEnd.Restored : status == StoreStatus.Full ? FetchEnd.NoRoom : FetchEnd.Failed);
    }

    // Asked again at the end: an insert may have been quicker, and only the certificate tells the true k.
    private bool IsWanted()
    {
        if (Context.Catalog.TryGet(id, out CatalogEntry own)) return _tombstone is not null ? !own.IsTombstone : wanted.Replaces && own.IsPointer;
        return wanted.DivertedFor is not null || Context.Responsibility.IsOwn(id.Key, CertificateRules.CopiesOf(_tombstone?.Certificate ?? _certificate!));
    }

    private void Note(StoreStatus status)
    {
        bool wasHeld = Context.Catalog.Holds(id);
        Context.Catalog.Set(_tombstone is not null ? CatalogEntry.TombstoneOf(id, _tombstone.Certificate) : NewEntry());
        Context.Cache.Remove(id);
        Context.RoomChanged();
        if (_pointer is not null) NotePointer(_pointer);
        else if (_tombstone is null && status == StoreStatus.Done) Context.Host.Report(new Fact(FactKind.ReplicaRestored, id.Key, _certificate!.ContentLength));
        else if (wasHeld) Context.Host.Report(new Fact(FactKind.ReplicaDropped, id.Key));
    }

    private void NotePointer(HolderPointer pointer)
    {
        Context.Host.Report(new Fact(FactKind.ReplicaDiverted, id.Key, pointer.Certificate.ContentLength));
        SpareKeeper.Offer(Context, id, pointer);
    }

    private void End(FetchEnd end)
    {
        if (!IsOpen) return;
        Close();
        queue.Ended(id, end);
    }
}
