using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;
using PastryActors.Scribe.Tree;

namespace PastryActors.Scribe.Subscribing;

/// <summary>Local subscriptions: any number on one node share the node's one place in the topic's tree.</summary>
internal sealed class SubscriptionKeeper(ScribeContext context)
{
    private readonly SortedDictionary<long, RingId> _topics = [];

    public void Subscribe(Subscribe request)
    {
        if ((TopicName.Problem(request.Topic) ?? TopicPrefix.ProblemOfSubscription(request.Topic)) is { } problem)
        {
            Fail(request.Id, FailureCode.Invalid, problem);
            return;
        }

        if (request.From is 0 or > WireReader.NumberMax || request.Window < 0)
        {
            Fail(request.Id, FailureCode.Invalid, "a subscription begins with a sequence number from 1 to 2^62");
            return;
        }

        if (_topics.ContainsKey(request.Id))
        {
            Fail(request.Id, FailureCode.Invalid, $"a subscription with the id {request.Id} is open already");
            return;
        }

        RingId id = TopicName.IdOf(request.Topic);
        if (_topics.Count >= context.Options.MaxSubscriptions || context.FindOrAdd(id, request.Topic) is not { } topic)
        {
            context.Report(FactKind.Dropped, id, context.Options.MaxSubscriptions);
            Fail(request.Id, FailureCode.Busy, $"this node has {_topics.Count} subscriptions of {context.Options.MaxSubscriptions} and is in {context.Topics.Count} topics of {context.Topics.Max}");
            return;
        }

        TimeSpan timeout = request.Timeout > TimeSpan.Zero ? request.Timeout : context.Options.PublishTimeout;
        if (TopicPrefix.IsPrefix(request.Topic)) timeout += context.Options.PrefixLease;
        _topics.Add(request.Id, id);
        topic.Subscribers.Add(new Subscription(request.Id, context.Now + timeout, request.From, request.Window, context.Options.PublishersMax) { AnycastsWanted = request.AnycastsWanted, Takes = request.Takes });
        if (topic.IsInTree) AnswerWaiting(topic);
        else context.Tree.EnsureInTree(topic);
    }

    /// <summary>A reader has read, and takes more.</summary>
    public void Refund(SubscriberCredit request)
    {
        if (!_topics.TryGetValue(request.Subscription, out RingId id) || context.Topics.Find(id) is not { } topic) return;
        if (topic.Subscribers.Find(s => s.RequestId == request.Subscription) is not { } subscription) return;
        bool mayHoldUp = subscription.Cursor <= topic.Passed + 1;
        subscription.Refund(request.Count);
        context.Replaying.Advance(topic, subscription);
        if (mayHoldUp) context.Tree.Flow.WentOn(topic);
    }

    public void Unsubscribe(Unsubscribe request)
    {
        if (!_topics.Remove(request.Subscription, out RingId id) || context.Topics.Find(id) is not { } topic)
        {
            Fail(request.Id, FailureCode.NotFound, $"no subscription has the id {request.Subscription}");
            return;
        }

        topic.Subscribers.RemoveAll(s => s.RequestId == request.Subscription);
        context.Host.Reply(new Unsubscribed(request.Id));
        context.Tree.LeaveIfIdle(topic);
    }

    /// <summary>The node is in the tree: all subscriptions that wait for it stand.</summary>
    public void AnswerWaiting(TopicNode topic)
    {
        if (!topic.Settings.MaySubscribe(context.Self.Id))
        {
            Forbid(topic);
            return;
        }

        foreach (Subscription subscription in topic.Subscribers)
        {
            if (subscription.Stands || !MayStand(topic, subscription)) continue;
            subscription.Begin(topic.Stream.Next);
            context.Host.Reply(new Subscribed(subscription.RequestId, subscription.Cursor));
            context.Replaying.Advance(topic, subscription);
        }
    }

    /// <summary>Ends all subscriptions of a topic: its creator does not let this node subscribe.</summary>
    public void Forbid(TopicNode topic)
    {
        foreach (Subscription subscription in topic.Subscribers)
        {
            _topics.Remove(subscription.RequestId);
            Fail(subscription.RequestId, FailureCode.Forbidden, $"the creator of the topic does not let node {context.Self.Id} subscribe");
        }

        topic.Subscribers.Clear();
    }

    /// <summary>
    /// Publishers may think for the time of a lease that nobody wants a prefix. Only when that is over since the node is in the tree does every
    /// message come by.
    /// </summary>
    private bool MayStand(TopicNode topic, Subscription subscription)
    {
        if (!topic.IsInTree) return false;
        if (!TopicPrefix.IsPrefix(topic.Name)) return true;
        if (subscription.StandsFrom == default) subscription.StandsFrom = context.Now + context.Options.PrefixLease;
        return context.Now >= subscription.StandsFrom;
    }

    /// <summary>Ends the subscriptions that wait in vain.</summary>
    public void FailWaiting(TopicNode topic, FailureCode code, string detail, Instant? before = null)
    {
        for (int i = topic.Subscribers.Count - 1; i >= 0; i--)
        {
            Subscription subscription = topic.Subscribers[i];
            if (subscription.Stands || (before is { } moment && subscription.Deadline > moment)) continue;
            topic.Subscribers.RemoveAt(i);
            _topics.Remove(subscription.RequestId);
            Fail(subscription.RequestId, code, detail);
        }
    }

    public void Describe(DescribeTopics request)
    {
        var found = new List<TopicStatus>();
        RingId? wanted = request.Topic.Length == 0 ? null : TopicName.IdOf(request.Topic);
        context.Topics.ForEach(topic =>
        {
            if (wanted is null || wanted == topic.Id) found.Add(StatusOf(topic));
        });
        context.Host.Reply(new TopicsDescribed(request.Id, found.ToValueList()));
    }

    private static TopicStatus StatusOf(TopicNode topic) => new(
        topic.Id,
        topic.Name,
        topic.Up.Place == TreePlace.Root,
        topic.Up.Parent,
        topic.Children.Nodes(),
        topic.Subscribers.Count,
        topic.HighestSeen,
        topic.Stream.Delivered,
        topic.Stream.Gaps,
        topic.Stream.Duplicates)
    { Settings = topic.Settings };

    private void Fail(long request, FailureCode code, string detail) => context.Host.Reply(new Failed(request, code, detail));
}
