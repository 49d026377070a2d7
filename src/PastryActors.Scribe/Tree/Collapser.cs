using PastryActors.Core.Driving;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// Scribe collapse (JSAC 2002, V-E): a forwarder without subscriptions and with one child only costs that child a hop. After a while of
/// that it sends the child to its own parent; when the child has gone, nobody needs the forwarder, and it leaves. The child keeps this node
/// until the other has taken it, so a parent without room, or a dead one, changes nothing. What a repair or a new subscription brings back
/// is given the same while again, and every attempt in vain doubles it: trees do not flap.
/// </summary>
internal sealed class Collapser(ScribeContext context)
{
    /// <summary>How often the while doubles at most.</summary>
    private const int DoublingsMax = 6;

    public void Tick(TopicNode topic)
    {
        if (context.Options.CollapseAfter == TimeSpan.Zero) return;
        if (topic.Subscribers.Count > 0 || topic.Children.Count != 1 || topic.Children[0].AwaitsAnswer || topic.Up.Parent is not { } parent)
        {
            (topic.CollapseAt, topic.Collapses) = (null, 0);
            return;
        }

        topic.CollapseAt ??= NextOf(topic);
        if (context.Now < topic.CollapseAt) return;
        topic.Collapses++;
        topic.CollapseAt = NextOf(topic);
        context.Report(FactKind.ChildMoved, topic.Id, context.Entries.Count);
        context.Send(new JoinRedirected(topic.Id, topic.Children[0].Nonce, [new Candidate(parent, 0)]), topic.Children[0].Node);
    }

    private Instant NextOf(TopicNode topic) =>
        context.Now + context.Host.Random.Jitter(context.Options.CollapseAfter * (1 << Math.Min(topic.Collapses, DoublingsMax)));
}
