using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Publishing;

/// <summary>
/// Brings local publishes to the topic's root, which it finds once by a routed question and then speaks to directly (JSAC 2002, III-A),
/// signed where that is wanted, and tries again until they have their numbers. A root without room slows its publishers down, and they what
/// they take. Gives SignContents; takes ContentsSigned, RootIs, NotRoot, PublishAnswer and the TopicVerdicts that are about publishes.
/// </summary>
internal sealed class PublishKeeper(ScribeContext context)
{
    /// <summary>How long the address of a root is remembered without being used.</summary>
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Publishers of a topic come and go on one node, and each counts its publishes. Each begins this much above the one before, so that
    /// none counts what another of the same topic has counted.
    /// </summary>
    private const int CountBits = 32;

    /// <summary>How long a root that has no room is left alone. A few round trips: it has confirmed something by then, or is stuck.</summary>
    private static readonly TimeSpan HoldTime = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a publish waits for room at the root before its publisher is told to slow down: past one failed attempt to store history, and soon enough to be news.</summary>
    private static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(3);

    private const string RootIsFull =
        "the topic's root has as many messages waiting as it may: it does not get them to the nodes that keep them, or into history, as fast as they come; the message was not taken";

    private readonly TopicTable<TopicPublisher> _publishers = new(context.Options.MaxTopics);
    private readonly Dictionary<string, TopicPublisher> _byName = [];
    private readonly Dictionary<long, (TopicPublisher Publisher, List<OpenPublish> Messages)> _signing = [];
    private ulong _begun;
    private long _openBytes;

    public bool IsEmpty => _publishers.Count == 0;

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case RootIs found: OnRootIs(message.Source, found); return true;
            case NotRoot denial: OnNotRoot(message.Source, denial); return true;
            case PublishAnswer answer: OnAnswer(answer); return true;
            case TopicVerdict { Verdict: Verdict.NotPublisher or Verdict.TooLarge or Verdict.NotSigned or Verdict.Busy } verdict: OnVerdict(message.Source, verdict); return true;
            default: return false;
        }
    }

    public void Publish(Publish request)
    {
        // An application may give none at all; the empty name is refused like it.
        string name = request.Topic ?? "";
        TopicPublisher? publisher = _byName.GetValueOrDefault(name);
        if (ProblemOf(request, publisher) is { } problem)
        {
            Fail(request.Id, FailureCode.Invalid, problem);
            return;
        }

        if (publisher is null)
        {
            if (_publishers.IsFull)
            {
                context.Report(FactKind.Dropped, TopicName.IdOf(name), _publishers.Max);
                Fail(request.Id, FailureCode.Busy, $"this node publishes to {_publishers.Max} topics already, as many as it may");
                return;
            }

            publisher = Begin(name);
        }

        if (publisher.OpenCount >= context.Options.PublishQueueMax || _openBytes + request.Payload.Length > context.Options.PublishQueueBytesMax)
        {
            context.Report(FactKind.Dropped, publisher.Topic, context.Options.PublishQueueMax);
            Fail(request.Id, FailureCode.Busy, $"{publisher.OpenCount} messages of this node wait for their numbers in this topic and {_openBytes} bytes in all, as many as may");
            return;
        }

        TimeSpan timeout = request.Timeout > TimeSpan.Zero && request.Timeout < context.Options.PublishTimeout ? request.Timeout : context.Options.PublishTimeout;
        _openBytes += request.Payload.Length;
        publisher.Add(request.Id, context.Now + timeout, request.Payload);
        publisher.LastUsed = context.Now;
        Pump(publisher);
    }

    /// <summary>What the root of a topic said of who may use it when it took a message last; null if it has taken none.</summary>
    public TopicSettings? RulesOf(RingId topic) => _publishers.Find(topic)?.Rules;

    public void PeerFailed(NodeHandle peer) => _publishers.ForEach(publisher =>
    {
        if (publisher.Root?.Id == peer.Id) SeekRoot(publisher);
    });

    /// <summary>A root that cannot take the topic on; nothing if the refusal is of no question of this keeper's.</summary>
    public void OnRefused(TopicRefused refused)
    {
        if (_publishers.Find(refused.Topic) is not { } publisher || !publisher.RootQuestion.Is(refused.Nonce)) return;
        while (publisher.TakeAny() is { } open) Fail(open, FailureCode.Full, "the topic's root is in as many topics as it may be");
    }

    public void Tick() => _publishers.ForEach(Tick);

    private void Tick(TopicPublisher publisher)
    {
        Instant now = context.Now;
        while (publisher.TakeExpired(now) is { } expired)
        {
            if (expired is { RefusedSince: not null, SentAt: null }) Fail(expired, FailureCode.Busy, RootIsFull);
            else Fail(expired, FailureCode.TimedOut, "the topic's root did not confirm the message in time; it may have been published all the same");
        }

        if (publisher.OpenCount == 0)
        {
            if (now - publisher.LastUsed > IdleLifetime) Forget(publisher);
            return;
        }

        if (publisher.HasOverdue(now - context.Options.PublishRetryAfter)) SeekRoot(publisher);
        else Pump(publisher);
    }

    private TopicPublisher Begin(string name)
    {
        RingId id = TopicName.IdOf(name);
        var publisher = new TopicPublisher(id, name, (_begun++ << CountBits) + 1) { Signs = context.Options.SignMessages };
        _publishers.Add(id, publisher);
        _byName.Add(name, publisher);
        return publisher;
    }

    private void Forget(TopicPublisher publisher)
    {
        _publishers.Remove(publisher.Topic);
        _byName.Remove(publisher.Name);
        _begun = Math.Max(_begun, (publisher.NextNumber >> CountBits) + 1);
    }

    /// <param name="publisher">That of the topic, whose name was looked at when it began; null if there is none.</param>
    private string? ProblemOf(Publish request, TopicPublisher? publisher)
    {
        if (publisher is null && TopicName.Problem(request.Topic) is { } problem) return problem;
        int limit = context.Options.MaxMessageBytes + (TopicPrefix.IsPrefix(request.Topic) ? TopicPrefix.OverheadBytes : 0);
        return request.Payload.Length <= limit ? null : $"a message may have {limit} bytes at most, not {request.Payload.Length}";
    }

    private void SeekRoot(TopicPublisher publisher)
    {
        publisher.Unsend();
        Pump(publisher);
    }

    private void Pump(TopicPublisher publisher)
    {
        if (publisher.OpenCount == 0) return;
        if (publisher.Root is null)
        {
            Locate(publisher);
            return;
        }

        while (publisher.NextToSend(context.Now, context.Options.BatchBytesMax) is { Count: > 0 } next)
        {
            if (publisher.Signs && next[0].Run is null) Sign(publisher, next);
            else Send(publisher, next);
        }
    }

    private void Send(TopicPublisher publisher, List<OpenPublish> next)
    {
        var items = new PublishItems(publisher.Topic, next.Select(static o => new PublishItem(o.Number, o.Payload) { Run = o.Run }).ToValueList()) { Oldest = publisher.Oldest };
        context.Send(items, publisher.Root!, next.Sum(static o => o.Payload.Length));
    }

    private void Sign(TopicPublisher publisher, List<OpenPublish> messages)
    {
        long work = context.Host.NextWorkId();
        publisher.IsSigning = true;
        _signing.Add(work, (publisher, messages));
        Blob head = SignedRun.HeadOf(publisher.Topic, context.Self.Incarnation, messages[0].Number);
        context.Host.Do(new SignContents(work, SigningKey.Node, head, messages.Select(static o => o.Payload).ToValueList()));
    }

    /// <summary>A signature is made: what it covers goes out. Where there was no room for it the messages count as sent, and are tried again as if no answer had come.</summary>
    public void OnSigned(ContentsSigned signed)
    {
        if (!_signing.Remove(signed.Id, out (TopicPublisher Publisher, List<OpenPublish> Messages) signing)) return;
        signing.Publisher.IsSigning = false;
        if (!signed.Signature.Value.IsEmpty)
        {
            var run = new SignedRun(context.NodeKey, context.Self.Incarnation, signing.Messages[0].Number, signed.Hashes, signed.Signature);
            if (signing.Publisher.Signed(signing.Messages, run, context.Now) is { Count: > 0 } next) Send(signing.Publisher, next);
        }

        Pump(signing.Publisher);
    }

    /// <summary>A root that had no room may have some now.</summary>
    public void OnTimer(NodeTimer timer)
    {
        if (_publishers.Find(timer.Subject) is { } publisher) Pump(publisher);
    }

    private void Locate(TopicPublisher publisher)
    {
        if (publisher.RootQuestion.IsAwaited(context.Now, context.Options.PublishRetryAfter / 2)) return;
        context.Host.Route(new LocateRoot(publisher.Topic, publisher.Name, context.Self, publisher.RootQuestion.Ask(context.Host)), publisher.Topic);
    }

    private void OnRootIs(NodeHandle from, RootIs found)
    {
        if (_publishers.Find(found.Topic) is not { } publisher || !publisher.RootQuestion.Is(found.Nonce)) return;
        publisher.RootQuestion.Close();
        publisher.Root = from;
        Pump(publisher);
    }

    private void OnNotRoot(NodeHandle from, NotRoot denial)
    {
        if (_publishers.Find(denial.Topic) is { } publisher && publisher.Root?.Id == from.Id) SeekRoot(publisher);
    }

    private void OnVerdict(NodeHandle from, TopicVerdict verdict)
    {
        if (_publishers.Find(verdict.Topic) is not { } publisher || publisher.Root?.Id != from.Id) return;
        switch (verdict.Verdict)
        {
            case Verdict.TooLarge:
                if (publisher.Take(verdict.Nonce) is { } large) Fail(large, FailureCode.Invalid, $"the topic's root takes no message of {large.Payload.Length} bytes: its scribe.max-message is smaller than this node's");
                break;
            case Verdict.NotSigned: OnNotSigned(publisher, verdict.Nonce); break;
            case Verdict.Busy: OnBusy(publisher, verdict.Nonce); break;
            default: OnForbidden(publisher, verdict.Nonce); break;
        }
    }

    /// <summary>The node may not publish to the topic; or, where the verdict names a publish to a prefix, not to the topic below that it was published to.</summary>
    private void OnForbidden(TopicPublisher publisher, ulong number)
    {
        string reason = $"the creator of the topic does not let node {context.Self.Id} publish";
        if (number > 0 && publisher.Take(number) is { } one) Fail(one, FailureCode.Forbidden, reason);
        while (number == 0 && publisher.TakeAny() is { } open) Fail(open, FailureCode.Forbidden, reason);
    }

    /// <summary>The topic's messages are signed, which this node did not know: they go again, signed.</summary>
    private void OnNotSigned(TopicPublisher publisher, ulong number)
    {
        if (publisher.Find(number) is not { SentAt: not null } refused) return;
        if (refused.Run is not null)
        {
            publisher.Take(number);
            Fail(refused, FailureCode.Forbidden, $"the topic's root does not accept the signature of node {context.Self.Id}");
            return;
        }

        if (publisher.Signs) return;
        publisher.Signs = true;
        publisher.SendAgain();
        Pump(publisher);
    }

    /// <summary>The root has no room for the publish of that number, and numbers none after it. They go again a little later; after that who publishes is told to slow down.</summary>
    private void OnBusy(TopicPublisher publisher, ulong number)
    {
        foreach (OpenPublish open in publisher.Hold(number, context.Now, context.Now + HoldTime, HoldMax))
        {
            context.Report(FactKind.Dropped, publisher.Topic);
            Fail(open, FailureCode.Busy, RootIsFull);
        }

        context.Host.Schedule((byte)ScribeTimer.Publish, HoldTime, subject: publisher.Topic);
    }

    private void OnAnswer(PublishAnswer answer)
    {
        if (_publishers.Find(answer.Topic) is not { } publisher) return;
        publisher.Rules = answer.Rules;
        foreach (PublishedRun run in answer.Runs)
        {
            foreach (OpenPublish open in publisher.TakeRun(run.Number, run.Count))
            {
                _openBytes -= open.Payload.Length;
                context.Host.Reply(new Published(open.RequestId, run.Sequence + (open.Number - run.Number)));
            }
        }

        publisher.LastUsed = context.Now;
        Pump(publisher);
    }

    private void Fail(OpenPublish open, FailureCode code, string detail)
    {
        _openBytes -= open.Payload.Length;
        Fail(open.RequestId, code, detail);
    }

    private void Fail(long request, FailureCode code, string detail) => context.Host.Reply(new Failed(request, code, detail));
}
