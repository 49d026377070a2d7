using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Audits;

/// <summary>
/// One audit: what the answer must be is computed from this node's own replica, read and checked for it; then the other is challenged with the
/// same nonce. Only a wrong proof fails: who is silent, busy, or says that it lacks the object does not lie.
/// </summary>
internal sealed class Audit(PastContext context, Auditor auditor, CatalogEntry entry, NodeHandle node) : Operation(context)
{
    private readonly Hash256 _nonce = new(context.Host.Random.NextRingId().Value, context.Host.Random.NextRingId().Value);
    private NodeHandle? _asked;
    private Hash256? _expected;

    public void Begin() => Context.Prove(this, entry.Object, _nonce);

    /// <inheritdoc/>
    public override void WorkDone(WorkResult result)
    {
        if (!IsOpen) return;
        var proven = (StoreProven)result;
        if (Prover.IsWhole(Context, entry.Object, proven, out _))
        {
            _expected = proven.Proof;
            Ask(node);
            return;
        }

        End();
        if (proven.Status != StoreStatus.Failed) auditor.DamagedHere(entry, onDisk: proven.Status == StoreStatus.Done);
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (_asked is null || message.Source.Id != _asked.Id) return;
        switch (answer)
        {
            case AuditProof proof: Judge(proof.Proof); break;
            // It has a pointer: whoever it names holds the replica in its place, and must prove so.
            case LookupMiss { Candidates.Count: 1 } miss when _asked.Id == node.Id && miss.Candidates[0].Id != Context.Host.Self.Id: Ask(miss.Candidates[0]); break;
            case FetchMiss { State: HolderState.Missing }:
                Context.Host.Send(new SyncTell(0, SyncEntry.Pack([SyncEntry.Of(entry)]), More: false), _asked);
                End();
                break;
            default: End(); break;
        }
    }

    /// <inheritdoc/>
    public override void Woke() => End();

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (peer == _asked?.Id) End();
    }

    private void Ask(NodeHandle asked)
    {
        _asked = asked;
        Context.Host.Send(new AuditChallenge(Id, entry.Object, _nonce), asked);
        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
    }

    private void Judge(Hash256 proof)
    {
        Close();
        if (proof == _expected) auditor.Passed(entry.Object, node);
        else auditor.Failed(entry, node);
    }

    private void End()
    {
        if (!IsOpen) return;
        Close();
        auditor.Open();
    }
}

/// <summary>Has an object held by a neighbour in the place of a node that could not prove that it holds it: replica diversion, with another reason.</summary>
internal sealed class Replacing(PastContext context, StandIns standIns, CatalogEntry entry, NodeHandle failed) : IWorkWaiter, IDiverting
{
    public void Begin() => context.Read(this, entry.Object, metaOnly: false);

    /// <inheritdoc/>
    public void WorkDone(WorkResult result)
    {
        var got = (StoreGot)result;
        ObjectCertificate? certificate = got.Status == StoreStatus.Done ? CertificateCodec.TryDecodeCertificate(got.Meta.Span, out _) : null;
        if (certificate is null || context.Check(certificate, entry.Object) is not null || CertificateRules.CheckContent(certificate, got.Content) is not null) return;
        var diversion = new Diversion(context, entry.Object, certificate, got.Content, this);
        context.Operations.Open(diversion);
        diversion.Begin();
    }

    /// <inheritdoc/>
    public void Diverted(DivertedReplica replica)
    {
        standIns.Add(new StandIn(entry.Object, failed.Id, replica.Holder));
        context.Host.Report(new Fact(FactKind.StandInFound, entry.Key, entry.ContentLength));
    }

    /// <inheritdoc/>
    public void NotDiverted(string why, bool refuted)
    {
    }
}
