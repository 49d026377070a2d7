using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Prefixes;

/// <summary>
/// Publishes to a topic, and when its root has taken the message to those prefixes above it that anybody wants and that may carry it; answers
/// when all of them have it. Takes the request <see cref="Publish"/>, and TreeAnswer to its own questions. Whether a prefix is wanted is asked of its root and believed for
/// <see cref="ScribeOptions.PrefixLease"/>; a subscription to a prefix stands only after that time, so none of its messages is missed.
/// </summary>
internal sealed class PrefixPublisher(ScribeContext context)
{
    private readonly SortedDictionary<string, PrefixLease> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (PrefixPublish Publish, bool IsOwn)> _parts = [];
    private long _waitingBytes;

    public bool IsEmpty => _leases.Count == 0;

    public void Publish(Publish request)
    {
        if (TopicPrefix.ProblemOfPublish(request.Topic) is { } problem)
        {
            Reply(new Failed(request.Id, FailureCode.Invalid, problem));
            return;
        }

        string[] above = [.. TopicPrefix.Above(request.Topic)];
        if (above.Length == 0)
        {
            context.Publishing.Publish(request);
            return;
        }

        if (!TryEnqueue(request, above, out PrefixPublish publish)) return;
        Send(publish, request.Topic, isOwn: true);
    }

    /// <summary>Takes the answer to a question of this machine's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        if (message.Payload is not TreeAnswer answer) return false;
        if (_leases.Values.FirstOrDefault(l => l.Question.Is(answer.Nonce)) is not { } lease) return false;
        lease.Learn(answer.IsWanted, answer.Rules, context.Options.PrefixLease);
        Pump(lease);
        return true;
    }

    /// <summary>Takes the answer to a part of a publish; false if it is an answer to somebody else's request.</summary>
    public bool Take(Reply reply)
    {
        if (!_parts.Remove(reply.RequestId, out (PrefixPublish Publish, bool IsOwn) part)) return false;
        PrefixPublish publish = part.Publish;
        if (reply is Failed failed) publish.Failure ??= failed;
        if (part.IsOwn)
        {
            publish.IsTaken = reply is Published;
            publish.Sequence = (reply as Published)?.Sequence ?? 0;
            foreach (string prefix in TopicPrefix.Above(publish.Request.Topic)) Pump(_leases[prefix]);
        }

        End(publish);
        return true;
    }

    public void Tick()
    {
        foreach (PrefixLease lease in _leases.Values.ToArray())
        {
            while (lease.First is { IsTaken: true } expired && context.Now >= expired.Deadline)
            {
                Dequeue(lease);
                Fail(expired, $"the root of {lease.Prefix} did not say in time whether anybody subscribes to it; the message was published to its own topic");
            }

            // Asked again while its topic's root is, so that both are known at once.
            if (lease.First is { } first && first.BegunAt >= lease.ValidUntil) Ask(lease);
            Pump(lease);
            if (lease.WaitingCount == 0 && context.Now - lease.LastUsed > context.Options.PrefixLease * 2) _leases.Remove(lease.Prefix);
        }
    }

    /// <summary>Puts a publish into the queues of all prefixes above its topic, in whose order it goes to them; false, and answered, if one is full.</summary>
    private bool TryEnqueue(Publish request, string[] above, out PrefixPublish publish)
    {
        TimeSpan timeout = request.Timeout > TimeSpan.Zero && request.Timeout < context.Options.PublishTimeout ? request.Timeout : context.Options.PublishTimeout;
        publish = new PrefixPublish(request, context.Now, context.Now + timeout) { Open = 1 + above.Length };
        if (_leases.Count + above.Length > context.Options.MaxTopics)
        {
            Reply(new Failed(request.Id, FailureCode.Busy, $"this node publishes below {_leases.Count} prefixes already, as many as it may"));
            return false;
        }

        foreach (string prefix in above)
        {
            if (!_leases.TryGetValue(prefix, out PrefixLease? lease)) _leases.Add(prefix, lease = new PrefixLease(prefix));
            lease.LastUsed = context.Now;
            if (lease.WaitingCount < context.Options.PublishQueueMax && _waitingBytes + ((long)request.Payload.Length * above.Length) <= context.Options.PublishQueueBytesMax) continue;
            context.Report(FactKind.Dropped, TopicName.IdOf(prefix), context.Options.PublishQueueMax);
            Reply(new Failed(request.Id, FailureCode.Busy, $"{lease.WaitingCount} messages of this node wait to be published to {prefix}, as many as may"));
            return false;
        }

        foreach (string prefix in above)
        {
            _leases[prefix].Wait(publish);
            _waitingBytes += request.Payload.Length;
            if (context.Now >= _leases[prefix].ValidUntil) Ask(_leases[prefix]);
        }

        return true;
    }

    /// <summary>Sends on what has its turn: what its own topic has taken, where it is known whether anybody wants it.</summary>
    private void Pump(PrefixLease lease)
    {
        while (lease.First is { IsTaken: { } isTaken } next)
        {
            if (isTaken && next.BegunAt >= lease.ValidUntil)
            {
                Ask(lease);
                return;
            }

            Dequeue(lease);
            TopicSettings rules = context.Publishing.RulesOf(TopicName.IdOf(next.Request.Topic)) ?? TopicSettings.Default;
            // A message that its own topic does not have is none of a prefix's either: who may publish there its root knows.
            if (isTaken && lease.IsWanted && rules.MayBeCarriedBy(lease.Rules)) Send(next, lease.Prefix, isOwn: false);
            else End(next);
        }
    }

    private void Dequeue(PrefixLease lease)
    {
        _waitingBytes -= lease.First!.Request.Payload.Length;
        lease.RemoveFirst();
    }

    private void Ask(PrefixLease lease)
    {
        if (lease.Question.IsAwaited(context.Now, context.Options.PublishRetryAfter)) return;
        RingId id = TopicName.IdOf(lease.Prefix);
        context.Host.Route(new TreeQuestion(id, context.Self, lease.Question.Ask(context.Host), TreeAsk.Root), id);
    }

    private void Send(PrefixPublish publish, string topic, bool isOwn)
    {
        long part = context.NextInnerId();
        _parts.Add(part, (publish, isOwn));
        TimeSpan left = publish.Deadline - context.Now;
        Core.Collections.Blob payload = isOwn ? publish.Request.Payload : TopicPrefix.Wrap(publish.Request.Topic, publish.Request.Payload);
        context.Publishing.Publish(publish.Request with { Id = part, Timeout = left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), Topic = topic, Payload = payload });
    }

    private void Fail(PrefixPublish publish, string detail)
    {
        publish.Failure ??= new Failed(publish.Request.Id, FailureCode.TimedOut, detail);
        End(publish);
    }

    private void End(PrefixPublish publish)
    {
        if (--publish.Open > 0) return;
        if (publish.Failure is { } failure) Reply(failure with { RequestId = publish.Request.Id });
        else Reply(new Published(publish.Request.Id, publish.Sequence));
    }

    private void Reply(Reply reply) => context.Host.Reply(reply);
}
