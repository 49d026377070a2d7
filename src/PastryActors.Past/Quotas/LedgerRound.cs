using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Quotas;

/// <summary>Whoever wants something of a ledger.</summary>
internal interface ILedgerWaiter
{
    /// <summary>All who keep the ledger did it, durably.</summary>
    void Agreed(LedgerAnswer answer);

    /// <summary>One of them refuses; or not all could be asked, and the code is busy.</summary>
    void NotAgreed(RefusalCode code, string why);
}

/// <summary>
/// Asks all nodes that keep an owner's ledger for the same, until every one has done it, or one refuses. All of them, as for an insert:
/// then each has seen every debit, none lets a quota be exceeded, and it takes the loss of all of them to forget one.
/// </summary>
internal sealed class LedgerRound : RoundOperation
{
    private readonly LedgerRequest _request;
    private readonly ILedgerWaiter _waiter;
    private readonly HashSet<RingId> _agreed = [];
    private readonly HashSet<RingId> _asked = [];
    private readonly SortedDictionary<RingId, NodeHandle> _everAsked = [];
    private List<NodeHandle> _nodes = [];
    private LedgerAnswer? _answer;
    private string _why = "its nodes could not be found";

    private LedgerRound(PastContext context, LedgerRequest request, TimeSpan timeout, ILedgerWaiter waiter)
        : base(context, Ledger.KeyOf(request.Owner), timeout) => (_request, _waiter) = (request, waiter);

    /// <inheritdoc/>
    protected override int NodesWanted => Math.Min(Ledger.Copies, Context.ReplicasMax);

    /// <summary>Begins to ask. An attempt may be lost, and a second go to a node that failed: three attempts' time is given.</summary>
    public static void Open(PastContext context, LedgerRequest request, ILedgerWaiter waiter)
    {
        var round = new LedgerRound(context, request, 3 * context.Options.AttemptTimeout, waiter);
        context.Operations.Open(round);
        round.Begin();
    }

    /// <summary>Tells the ledger, as far as its nodes are known to this one or to be found, that an object which was debited is not stored here. Nothing waits for it: what is not released is found later.</summary>
    /// <param name="debit">The operation by which it was debited; zero if it was not, and nothing is to be told.</param>
    public static void Release(PastContext context, Core.Collections.Blob owner, FileId id, long debit)
    {
        if (debit != 0) Open(context, new LedgerRequest(debit, LedgerIntent.Release, Hash256.Of(owner.Span), Object: id), NobodyWaits.Instance);
    }

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (!_asked.Remove(peer)) return;
        _why = $"node {peer} failed";
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        _nodes = nodes;
        WakeAfterAttempt();
        _asked.Clear();
        foreach (NodeHandle node in nodes)
        {
            if (_agreed.Contains(node.Id)) continue;
            if (_request.Intent != LedgerIntent.Release) _asked.Add(node.Id);
            _everAsked[node.Id] = node;
            Context.Host.Send(_request.Intent == LedgerIntent.Release ? _request : _request with { Operation = Id }, node);
        }

        if (_request.Intent == LedgerIntent.Release) End();
        else EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message)
    {
        if (!_asked.Remove(from.Id)) return;
        if (answer is LedgerAnswer done)
        {
            _agreed.Add(from.Id);
            if (_answer is null || done.UsedBytes > _answer.UsedBytes) _answer = done;
        }
        else if (answer is Refused refused)
        {
            _why = $"node {from.Id}: {refused.Detail}";
            if (refused.Code is not (RefusalCode.Busy or RefusalCode.NotResponsible or RefusalCode.Broken or RefusalCode.Full))
            {
                Refuse(refused.Code);
                return;
            }
        }
        else
        {
            Blame(from);
        }

        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void AttemptOver()
    {
        if (_asked.Count > 0) _why = "not all of its nodes answered in time";
        NextRound();
    }

    /// <inheritdoc/>
    protected override void GiveUp()
    {
        // A question is answered by whoever can; what changes the ledger takes all of them.
        if (_request.Intent == LedgerIntent.Query && _answer is not null) End();
        else Refuse(RefusalCode.Busy);
    }

    private void EndRoundIfQuiet()
    {
        if (_asked.Count > 0) return;
        if (_nodes.TrueForAll(n => _agreed.Contains(n.Id))) End();
        else NextRoundAfterPause();
    }

    private void End()
    {
        if (!IsOpen) return;
        Close();
        if (_answer is not null) _waiter.Agreed(_answer);
        else _waiter.NotAgreed(RefusalCode.Busy, _why);
    }

    private void Refuse(RefusalCode code)
    {
        if (!IsOpen) return;
        Close();
        TakeBack();
        _waiter.NotAgreed(code, $"the owner's ledger: {_why}");
    }

    // Some may have made the debit that another refused, or be about to.
    private void TakeBack()
    {
        if (_request.Intent != LedgerIntent.Debit) return;
        var release = new LedgerRequest(Id, LedgerIntent.Release, _request.Owner, Object: CertificateRules.ObjectOf(_request.Certificate! with { IsDebit = false }));
        foreach (NodeHandle node in _everAsked.Values) Context.Host.Send(release, node);
    }

    private sealed class NobodyWaits : ILedgerWaiter
    {
        public static readonly NobodyWaits Instance = new();

        public void Agreed(LedgerAnswer answer)
        {
        }

        public void NotAgreed(RefusalCode code, string why)
        {
        }
    }
}
