using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Defining;

/// <summary>
/// Brings local creations of topics to their roots: has the certificate signed, finds the root by a routed question, asks again until
/// there is a verdict. Takes RootIs and TopicVerdict that carry a nonce of its own, and Signed.
/// </summary>
internal sealed class DefinitionKeeper(ScribeContext context)
{
    /// <summary>Creations open at once on this node. They are rare, and each costs a signature here and one to be checked at the root.</summary>
    private const int OpenMax = 256;

    private readonly List<OpenDefinition> _open = [];

    public bool IsEmpty => _open.Count == 0;

    public void Define(DefineTopic request)
    {
        var draft = new TopicCertificate(request.Topic, request.Settings, context.OwnerKey, request.UnixMilliseconds, new BatchSignature(default, 0, default));
        if (draft.Problem() is { } problem)
        {
            Fail(request.Id, FailureCode.Invalid, problem);
            return;
        }

        if (_open.Count >= OpenMax)
        {
            context.Report(FactKind.Dropped, TopicName.IdOf(request.Topic), OpenMax);
            Fail(request.Id, FailureCode.Busy, $"{OpenMax} topics are being created on this node, as many as may");
            return;
        }

        TimeSpan timeout = request.Timeout > TimeSpan.Zero ? request.Timeout : context.Options.PublishTimeout;
        var open = new OpenDefinition(request.Id, context.Now + timeout, draft) { Work = context.Host.NextWorkId() };
        _open.Add(open);
        context.Host.Do(new Sign(open.Work, SigningKey.Owner, draft.Digest()));
    }

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case RootIs found when Find(found.Topic, found.Nonce) is { } open:
                context.Send(new CreateTopic(found.Topic, open.Question.Nonce, open.Certificate), message.Source);
                return true;
            case TopicVerdict verdict when Find(verdict.Topic, verdict.Nonce) is { } open:
                _open.Remove(open);
                Answer(open, verdict.Verdict);
                return true;
            default: return false;
        }
    }

    /// <summary>Takes a signature; nothing if it is none of this keeper's.</summary>
    public void OnSigned(Signed signed)
    {
        if (_open.Find(o => o.Work == signed.Id) is not { } open) return;
        open.Work = 0;
        if (signed.Signature.Value.IsEmpty)
        {
            _open.Remove(open);
            Fail(open.RequestId, FailureCode.Busy, "the node could not sign the topic's certificate: too much waits to be signed");
            return;
        }

        open.Certificate = open.Certificate with { Signature = signed.Signature };
        Locate(open);
    }

    public void Tick()
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            OpenDefinition open = _open[i];
            if (open.Deadline <= context.Now)
            {
                _open.RemoveAt(i);
                Fail(open.RequestId, FailureCode.TimedOut, "the topic's root did not confirm the topic in time; it may have been created all the same");
            }
            else if (open.Work == 0 && !open.Question.IsAwaited(context.Now, context.Options.PublishRetryAfter))
            {
                Locate(open);
            }
        }
    }

    private OpenDefinition? Find(RingId topic, ulong nonce) => _open.Find(o => o.Question.Is(nonce) && o.Topic == topic);

    private void Locate(OpenDefinition open) =>
        context.Host.Route(new LocateRoot(open.Topic, open.Certificate.Topic, context.Self, open.Question.Ask(context.Host)), open.Topic);

    private void Answer(OpenDefinition open, Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.Created: context.Host.Reply(new TopicDefined(open.RequestId, open.Certificate)); break;
            case Verdict.Exists:
                Fail(open.RequestId, FailureCode.Exists, $"the topic {open.Certificate.Topic} was created by another key, or has messages that this change would contradict; nothing was changed");
                break;
            default: Fail(open.RequestId, FailureCode.Forbidden, "the topic's root did not accept the certificate"); break;
        }
    }

    private void Fail(long request, FailureCode code, string detail) => context.Host.Reply(new Failed(request, code, detail));

    /// <summary>A creation that has no verdict yet.</summary>
    private sealed class OpenDefinition(long requestId, Instant deadline, TopicCertificate certificate)
    {
        public long RequestId { get; } = requestId;

        public Instant Deadline { get; } = deadline;

        public TopicCertificate Certificate { get; set; } = certificate;

        public RingId Topic { get; } = TopicName.IdOf(certificate.Topic);

        /// <summary>The signature that is being made; 0 when it is.</summary>
        public long Work { get; set; }

        /// <summary>Who the root is, and whether it has the topic.</summary>
        public Question Question { get; } = new();
    }
}
