using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Quotas;

/// <summary>Asks those who keep one owner's ledger which of these debits they have, in one message each, and tells each the certificates of those that it lacks. Nothing waits for what they do with them.</summary>
/// <param name="debits">At most as many as one question holds.</param>
internal sealed class AttestRound(PastContext context, Attestor attestor, List<ObjectCertificate> debits)
    : RoundOperation(context, Ledger.KeyOf(debits[0].Owner), 2 * context.Options.AttemptTimeout)
{
    private readonly ValueList<FileId> _ids = debits.Select(CertificateRules.ObjectOf).ToValueList();
    private readonly HashSet<RingId> _asked = [];

    /// <inheritdoc/>
    protected override int NodesWanted => Math.Min(Ledger.Copies, Context.ReplicasMax);

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (_asked.Remove(peer)) EndIfQuiet();
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        WakeAfterAttempt();
        foreach (NodeHandle node in nodes)
        {
            _asked.Add(node.Id);
            Context.Host.Send(new HoldQuery(Id, _ids), node);
        }
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message)
    {
        if (!_asked.Remove(from.Id)) return;
        if (answer is HoldReport report) Tell(from, report);
        EndIfQuiet();
    }

    /// <inheritdoc/>
    protected override void AttemptOver() => End();

    /// <inheritdoc/>
    protected override void GiveUp() => End();

    private void Tell(NodeHandle keeper, HoldReport report)
    {
        Hash256 owner = Hash256.Of(debits[0].Owner.Span);
        for (int i = 0; i < debits.Count; i++)
        {
            if (report.StateOf(i) == HolderState.Missing) Context.Host.Send(new LedgerRequest(0, LedgerIntent.Attest, owner, debits[i]), keeper);
        }
    }

    private void EndIfQuiet()
    {
        if (_asked.Count == 0) End();
    }

    private void End()
    {
        if (!IsOpen) return;
        Close();
        attestor.Ended();
    }
}
