using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Subscribing;

/// <summary>
/// Has checked whether messages on their way to a subscriber are signed by those whose they are said to be. One check a subscription is
/// under way at once; what comes meanwhile goes into the next, so the busier the topic, the fewer. Gives VerifyContents; takes ContentsVerified.
/// </summary>
internal sealed class Inspector(ScribeContext context)
{
    private readonly Dictionary<long, Inspection> _open = [];

    /// <summary>Begins to check a run; the <see cref="Replayer"/> is told what came of it.</summary>
    /// <param name="isFromRoot">Whether the root itself gave it, or what it names as history.</param>
    public void Begin(TopicNode topic, Subscription subscription, in Batch run, bool isFromRoot)
    {
        subscription.IsInspected = true;
        long work = context.Host.NextWorkId();
        (ValueList<ContentClaim> claims, ValueList<bool> isClaimed) = ClaimsOf(topic.Id, run.Items);
        _open.Add(work, new Inspection(topic.Id, subscription, run, isClaimed, isFromRoot));
        context.Host.Do(new VerifyContents(work, claims));
    }

    public void OnVerified(ContentsVerified verified)
    {
        if (!_open.Remove(verified.Id, out Inspection? done)) return;
        done.Subscription.IsInspected = false;
        if (context.Topics.Find(done.Topic) is not { } topic || !topic.Subscribers.Contains(done.Subscription)) return;
        int claimed = done.IsClaimed.Count(static c => c);
        if (verified.Good.Count < claimed)
        {
            // Too much waits to be checked. It is read again a little later, by the tick.
            context.Report(FactKind.Dropped, topic.Id);
            return;
        }

        bool[] good = new bool[done.IsClaimed.Count];
        for (int i = 0, next = 0; i < good.Length; i++) good[i] = done.IsClaimed[i] && verified.Good[next++];
        context.Replaying.OnInspected(topic, done.Subscription, done.Run, new ValueList<bool>(good), done.IsFromRoot);
    }

    /// <summary>What is to be checked of the messages, and which of them claim anything at all: that a key with the publisher's id signed them.</summary>
    private static (ValueList<ContentClaim> Claims, ValueList<bool> IsClaimed) ClaimsOf(RingId topic, ValueList<TopicItem> items)
    {
        Dictionary<SignedRun, (RingId Publisher, ContentStatement Statement)> runs = new(ReferenceEqualityComparer.Instance);
        List<ContentClaim> claims = [];
        bool[] isClaimed = new bool[items.Count];
        for (int i = 0; i < isClaimed.Length; i++)
        {
            TopicItem item = items[i];
            if (item.Run is not { } run || item.Place >= run.Hashes.Count) continue;
            if (!runs.TryGetValue(run, out (RingId Publisher, ContentStatement Statement) known)) runs.Add(run, known = (run.Publisher(), run.Statement(topic)));
            if (known.Publisher != item.Publisher) continue;
            isClaimed[i] = true;
            claims.Add(new ContentClaim(run.Key, known.Statement, run.Signature, item.Place, item.Payload));
        }

        return (claims.ToValueList(), new ValueList<bool>(isClaimed));
    }

    private sealed record Inspection(RingId Topic, Subscription Subscription, Batch Run, ValueList<bool> IsClaimed, bool IsFromRoot);
}
