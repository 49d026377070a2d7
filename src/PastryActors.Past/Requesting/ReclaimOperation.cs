using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Requesting;

/// <summary>
/// Releases one object at all of its holders that can be reached. Holders tell the object's k, which may be larger than what was
/// asked at first; then the rest is asked too. A holder that is down learns of it when it comes back: tombstones travel like replicas.
/// </summary>
internal sealed class ReclaimOperation(PastContext context, RequestDesk desk, ReclaimObject reclaim) : RequestOperation(context, desk, reclaim, reclaim.Object.Key)
{
    // Who is silent gets one more chance; the certificate outlives him otherwise.
    private const int RoundsOfSilence = 2;

    private readonly Panel _panel = new();
    private int _wanted = context.CandidateCount;

    /// <inheritdoc/>
    protected override int NodesWanted => _wanted;

    /// <inheritdoc/>
    public override void Begin()
    {
        Context.Cache.Remove(reclaim.Object);
        if (CertificateRules.Check(reclaim.Certificate) is { } problem) Fail(FailureCode.Invalid, problem);
        else NextRound();
    }

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        _panel.GiveUpOn(peer);
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        Ask(_panel.Ask(nodes));
        WakeAfterAttempt();
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message)
    {
        if (answer is not (ReclaimAnswer or Refused) || !_panel.Note(from.Id, answer)) return;
        if (answer is ReclaimAnswer { Replicas: var replicas }) _wanted = Math.Max(_wanted, Context.CandidateCountFor(replicas));
        if (answer is ReclaimAnswer { Holder: { } holder } && _panel.TryAdd(holder)) Ask([holder]);
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void AttemptOver()
    {
        _panel.GiveUp();
        EndRoundIfQuiet();
    }

    /// <inheritdoc/>
    protected override void GiveUp() => Answer();

    private void Ask(List<NodeHandle> nodes)
    {
        foreach (NodeHandle node in nodes) Context.Host.Send(new ReclaimRequest(Id, reclaim.Object, reclaim.Certificate), node);
    }

    private void EndRoundIfQuiet()
    {
        if (!IsOpen || Round == 0 || !_panel.IsQuiet) return;
        bool askMore = _panel.Members.Count < _wanted && !Context.Host.Leafs.IsWholeRing && Round < Context.Options.RoundsMax;
        bool askAgain = _panel.HasOpenEnds && Round < RoundsOfSilence;
        if (askMore || askAgain) NextRoundAfterPause();
        else Answer();
    }

    private void Answer()
    {
        List<ReclaimAnswer> answers = _panel.Members.Select(m => m.Answer).OfType<ReclaimAnswer>().ToList();
        List<ReclaimAnswer> released = answers.FindAll(a => a.Before is HolderState.Held or HolderState.Pointer);
        if (released.Count > 0) Finish(new ObjectReclaimed(RequestId, released.Count(a => a.Before == HolderState.Held), released.Sum(a => (long)a.BytesReleased)));
        else if (FirstRefusal(RefusalCode.Forbidden) is { } forbidden) Fail(FailureCode.Forbidden, forbidden);
        else if (FirstRefusal(RefusalCode.Invalid) is { } invalid) Fail(FailureCode.Invalid, invalid);
        else if (answers.Exists(a => a.Before == HolderState.Reclaimed)) Fail(FailureCode.NotFound, "it was reclaimed before");
        else if (!_panel.HasOpenEnds && _panel.Members.Count > 0) Fail(FailureCode.NotFound, $"none of the {_panel.Members.Count} nodes that should hold it does");
        else Fail(IsPastDeadline ? FailureCode.TimedOut : FailureCode.Unreachable, $"{answers.Count} of {_panel.Members.Count} nodes answered, none of them holds it");
    }

    private string? FirstRefusal(RefusalCode code)
    {
        foreach (Panel.Member member in _panel.Members)
        {
            if (member.Answer is Refused refused && refused.Code == code) return $"node {member.Node.Id}: {refused.Detail}";
        }

        return null;
    }
}
