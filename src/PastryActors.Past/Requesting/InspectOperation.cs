using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Requesting;

/// <summary>Asks every node that should hold an object, and two beyond, what it has of it. Silence is an answer here: whoever does not answer within the attempt's time is reported as unreachable.</summary>
internal sealed class InspectOperation(PastContext context, RequestDesk desk, InspectObject inspect) : RequestOperation(context, desk, inspect, inspect.Object.Key)
{
    private readonly Panel _panel = new();
    private readonly Queue<ObjectCertificate> _certificates = [];
    private int _wanted = context.CandidateCount;
    private bool _answering;

    /// <inheritdoc/>
    protected override int NodesWanted => _wanted;

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        _panel.GiveUpOn(peer);
        AnswerIfQuiet();
    }

    /// <inheritdoc/>
    public override void WorkDone(WorkResult result)
    {
        if (!IsOpen) return;
        ObjectCertificate candidate = _certificates.Dequeue();
        if (((Verified)result).Good) Answer(candidate);
        else VerifyNext();
    }

    /// <inheritdoc/>
    protected override void Found(List<NodeHandle> nodes, bool wholeRing)
    {
        Ask(_panel.Ask(nodes));
        WakeAfterAttempt();
        AnswerIfQuiet();
    }

    /// <inheritdoc/>
    protected override void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message)
    {
        if (answer is not (InspectReport or Refused) || !_panel.Note(from.Id, answer)) return;
        if (answer is InspectReport { Certificate: { } certificate }) Note(from, certificate);
        if (answer is InspectReport { Holder: { } holder } && _panel.TryAdd(holder)) Ask([holder]);
        AnswerIfQuiet();
    }

    /// <inheritdoc/>
    protected override void AttemptOver()
    {
        _panel.GiveUp();
        AnswerIfQuiet();
    }

    /// <inheritdoc/>
    protected override void GiveUp()
    {
        if (_panel.Members.Count == 0) Fail(IsPastDeadline ? FailureCode.TimedOut : FailureCode.Unreachable, "the replica set could not be found");
        else Answer(null);
    }

    private void Ask(List<NodeHandle> nodes)
    {
        foreach (NodeHandle node in nodes) Context.Host.Send(new InspectQuery(Id, inspect.Object, inspect.ReadBack), node);
    }

    private void Note(NodeHandle from, ObjectCertificate certificate)
    {
        if (Context.Check(certificate, inspect.Object) is not null)
        {
            Blame(from);
            return;
        }

        if (!_answering && !_certificates.Contains(certificate)) _certificates.Enqueue(certificate);
        _wanted = Math.Max(_wanted, Context.CandidateCountFor(certificate.Replicas));
    }

    private void AnswerIfQuiet()
    {
        if (!IsOpen || Round == 0 || _answering || !_panel.IsQuiet) return;
        bool askMore = _panel.Members.Count < _wanted && !Context.Host.Leafs.IsWholeRing && Round < 2;
        if (askMore)
        {
            NextRoundAfterPause();
            return;
        }

        _answering = true;
        VerifyNext();
    }

    private void VerifyNext()
    {
        if (_certificates.TryPeek(out ObjectCertificate? candidate)) Context.Verify(this, CertificateCodec.ClaimOf(candidate));
        else Answer(null);
    }

    private void Answer(ObjectCertificate? certificate)
    {
        var holders = _panel.Members.Select(m => m.Answer is InspectReport report
            ? new HolderReport(m.Node, report.State, report.VerifiedAgo, report.Holder)
            : new HolderReport(m.Node, HolderState.Unreachable));
        Finish(new ObjectInspected(RequestId, certificate, Core.Collections.ValueList.ToValueList(holders)));
    }
}
