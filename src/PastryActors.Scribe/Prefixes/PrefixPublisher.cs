using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Prefixes;

/// <summary>
/// Publishes to a topic and to those prefixes above it that anybody wants, and answers when all of them have the message. Takes the request
/// <see cref="Publish"/>, and TreeAnswer to its own questions. Whether a prefix is wanted is asked of its root and believed for
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

        TimeSpan timeout = request.Timeout > TimeSpan.Zero && request.Timeout < context.Options.PublishTimeout ? request.Timeout : context.Options.PublishTimeout;
        var publish = new PrefixPublish(request, context.Now + timeout) { Open = 1 + above.Length };
        Send(publish, request.Topic, isOwn: true);
        foreach (string prefix in above) ToPrefix(publish, prefix);
    }

    /// <summary>Takes the answer to a question of this machine's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        if (message.Payload is not TreeAnswer answer) return false;
        foreach (PrefixLease lease in _leases.Values)
        {
            if (lease.Nonce != answer.Nonce || answer.Nonce == 0) continue;
            lease.Learn(answer.IsWanted, context.Options.PrefixLease);
            while (lease.TakeWaiting() is { } waiting)
            {
                _waitingBytes -= waiting.Request.Payload.Length;
                Settle(waiting, lease);
            }

            return true;
        }

        return false;
    }

    /// <summary>Takes the answer to a part of a publish; false if it is an answer to somebody else's request.</summary>
    public bool Take(Reply reply)
    {
        if (!_parts.Remove(reply.RequestId, out (PrefixPublish Publish, bool IsOwn) part)) return false;
        if (reply is Failed failed) part.Publish.Failure ??= failed;
        if (part.IsOwn && reply is Published published) part.Publish.Sequence = published.Sequence;
        End(part.Publish);
        return true;
    }

    public void Tick()
    {
        foreach (PrefixLease lease in _leases.Values.ToArray())
        {
            while (lease.TakeExpired(context.Now) is { } expired)
            {
                _waitingBytes -= expired.Request.Payload.Length;
                Fail(expired, FailureCode.TimedOut, $"the root of {lease.Prefix} did not say in time whether anybody subscribes to it; the message may have been published all the same");
            }

            if (lease.WaitingCount > 0 && context.Now - lease.SentAt >= context.Options.PublishRetryAfter) Ask(lease);
            if (lease.WaitingCount == 0 && context.Now - lease.LastUsed > context.Options.PrefixLease * 2) _leases.Remove(lease.Prefix);
        }
    }

    private void ToPrefix(PrefixPublish publish, string prefix)
    {
        if (!_leases.TryGetValue(prefix, out PrefixLease? lease))
        {
            if (_leases.Count >= context.Options.MaxTopics)
            {
                Fail(publish, FailureCode.Busy, $"this node publishes below {_leases.Count} prefixes already, as many as it may; the message may have been published to its own topic");
                return;
            }

            _leases.Add(prefix, lease = new PrefixLease(prefix));
        }

        lease.LastUsed = context.Now;
        // Who waits comes first: the messages of one publisher keep their order.
        if (lease.WaitingCount == 0 && context.Now < lease.ValidUntil) Settle(publish, lease);
        else if (lease.WaitingCount >= context.Options.PublishQueueMax || _waitingBytes + publish.Request.Payload.Length > context.Options.PublishQueueBytesMax)
        {
            context.Report(FactKind.Dropped, TopicName.IdOf(prefix), context.Options.PublishQueueMax);
            Fail(publish, FailureCode.Busy, $"{lease.WaitingCount} messages wait to know whether anybody subscribes to {prefix}, as many as may; the message may have been published to its own topic");
        }
        else
        {
            lease.Wait(publish);
            _waitingBytes += publish.Request.Payload.Length;
            if (lease.Nonce == 0) Ask(lease);
        }
    }

    private void Ask(PrefixLease lease)
    {
        lease.Ask(context.NewNonce(), context.Now);
        RingId id = TopicName.IdOf(lease.Prefix);
        context.Host.Route(new TreeQuestion(id, context.Self, lease.Nonce, TreeAsk.Root), id);
    }

    private void Settle(PrefixPublish publish, PrefixLease lease)
    {
        if (lease.IsWanted) Send(publish, lease.Prefix, isOwn: false);
        else End(publish);
    }

    private void Send(PrefixPublish publish, string topic, bool isOwn)
    {
        long part = context.NextInnerId();
        _parts.Add(part, (publish, isOwn));
        TimeSpan left = publish.Deadline - context.Now;
        Core.Collections.Blob payload = isOwn ? publish.Request.Payload : TopicPrefix.Wrap(publish.Request.Topic, publish.Request.Payload);
        context.Publishing.Publish(publish.Request with { Id = part, Timeout = left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), Topic = topic, Payload = payload });
    }

    private void Fail(PrefixPublish publish, FailureCode code, string detail)
    {
        publish.Failure ??= new Failed(publish.Request.Id, code, detail);
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
