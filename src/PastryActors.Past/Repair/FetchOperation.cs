using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>Fetches one object (or its tombstone) from one holder after the other, checks it like any stranger's, and writes it.</summary>
internal sealed class FetchOperation(PastContext context, RepairQueue queue, FileId id, RepairQueue.Pointer pointer) : Operation(context)
{
    private readonly HashSet<RingId> _tried = [];
    private NodeHandle? _asked;
    private ObjectCertificate? _certificate;
    private ContentRef? _content;
    private Tombstone? _tombstone;

    public void Begin() => AskNext();

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (_asked is null || message.Source.Id != _asked.Id) return;
        switch (answer)
        {
            case ObjectAnswer found: Check(found.Certificate, message.Content); break;
            case TombstoneAnswer reclaimed: Check(reclaimed.Tombstone); break;
            default: AskNext(); break;
        }
    }

    /// <inheritdoc/>
    public override void Woke()
    {
        if (_asked is not null) AskNext();
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
            case Verified { Good: true }: Write(); break;
            case Verified: AskNext(); break;
            case StoreChanged changed: Written(changed.Status); break;
            default: throw new InvalidOperationException($"{result.GetType().Name} is not what a fetch asked for");
        }
    }

    private void AskNext()
    {
        _asked = pointer.Holders.Find(n => _tried.Add(n.Id));
        if (_asked is null)
        {
            End(FetchEnd.Failed);
            return;
        }

        Context.Host.Send(new FetchRequest(Id, id), _asked);
        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
    }

    private void Check(ObjectCertificate certificate, ContentRef? content)
    {
        string? problem = Context.Check(certificate, id) ?? CertificateRules.CheckContent(certificate, content);
        if (problem is not null)
        {
            Blame(_asked!);
            AskNext();
            return;
        }

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

    private void Write()
    {
        if (!IsWanted() || !Context.Changing.Add(id)) End(FetchEnd.NotNeeded);
        else if (_tombstone is not null) Context.Bury(this, id, _tombstone);
        else Context.Write(this, CatalogEntry.Of(id, _certificate!), CertificateCodec.Encode(_certificate!), _content);
    }

    private void Written(StoreStatus status)
    {
        Context.Changing.Remove(id);

        // "Exists": an entry that the catalog did not know. It is served with its own certificate, and checked when it is read.
        bool here = status is StoreStatus.Done or StoreStatus.Exists;
        if (here) Note(status);
        End(here ? FetchEnd.Restored : FetchEnd.Failed);
    }

    // Asked again at the end: an insert may have been quicker, and only the certificate tells the true k.
    private bool IsWanted()
    {
        if (Context.Catalog.TryGet(id, out CatalogEntry own)) return _tombstone is not null && !own.IsTombstone;
        return Context.Responsibility.IsOwn(id.Key, (_tombstone?.Certificate ?? _certificate!).Replicas);
    }

    private void Note(StoreStatus status)
    {
        bool wasHeld = Context.Catalog.Holds(id);
        Context.Catalog.Set(_tombstone is not null ? CatalogEntry.TombstoneOf(id, _tombstone.Certificate) : CatalogEntry.Of(id, _certificate!));
        if (_tombstone is null && status == StoreStatus.Done) Context.Host.Report(new Fact(FactKind.ReplicaRestored, id.Key, _certificate!.ContentLength));
        else if (wasHeld) Context.Host.Report(new Fact(FactKind.ReplicaDropped, id.Key));
    }

    private void End(FetchEnd end)
    {
        if (!IsOpen) return;
        Close();
        queue.Ended(id, end);
    }
}
