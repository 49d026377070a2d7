using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Subscribing;

/// <summary>
/// Has checked whether messages on their way to subscribers are signed by those whose they are said to be. One check a subscription is
/// under way at once, and subscriptions that want the same share it; what comes meanwhile goes into the next, so the busier the topic, the
/// fewer. Gives VerifyContents; takes ContentsVerified.
/// </summary>
internal sealed class Inspector(ScribeContext context)
{
    private readonly Dictionary<long, Inspection> _open = [];

    /// <summary>Lets a subscription wait for the check that is under way of what it gets next; false if there is none.</summary>
    public bool TryJoin(TopicNode topic, Subscription subscription)
    {
        foreach (Inspection inspection in _open.Values)
        {
            if (inspection.Topic != topic.Id || inspection.IsFromRoot || subscription.Cursor < inspection.Run.First || subscription.Cursor > inspection.Run.Last) continue;
            subscription.IsInspected = true;
            inspection.Subscriptions.Add(subscription);
            return true;
        }

        return false;
    }

    /// <summary>Begins to check a run, or waits for the check of it that is under way; the <see cref="Replayer"/> is told what came of it.</summary>
    /// <param name="isFromRoot">Whether the root itself gave it, or what it names as history.</param>
    public void Begin(TopicNode topic, Subscription subscription, in Batch run, bool isFromRoot)
    {
        if (!isFromRoot && TryJoin(topic, subscription)) return;
        subscription.IsInspected = true;
        long work = context.Host.NextWorkId();
        (ValueList<ContentClaim> claims, ValueList<bool> isClaimed) = ClaimsOf(topic.Id, run.Items);
        _open.Add(work, new Inspection(topic.Id, [subscription], run, isClaimed, isFromRoot));
        context.Host.Do(new VerifyContents(work, claims));
    }

    public void OnVerified(ContentsVerified verified)
    {
        if (!_open.Remove(verified.Id, out Inspection? done)) return;
        foreach (Subscription subscription in done.Subscriptions) subscription.IsInspected = false;
        if (context.Topics.Find(done.Topic) is not { } topic) return;
        int claimed = done.IsClaimed.Count(static c => c);
        if (verified.Good.Count < claimed)
        {
            // Too much waits to be checked. It is read again a little later, by the tick.
            context.Report(FactKind.Dropped, topic.Id);
            return;
        }

        bool[] good = new bool[done.IsClaimed.Count];
        for (int i = 0, next = 0; i < good.Length; i++) good[i] = done.IsClaimed[i] && verified.Good[next++];
        foreach (Subscription subscription in done.Subscriptions)
        {
            if (topic.Subscribers.Contains(subscription)) context.Replaying.OnInspected(topic, subscription, done.Run, new ValueList<bool>(good), done.IsFromRoot);
        }

        context.Tree.Flow.WentOn(topic);
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

    private sealed record Inspection(RingId Topic, List<Subscription> Subscriptions, Batch Run, ValueList<bool> IsClaimed, bool IsFromRoot);
}
