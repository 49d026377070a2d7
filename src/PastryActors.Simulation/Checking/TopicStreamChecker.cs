using System.Buffers.Binary;
using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Every subscriber gets every message of its topic exactly once and in order, all subscribers the same; every message whose publish
/// was acknowledged has the number that the publisher was told, and after quiescence every live subscriber has it. A gap may be told only of
/// numbers that no publisher was told, or that lie beyond what the topic retains.
/// </summary>
/// <param name="topics">What was subscribed and published.</param>
/// <param name="isUnsure">Whether the network was cut, or a root may have lied, since the books were last begun anew: then only what a subscriber can tell alone is judged.</param>
public sealed class TopicStreamChecker(TopicWorkload topics, Func<bool> isUnsure) : IChecker
{
    /// <inheritdoc/>
    public string Name => "topicStreams";

    /// <summary>Those to prefixes are the <see cref="PrefixStreamChecker"/>'s.</summary>
    private IEnumerable<TopicSubscription> Subscriptions => topics.Subscriptions.Where(static s => !TopicPrefix.IsPrefix(s.Topic));

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        string? problem = FirstProblem(complete: true);
        return new CheckResult(Name, problem is null, problem ?? string.Create(CultureInfo.InvariantCulture, $"{topics.Publishes.Count} published, {topics.Subscriptions.Count} subscriptions"));
    }

    /// <summary>The first thing that is wrong, in words; null if all is right.</summary>
    /// <param name="complete">Whether every acknowledged message must have come to every live subscriber by now.</param>
    public string? FirstProblem(bool complete)
    {
        if (isUnsure()) return Subscriptions.Select(ProblemAlone).FirstOrDefault(static p => p is not null);
        Dictionary<(string Topic, ulong Sequence), ulong> marks = [];
        Dictionary<TopicSubscription, ulong> next = [];
        List<(TopicSubscription Subscription, TopicGap Gap)> gaps = [];
        foreach (TopicSubscription subscription in Subscriptions)
        {
            if (Read(subscription, marks, gaps, out ulong reached) is { } problem) return problem;
            next[subscription] = reached;
        }

        if (RepeatedMark(marks) is { } repeated) return repeated;
        foreach (TopicPublish publish in topics.Publishes)
        {
            if (publish.Ask.Last is not Published published) continue;
            if (!marks.TryAdd((publish.Topic, published.Sequence), publish.Mark) && marks[(publish.Topic, published.Sequence)] != publish.Mark) return $"{publish.Topic}: message {published.Sequence} is not the one whose publisher was told this number";
            if (gaps.Find(g => g.Subscription.Topic == publish.Topic && g.Gap.From <= published.Sequence && g.Gap.To >= published.Sequence && !MayBeGone(publish, published.Sequence, g.Gap, marks)) is { Gap: { } gap } told) return $"{publish.Topic}: message {published.Sequence} was acknowledged, and {told.Subscription.Ask.Node} was told that it is lost: {gap.Reason}";
            if (complete && Missing(publish, published.Sequence, next) is { } missing) return missing;
        }

        return null;
    }

    /// <summary>
    /// What holds for a subscriber whatever happens to the network, and whoever lies: it is given messages of its topic alone, by whom they were
    /// published, and their numbers never run backwards; where messages are signed, none twice under any number.
    /// </summary>
    private string? ProblemAlone(TopicSubscription subscription)
    {
        ulong next = 0;
        HashSet<ulong> given = [];
        foreach (TopicMessages messages in subscription.Ask.Replies.Skip(subscription.Baseline).OfType<TopicMessages>())
        {
            if (messages.First < next) return $"{subscription.Topic}: {subscription.Ask.Node} got message {messages.First} after {next - 1}";
            next = messages.First + (ulong)messages.Items.Count;
            foreach (TopicItem item in messages.Items)
            {
                if (ForeignProblem(subscription, item) is { } problem) return problem;
                if (!given.Add(BinaryPrimitives.ReadUInt64BigEndian(item.Payload.Span)) && topics.IsSigned) return $"{subscription.Topic}: {subscription.Ask.Node} got one message twice";
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a topic may have given up a message by now that a subscriber was not given for that reason. It counts from the newest number, or
    /// from when the message was published: that a subscriber may have been told too early is not seen where that has come true since.
    /// </summary>
    private bool MayBeGone(TopicPublish publish, ulong sequence, TopicGap gap, Dictionary<(string Topic, ulong Sequence), ulong> marks)
    {
        if (gap.Cause != GapCause.NotRetained || !topics.Retained.TryGetValue(publish.Topic, out Retention retain)) return false;
        return retain.Kind switch
        {
            RetentionKind.Messages => sequence + retain.Amount <= marks.Keys.Where(m => m.Topic == publish.Topic).Max(static m => m.Sequence),
            // The clock of whoever stores history counts seconds.
            RetentionKind.Duration => publish.Ask.AskedAt + TimeSpan.FromSeconds(retain.Amount - 1.0) <= topics.Now,
            _ => false,
        };
    }

    private string? ForeignProblem(TopicSubscription subscription, in TopicItem item) =>
        topics.Belongs(BinaryPrimitives.ReadUInt64BigEndian(item.Payload.Span), subscription.Topic, item.Publisher) ? null : $"{subscription.Topic}: {subscription.Ask.Node} got a message that was not published to it, or by another";

    private string? Read(TopicSubscription subscription, Dictionary<(string Topic, ulong Sequence), ulong> marks, List<(TopicSubscription Subscription, TopicGap Gap)> gaps, out ulong next)
    {
        next = 0;
        bool isKnown = false;
        foreach (Reply reply in subscription.Ask.Replies.Skip(subscription.Baseline))
        {
            // Not part of the stream.
            if (reply is AnycastDelivered) continue;
            // After a new beginning the first message tells where the subscriber stands.
            if (!isKnown && reply is TopicMessages first) next = first.First;
            isKnown = true;
            switch (reply)
            {
                case Subscribed subscribed: next = subscribed.Next; break;
                case TopicGap gap:
                    // A number that nobody was told may have no message: its root died, or stood still, before it was safe.
                    gaps.Add((subscription, gap));
                    next = gap.To + 1;
                    break;
                case TopicMessages messages:
                    if (messages.First != next) return $"{subscription.Topic}: {subscription.Ask.Node} got message {messages.First}, next was {next}";
                    foreach (TopicItem item in messages.Items)
                    {
                        if (ForeignProblem(subscription, item) is { } problem) return problem;
                        ulong mark = BinaryPrimitives.ReadUInt64BigEndian(item.Payload.Span);
                        if (!marks.TryAdd((subscription.Topic, next), mark) && marks[(subscription.Topic, next)] != mark) return $"{subscription.Topic}: two subscribers got different messages {next}";
                        next++;
                    }

                    break;
            }
        }

        return null;
    }

    private static string? RepeatedMark(Dictionary<(string Topic, ulong Sequence), ulong> marks)
    {
        Dictionary<ulong, (string Topic, ulong Sequence)> seen = [];
        foreach (((string Topic, ulong Sequence) place, ulong mark) in marks)
        {
            if (!seen.TryAdd(mark, place)) return $"{place.Topic}: one message came as number {seen[mark].Sequence} and as {place.Sequence}";
        }

        return null;
    }

    private static string? Missing(TopicPublish publish, ulong sequence, Dictionary<TopicSubscription, ulong> next)
    {
        foreach ((TopicSubscription subscription, ulong reached) in next)
        {
            if (subscription.Topic != publish.Topic || !subscription.IsLive) continue;
            if (reached == 0) return $"{publish.Topic}: message {sequence} was acknowledged, and {subscription.Ask.Node} got nothing";
            if (reached <= sequence) return $"{publish.Topic}: message {sequence} was acknowledged and did not reach {subscription.Ask.Node}, which has all before {reached}";
        }

        return null;
    }
}
