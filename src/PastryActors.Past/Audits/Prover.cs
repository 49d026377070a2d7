using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Audits;

/// <summary>
/// Answers audits: a worker reads the object and hashes it behind the nonce. What turns out to be damaged on the way is answered as
/// such, and fetched again. A pointer is answered with the node that it leads to: that one is audited. Bounded; beyond it says busy.
/// </summary>
internal sealed class Prover(PastContext context, ObjectServer server)
{
    // An audit reads a whole chunk, and nobody is waiting for it.
    private const int OpenMax = 8;

    private int _open;

    public void Handle(AuditChallenge challenge, NodeHandle from)
    {
        if (!context.Catalog.TryGet(challenge.Object, out CatalogEntry entry))
        {
            context.Host.Send(new FetchMiss(challenge.Operation, server.StateOf(challenge.Object)), from);
        }
        else if (entry.IsPointer && context.HolderOf(entry) is { } holder)
        {
            context.Host.Send(new LookupMiss(challenge.Operation, [holder], 0), from);
        }
        else if (!entry.IsReplica)
        {
            context.Host.Send(new FetchMiss(challenge.Operation, server.StateOf(challenge.Object)), from);
        }
        else if (_open >= OpenMax)
        {
            context.Refuse(from, challenge.Operation, RefusalCode.Busy, $"{_open} audits are being answered");
        }
        else
        {
            _open++;
            context.Prove(new Proving(context, this, entry, challenge, from), challenge.Object, challenge.Nonce);
        }
    }

    /// <summary>Whether what a worker read is the object, by its certificate.</summary>
    public static bool IsWhole(PastContext context, FileId id, StoreProven proven, out ObjectCertificate? certificate)
    {
        certificate = proven.Status == StoreStatus.Done ? CertificateCodec.TryDecodeCertificate(proven.Meta.Span, out _) : null;
        return certificate is not null && context.Check(certificate, id) is null && certificate.ContentHash == proven.ContentHash;
    }

    private sealed class Proving(PastContext context, Prover prover, CatalogEntry entry, AuditChallenge challenge, NodeHandle asker) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            prover._open--;
            var proven = (StoreProven)result;
            if (IsWhole(context, entry.Object, proven, out _))
            {
                context.Host.Send(new AuditProof(challenge.Operation, proven.Proof), asker);
            }
            else if (proven.Status == StoreStatus.Failed)
            {
                context.Refuse(asker, challenge.Operation, RefusalCode.Broken, "the disk failed");
            }
            else
            {
                prover.Damaged(entry, onDisk: proven.Status == StoreStatus.Done);
                context.Host.Send(new FetchMiss(challenge.Operation, HolderState.Damaged), asker);
            }
        }
    }

    private void Damaged(in CatalogEntry entry, bool onDisk) => server.Damaged(entry, onDisk);
}
