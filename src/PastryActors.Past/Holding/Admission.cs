using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Holding;

/// <summary>One object on its way to the disk, and all who asked for it meanwhile. Each result of work leads to the next piece, the last to the receipt.</summary>
internal sealed class Admission(PastContext context, StoreKeeper keeper, FileId id, ObjectCertificate certificate, ContentRef? content, bool offer) : IWorkWaiter
{
    private const int AskersMax = 16;

    private readonly List<(NodeHandle Node, long Operation)> _askers = [];
    private StoreReceipt? _receipt;
    private bool _alreadyHeld;

    public FileId Object => id;

    /// <summary>Bytes that it keeps in memory.</summary>
    public int ContentBytes => content?.Length ?? 0;

    /// <summary>Adds someone who wants a receipt for the very same object. False for another object of the same id, or too many.</summary>
    public bool TryJoin(ObjectCertificate other, NodeHandle asker, long operation)
    {
        if (!IsSame(other) || _askers.Count == AskersMax) return false;
        _askers.Add((asker, operation));
        return true;
    }

    /// <summary>Starts: a held object is compared, another is checked.</summary>
    public void Begin(bool held)
    {
        if (held) context.Read(this, id, metaOnly: true);
        else Verify();
    }

    /// <inheritdoc/>
    public void WorkDone(WorkResult result)
    {
        switch (result)
        {
            case StoreGot got: Compare(got); break;
            case Verified verified: Write(verified.Good); break;
            case StoreChanged changed: Written(changed.Status); break;
            case Signed signed: Answer(signed.Signature); break;
            default: throw new InvalidOperationException($"{result.GetType().Name} is not what an admission asked for");
        }
    }

    private bool IsSame(ObjectCertificate other) =>
        other.ContentHash == certificate.ContentHash && other.Owner == certificate.Owner && other.Replicas == certificate.Replicas && other.Kind == certificate.Kind;

    private void Compare(StoreGot got)
    {
        if (got.Status == StoreStatus.Done && CertificateCodec.TryDecodeCertificate(got.Meta.Span, out _) is { } held)
        {
            if (!IsSame(held))
            {
                Refuse(RefusalCode.Conflict, held.ContentHash == certificate.ContentHash ? $"held already with k = {held.Replicas}" : "another object of this id is held");
                return;
            }

            _alreadyHeld = true;
            Stored(held);
        }
        else if (got.Status == StoreStatus.Failed)
        {
            Refuse(RefusalCode.Broken, "the disk failed");
        }
        else
        {
            // What the catalog promised is not there: the bytes at hand take its place.
            context.Host.Report(new Fact(FactKind.ReplicaDamaged, id.Key));
            context.Catalog.Remove(id);
            Verify();
        }
    }

    private void Verify()
    {
        if (offer) Refuse(RefusalCode.ContentWanted, "");
        else context.Verify(this, CertificateCodec.ClaimOf(certificate));
    }

    private void Write(bool good)
    {
        if (good) context.Write(this, CatalogEntry.Of(id, certificate), CertificateCodec.Encode(certificate), content);
        else Refuse(RefusalCode.Invalid, "the certificate's signature is not its owner's");
    }

    private void Written(StoreStatus status)
    {
        switch (status)
        {
            case StoreStatus.Done:
                context.Host.Report(new Fact(FactKind.ReplicaStored, id.Key, certificate.ContentLength));
                Stored(certificate);
                break;
            case StoreStatus.Exists when !_alreadyHeld:
                // The catalog did not know: what lies there is compared like any other; a second surprise is not looked into.
                _alreadyHeld = true;
                context.Read(this, id, metaOnly: true);
                break;
            case StoreStatus.Full:
                Refuse(RefusalCode.Full, "no room");
                break;
            default:
                Refuse(RefusalCode.Broken, $"the disk answered {status}");
                break;
        }
    }

    private void Stored(ObjectCertificate held)
    {
        context.Catalog.Set(CatalogEntry.Of(id, held));
        _receipt = new StoreReceipt(id, held.ContentHash, context.NodeKey, Diverted: false, new BatchSignature(default, 0, default));
        context.Sign(this, CertificateCodec.DigestOf(_receipt));
    }

    private void Answer(BatchSignature signature)
    {
        StoreReceipt receipt = _receipt! with { Signature = signature };
        keeper.Close(this);
        foreach ((NodeHandle node, long operation) in _askers) context.Host.Send(new StoreAnswer(operation, receipt, _alreadyHeld), node);
    }

    private void Refuse(RefusalCode code, string detail)
    {
        keeper.Close(this);
        foreach ((NodeHandle node, long operation) in _askers) context.Refuse(node, operation, code, detail);
    }
}
