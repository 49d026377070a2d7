using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// Keeps this node's place in every topic's tree: joins towards the root, watches the parent, breaks loops, leaves when nobody needs
/// it (JSAC 2002, III-B and III-C). Takes JoinAccepted, TopicRefused, TreeHeartbeat and NotYourParent. The way down is
/// <see cref="ChildKeeper"/>'s, moves to another parent are <see cref="Mover"/>'s, periodic signs of life <see cref="BeatKeeper"/>'s.
/// </summary>
internal sealed class TreeKeeper(ScribeContext context)
{
    /// <summary>Slowest pace of joins, in heartbeat periods; until it is reached every further attempt waits twice as long.</summary>
    private const int JoinPeriodsMax = 4;

    public ChildKeeper Children { get; } = new(context);

    public BeatKeeper Beats { get; } = new(context);

    public Mover Moves { get; } = new(context);

    public BottleneckRemover Remover { get; } = new(context);

    public FlowKeeper Flow { get; } = new(context);

    /// <summary>Topics whose trees this node may not be in.</summary>
    public ClosedTopics Closed { get; } = new();

    private readonly Collapser _collapser = new(context);

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case JoinAccepted accepted: OnAccepted(message.Source, accepted); return true;
            case TopicRefused refused: OnRefused(refused); return true;
            case TreeHeartbeat heartbeat: OnHeartbeat(message.Source, heartbeat); return true;
            case NotYourParent refusal: OnNotYourParent(message.Source, refusal); return true;
            case TopicVerdict { Verdict: Verdict.NotSubscriber } verdict: OnForbidden(message.Source, verdict); return true;
            default: return Children.Take(message) || Beats.Take(message) || Moves.Take(message);
        }
    }

    /// <summary>This node's own join passes through its own Forward hook: steers it around the node that it must not join under.</summary>
    public void SteerOwnJoin(JoinTopic join, ref NodeHandle next)
    {
        if (context.Topics.Find(join.Topic)?.Up.Excluded is not { } excluded || next.Id != excluded) return;
        NodeHandle best = context.Self;
        foreach (NodeHandle node in context.Host.Leafs.Members())
        {
            if (node.Id != excluded && join.Topic.IsCloser(node.Id, best.Id)) best = node;
        }

        if (best.Id != context.Self.Id) next = best;
    }

    public void EnsureInTree(TopicNode topic)
    {
        if (topic.Up.Place == TreePlace.Outside) Join(topic, null);
    }

    /// <summary>Seeks a place in the tree anew: as its root, or under the node <paramref name="to"/>, or under whom the route meets.</summary>
    public void Join(TopicNode topic, RingId? excluded, NodeHandle? to = null)
    {
        if (to is null && context.IsRoot(topic.Id))
        {
            context.Roots.TakeOffice(topic);
            return;
        }

        topic.Up.BeginJoin(excluded);
        topic.Redirects = 0;
        SendJoin(topic, to);
    }

    /// <summary>Leaves the tree if nobody needs this node in it. A root stays: it keeps the numbering.</summary>
    public void LeaveIfIdle(TopicNode topic)
    {
        if (topic.IsNeeded || topic.Office is not null) return;
        if (topic.Up.Parent is { } parent) context.Send(new LeaveTopic(topic.Id), parent);
        context.Topics.Remove(topic.Id);
        topic.Discard();
    }

    /// <summary>The node is in the tree now: those who waited for that are told.</summary>
    public void Arrived(TopicNode topic)
    {
        context.Subscriptions.AnswerWaiting(topic);
        Children.AnswerWaiting(topic);
        Children.SendHeartbeats(topic);
    }

    /// <summary>Says to the parent that this node lives, and what is known below it.</summary>
    public void SendAlive(TopicNode topic)
    {
        if (topic.Up.Parent is not { } parent) return;
        topic.LastSentUp = context.Now;
        ulong reached = Flow.PassedUpTo(topic);
        topic.Unsaid.TakeUpTo(reached);
        topic.UnsaidBytes = 0;
        context.Send(new ChildAlive(topic.Id, topic.HighestTerm, topic.HighestHave, reached), parent);
    }

    public void PeerFailed(TopicNode topic, NodeHandle peer)
    {
        Children.Remove(topic, peer.Id);
        if (topic.Up.IsParent(peer)) LoseParent(topic, peer.Id);
        else LeaveIfIdle(topic);
    }

    public void Tick(TopicNode topic)
    {
        Instant now = context.Now;
        context.Subscriptions.FailWaiting(topic, FailureCode.TimedOut, "the node found no place in the topic's tree in time: the topic's root does not answer", now);
        Children.Tick(topic);
        Flow.Tick(topic);
        if (topic.IsNeeded) topic.LastNeeded = now;
        context.Subscriptions.AnswerWaiting(topic);
        TimeSpan period = context.Options.HeartbeatPeriod;
        if (topic.Up.Place == TreePlace.Joining && now >= topic.Up.NextAttempt) RetryJoin(topic);
        if (topic.Up.Place == TreePlace.Attached)
        {
            // Half a period more than the misses allowed, or a single late timer would count as a miss.
            if (now - topic.Up.LastHeard > period * (context.Options.HeartbeatMisses + 0.5)) LoseParent(topic, topic.Up.Parent!.Id);
            else _collapser.Tick(topic);
        }

        LeaveIfIdle(topic);
    }

    private void RetryJoin(TopicNode topic)
    {
        topic.Redirects = 0;
        if (context.IsRoot(topic.Id)) context.Roots.TakeOffice(topic);
        else SendJoin(topic, null);
    }

    /// <summary>Sends the join of a node that has no place: to a node that was named, or towards the root.</summary>
    public void SendJoin(TopicNode topic, NodeHandle? to)
    {
        ulong nonce = context.NewNonce();
        double periods = Math.Min(0.5 * (1 << Math.Min(topic.Up.Attempts, 8)), JoinPeriodsMax);
        topic.Up.Sent(nonce, context.Now + context.Host.Random.Jitter(context.Options.HeartbeatPeriod * periods));
        JoinTopic join = MakeJoin(topic, nonce);
        if (to is null) context.Host.Route(join, topic.Id);
        else context.Send(join, to);
    }

    /// <summary>The join of this node. A forwarder without a position of its own continues where the child that is farthest behind does.</summary>
    public JoinTopic MakeJoin(TopicNode topic, ulong nonce)
    {
        topic.JoinedAfter = topic.Stream.HasPosition ? topic.Stream.Last : ChildKeeper.LowestPosition(topic);
        return new JoinTopic(topic.Id, topic.Name, context.Self, nonce, topic.JoinedAfter is not null, topic.JoinedAfter ?? 0, topic.HighestTerm, topic.Redirects);
    }

    private void OnAccepted(NodeHandle from, JoinAccepted message)
    {
        TopicNode? topic = context.Topics.Find(message.Topic);
        if (topic is null || topic.Up.Nonce != message.Nonce)
        {
            if (topic is null || (topic.Up.Place == TreePlace.Attached && !topic.Up.IsParent(from))) context.Send(new LeaveTopic(message.Topic), from);
            return;
        }

        if (IsLoop(message.Path))
        {
            context.Send(new LeaveTopic(message.Topic), from);
            return;
        }

        if (topic.Office is not null) context.Roots.StepDown(topic);
        if (topic.Up.Parent is { } left && left.Id != from.Id) context.Send(new LeaveTopic(topic.Id), left);
        topic.Up.Attach(from, message.Root, message.Path, context.Now);
        topic.Unsaid.Clear();
        topic.HeardSettings = message.Settings;
        FollowTerm(topic, message.Term);
        if (!topic.Stream.HasPosition) topic.Stream.StartAt((topic.JoinedAfter ?? message.Last) + 1);
        topic.Stream.Learn(message.Last);
        SendAlive(topic);
        Arrived(topic);
        context.Stream.WatchHole(topic);
    }

    private void OnRefused(TopicRefused message)
    {
        if (context.Topics.Find(message.Topic) is { } topic && topic.Up.Place == TreePlace.Joining && topic.Up.Nonce == message.Nonce)
        {
            context.Subscriptions.FailWaiting(topic, FailureCode.Full, "the topic's root is in as many topics as it may be");
            LeaveIfIdle(topic);
            return;
        }

        context.Publishing.OnRefused(message);
    }

    /// <summary>The topic whose parent the sender is. Null if it is not: then it is told, unless it may become one yet.</summary>
    public TopicNode? BelowParent(NodeHandle from, RingId id)
    {
        TopicNode? topic = context.Topics.Find(id);
        if (topic is not null && topic.Up.IsParent(from)) return topic;
        // While this node has no parent, whoever takes it for a child may become one yet.
        if (topic is not { Up.Place: TreePlace.Joining }) context.Send(new LeaveTopic(id), from);
        return null;
    }

    private void OnHeartbeat(NodeHandle from, TreeHeartbeat message)
    {
        if (BelowParent(from, message.Topic) is not { } topic) return;
        if (IsLoop(message.Path))
        {
            context.Send(new LeaveTopic(message.Topic), from);
            LoseParent(topic, from.Id);
            return;
        }

        Follow(topic, message);
    }

    private void Follow(TopicNode topic, TreeHeartbeat message)
    {
        topic.Up.LastHeard = context.Now;
        bool moved = topic.Up.Path != message.Path || topic.Up.Root != message.Root || message.Term > topic.Term;
        (topic.Up.Path, topic.Up.Root) = (message.Path, message.Root);
        bool fellBack = message.Term < topic.Term;
        FollowTerm(topic, message.Term);
        if (fellBack) SendAlive(topic);
        topic.Stream.Learn(message.Last);
        if (topic.HeardSettings != message.Settings)
        {
            topic.HeardSettings = message.Settings;
            Children.Enforce(topic);
        }
        else if (moved)
        {
            Children.SendHeartbeats(topic);
        }

        context.Stream.WatchHole(topic);
    }

    /// <summary>
    /// The parent's term is this node's, even one that is behind: what was known here becomes a claim, above which the root begins. A node
    /// that insisted on a term that no root ever had would take nothing from any parent.
    /// </summary>
    private static void FollowTerm(TopicNode topic, Term term)
    {
        if (topic.Term > topic.ClaimedTerm) topic.ClaimedTerm = topic.Term;
        topic.Term = term;
    }

    /// <summary>The topic's creator does not let this node into the tree: subscriptions end, and joins of others pass by from now on.</summary>
    private void OnForbidden(NodeHandle from, TopicVerdict message)
    {
        if (context.Topics.Find(message.Topic) is not { Office: null } topic) return;
        bool isAnswer = topic.Up.Place == TreePlace.Joining && topic.Up.Nonce == message.Nonce;
        if (!isAnswer && !topic.Up.IsParent(from)) return;
        Closed.Close(topic.Id, context.Now);
        context.Subscriptions.Forbid(topic);
        // Children that joined through here join again, and their route passes by this node.
        for (int i = topic.Children.Count - 1; i >= 0; i--)
        {
            NodeHandle child = topic.Children[i].Node;
            context.Send(new NotYourParent(topic.Id), child);
            Children.Remove(topic, child.Id);
        }

        LeaveIfIdle(topic);
    }

    private void OnNotYourParent(NodeHandle from, NotYourParent message)
    {
        if (context.Topics.Find(message.Topic) is { } topic && topic.Up.IsParent(from)) LoseParent(topic, null);
    }

    private void LoseParent(TopicNode topic, RingId? excluded)
    {
        context.Report(FactKind.ParentLost, topic.Id);
        if (topic.IsNeeded) Join(topic, excluded);
        else LeaveIfIdle(topic);
    }

    private bool IsLoop(ValueList<RingId> path) => path.Count >= Fields.PathMax - 1 || path.Span.Contains(context.Self.Id);
}
