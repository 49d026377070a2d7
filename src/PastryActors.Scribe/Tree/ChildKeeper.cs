using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// Keeps the children tables: adopts whom the Forward hook meets, sends on whom there is no room for, tells children what changed above
/// them, forgets the silent. Takes JoinTopic (sent directly), LeaveTopic and ChildAlive.
/// </summary>
internal sealed class ChildKeeper(ScribeContext context)
{
    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case JoinTopic join: OnJoin(message, join); return true;
            case LeaveTopic leave: OnLeave(message.Source, leave); return true;
            case ChildAlive alive: OnAlive(message.Source, alive); return true;
            default: return false;
        }
    }

    /// <summary>
    /// Makes the joining node a child, or sends it on to one. False if this node is in as many trees as it may be, or has as many children
    /// over all of them and none in this one to send the join to: the join then goes on towards the root without it.
    /// </summary>
    public bool TryAdopt(JoinTopic join, bool routed)
    {
        if (join.Name.Length > 0 && TopicName.IdOf(join.Name) != join.Topic)
        {
            context.Report(FactKind.MessageRefused, join.Child.Id);
            return true;
        }

        if (routed && !context.HasRoom && MayPass(join.Topic))
        {
            context.Report(FactKind.Dropped, join.Topic, context.Options.MaxEntries);
            return false;
        }

        if (context.Tree.Closed.IsClosed(join.Topic, context.Now)) return false;
        if (context.FindOrAdd(join.Topic, join.Name) is not { } topic) return false;
        if (!ClearTheWay(topic, join, routed)) return true;
        if (topic.Children.Find(join.Child.Id) is not { } child)
        {
            if (TryRedirect(topic, join)) return true;
            child = topic.Children.Add(join.Child);
            context.Report(FactKind.ChildAdded, topic.Id, topic.Children.Count);
        }

        Note(child, join);
        if (topic.IsInTree) Answer(topic, child);
        else context.Tree.EnsureInTree(topic);
        NoteClaim(topic, join.Term, join.HasPosition ? join.Have : 0);
        return true;
    }

    /// <summary>Accepts all children that wait for this node to be in the tree.</summary>
    public void AnswerWaiting(TopicNode topic)
    {
        for (int i = topic.Children.Count - 1; i >= 0; i--)
        {
            if (topic.Children[i].AwaitsAnswer) Answer(topic, topic.Children[i]);
        }
    }

    /// <summary>The settings may have changed: who may not be in the tree any more is told so, children and local subscriptions.</summary>
    public void Enforce(TopicNode topic)
    {
        for (int i = topic.Children.Count - 1; i >= 0; i--)
        {
            if (!topic.Settings.MaySubscribe(topic.Children[i].Node.Id)) Refuse(topic, topic.Children[i]);
        }

        if (!topic.Settings.MaySubscribe(context.Self.Id)) context.Subscriptions.Forbid(topic);
        SendHeartbeats(topic);
    }

    /// <summary>Tells all children where this node stands: something changed.</summary>
    public void SendHeartbeats(TopicNode topic)
    {
        // Without a root ever heard of, no child was ever accepted.
        if (topic.Children.Count == 0 || HeartbeatOf(topic) is not { } heartbeat) return;
        for (int i = 0; i < topic.Children.Count; i++)
        {
            if (topic.Children[i] is { AwaitsAnswer: false } child) context.Send(heartbeat with { Last = child.SentOf(heartbeat.Last) }, child.Node);
        }

        topic.LastSentDown = context.Now;
    }

    /// <summary>A child says in a <see cref="TreeBeats"/> that it lives.</summary>
    public void OnBeat(NodeHandle from, UpBeat beat, bool hasRoom)
    {
        if (Hear(from, beat.Topic, beat.Term, beat.Have, beat.Reached) is not { } topic) return;
        if (topic.Children.Find(from.Id) is not { } child) return;
        child.HasRoom = hasRoom;
        if (beat.Asks && !child.AwaitsAnswer && HeartbeatOf(topic) is { } heartbeat) context.Send(heartbeat with { Last = child.SentOf(heartbeat.Last) }, from);
    }

    /// <summary>Where the child that is farthest behind stands; null if none has a position.</summary>
    public static ulong? LowestPosition(TopicNode topic)
    {
        ulong? lowest = null;
        for (int i = 0; i < topic.Children.Count; i++)
        {
            Child child = topic.Children[i];
            if (child.HasPosition && child.Have < (lowest ?? ulong.MaxValue)) lowest = child.Have;
        }

        return lowest;
    }

    public void Remove(TopicNode topic, RingId child)
    {
        if (topic.Children.Remove(child)) context.Report(FactKind.ChildRemoved, topic.Id, topic.Children.Count);
    }

    public void Tick(TopicNode topic)
    {
        TimeSpan period = context.Options.HeartbeatPeriod;
        int removed = topic.Children.RemoveSilent(context.Now - (period * (context.Options.HeartbeatMisses + 1.5)));
        if (removed > 0) context.Report(FactKind.ChildRemoved, topic.Id, topic.Children.Count);
    }

    /// <summary>The node and its path to the root, as its children are told.</summary>
    public ValueList<RingId> PathOf(TopicNode topic) => new([context.Self.Id, .. topic.Up.Path]);

    private void OnJoin(in RoutedMessage message, JoinTopic join)
    {
        // Routed joins are adopted in the Forward hook; one that arrives was let through because there was no room.
        if (!message.Direct)
        {
            if (join.Child.Id == context.Self.Id) OnOwnJoinCameBack(join);
            else context.Send(new TopicRefused(join.Topic, join.Nonce), join.Child);
            return;
        }

        if (join.Child.Id != message.Source.Id)
        {
            context.Report(FactKind.MessageRefused, message.Source.Id);
            return;
        }

        if (!TryAdopt(join, routed: false)) context.Send(new TopicRefused(join.Topic, join.Nonce), join.Child);
    }

    private void OnOwnJoinCameBack(JoinTopic join)
    {
        // The overlay says that this node is the root, though its leaf set said otherwise when the join set out.
        if (context.Topics.Find(join.Topic) is { Up.Place: TreePlace.Joining } topic && topic.Up.Nonce == join.Nonce && context.IsRoot(topic.Id)) context.Roots.TakeOffice(topic);
    }

    /// <summary>
    /// Whether the child may be adopted here. If it stands above this node, it has lost its own way up, and the route that it takes now
    /// leads through here: then this node must not hang below it any longer.
    /// </summary>
    private bool ClearTheWay(TopicNode topic, JoinTopic join, bool routed)
    {
        if (!topic.Up.IsParent(join.Child) && !topic.Up.Path.Span.Contains(join.Child.Id)) return true;
        if (!routed) return false;
        if (topic.Up.Parent is { } parent && parent.Id != join.Child.Id) context.Send(new LeaveTopic(topic.Id), parent);
        context.Tree.Join(topic, topic.Up.Parent?.Id);
        return true;
    }

    /// <summary>Whether a node without room may let a join pass: there is a node nearer to the root to take it, and no child here to send it to.</summary>
    private bool MayPass(RingId topic) => !context.IsRoot(topic) && context.Topics.Find(topic) is null or { Up.Place: not TreePlace.Root, Children.Count: 0 };

    /// <summary>
    /// Sends a join to the children if there is no room for it: the topic's own bound is kept in any case, the bound over all topics while a
    /// child says that it has room. Where nobody has, one child too many is better than a chain of nodes.
    /// </summary>
    private bool TryRedirect(TopicNode topic, JoinTopic join)
    {
        bool isWanted = topic.Children.IsFull || context.Tree.Flow.WasPutOut(topic.Id, join.Child.Id);
        if (!isWanted && context.HasRoom) return false;
        ValueList<Candidate> to = topic.Children.Candidates(join.Child.Id, c => CanTakeOn(c) && c.HasRoom);
        if (to.Count == 0 && isWanted) to = topic.Children.Candidates(join.Child.Id, static _ => true);
        if (to.Count == 0 && !topic.Children.IsFull) return false;
        context.Report(FactKind.Dropped, topic.Id, topic.Children.IsFull ? context.Options.MaxChildren : context.Options.MaxEntries);
        if (join.Redirects < Fields.PathMax && to.Count > 0) context.Send(new JoinRedirected(topic.Id, join.Nonce, to), join.Child);
        return true;
    }

    private bool CanTakeOn(Child child) => !child.AwaitsAnswer && child.MovesUntil <= context.Now;

    private void Note(Child child, JoinTopic join)
    {
        if (join.Child.Supersedes(child.Node)) child.Node = join.Child;
        child.Window.Reset();
        (child.LastHeard, child.Nonce, child.AwaitsAnswer, child.HasPosition, child.Have) = (context.Now, join.Nonce, true, join.HasPosition, join.Have);
    }

    private void Refuse(TopicNode topic, Child child)
    {
        context.Report(FactKind.MessageRefused, child.Node.Id);
        context.Send(new TopicVerdict(topic.Id, child.Nonce, Verdict.NotSubscriber), child.Node);
        Remove(topic, child.Node.Id);
    }

    private void Answer(TopicNode topic, Child child)
    {
        if (!topic.Settings.MaySubscribe(child.Node.Id))
        {
            Refuse(topic, child);
            return;
        }

        (child.AwaitsAnswer, child.AnsweredAt) = (false, context.Now);
        context.Send(new JoinAccepted(topic.Id, child.Nonce, topic.Term, topic.Up.Root!, topic.Stream.Last, PathOf(topic)) { Settings = topic.Settings }, child.Node);
        if (child.HasPosition) context.Stream.Resend(topic, child.Node, child.Have + 1, topic.Stream.Last, sayMissing: false);
    }

    private void OnLeave(NodeHandle from, LeaveTopic message)
    {
        if (context.Topics.Find(message.Topic) is not { } topic) return;
        Remove(topic, from.Id);
        context.Tree.LeaveIfIdle(topic);
    }

    private void OnAlive(NodeHandle from, ChildAlive message) => Hear(from, message.Topic, message.Term, message.Have, message.Reached);

    /// <summary>Notes a child's sign of life; null, and the sender is told, if it is none.</summary>
    private TopicNode? Hear(NodeHandle from, RingId id, Term term, ulong have, ulong reached)
    {
        if (context.Topics.Find(id) is not { } topic || topic.Children.Find(from.Id) is not { } child)
        {
            context.Send(new NotYourParent(id), from);
            return null;
        }

        child.Hear(from, context.Now);
        context.Tree.Flow.Acknowledged(topic, child, reached);
        NoteClaim(topic, term, have);
        return topic;
    }

    private TreeHeartbeat? HeartbeatOf(TopicNode topic) =>
        topic.Up.Root is { } root ? new TreeHeartbeat(topic.Id, topic.Term, root, topic.Stream.Last, PathOf(topic)) { Settings = topic.Settings } : null;

    /// <summary>Passes up that somewhere below more is known than above; the root then begins above it.</summary>
    private void NoteClaim(TopicNode topic, Term term, ulong have)
    {
        if (term <= topic.ClaimedTerm && have <= topic.ClaimedHave) return;
        if (term > topic.ClaimedTerm) topic.ClaimedTerm = term;
        topic.ClaimedHave = Math.Max(topic.ClaimedHave, have);
        if (topic.Office is not null) context.Roots.Raise(topic);
        else if (topic.ClaimedTerm > topic.Term || topic.ClaimedHave > topic.Stream.Head) context.Tree.SendAlive(topic);
    }
}
