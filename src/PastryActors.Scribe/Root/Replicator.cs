using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>
/// Keeps a copy of a root's numbering on the nodes closest to the topic (JSAC 2002, III-D: root state lives on the k closest), and the
/// group of them whose majority decides in step with the leaf set. Begins each copy with the state of the term, sends what follows in
/// order, goes back when something was lost. Takes ReplicaAck.
/// </summary>
internal sealed class Replicator(ScribeContext context)
{
    /// <summary>How many batches may be on their way to one copy. More hides no further latency: what gathers meanwhile goes as one batch.</summary>
    public const int PipelineMax = 4;

    /// <summary>Begins a copy on every member of the group, and ends those on others.</summary>
    public void FollowGroup(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        List<NodeHandle> wanted = [.. office.Group.All.Where(n => n.Id != context.Self.Id)];
        foreach (ReplicaLink link in office.Links)
        {
            // A member that leaves is told, or it would keep for ever what it keeps as a member.
            if (link.Started && !wanted.Exists(n => ReplicaGroup.IsSame(n, link.Node))) SendSign(topic, link);
        }

        office.Links.RemoveAll(l => !wanted.Exists(n => ReplicaGroup.IsSame(n, l.Node)));
        foreach (NodeHandle node in wanted)
        {
            if (office.FindLink(node) is not null) continue;
            var link = new ReplicaLink(node);
            office.Links.Add(link);
            Begin(topic, link, reset: false);
        }
    }

    /// <summary>
    /// Moves the group towards the nodes that are closest to the topic now: first both groups decide together, then, when majorities of
    /// both know it and hold what was numbered before, the new one alone.
    /// </summary>
    public void FollowLeafs(TopicNode topic)
    {
        if (topic.Office is not { IsServing: true } office) return;
        ReplicaGroup group = office.Group;
        List<NodeHandle> closest = context.Closest(topic.Id);
        if (!group.HasMembers(closest) && closest.Exists(office.IsSelf))
        {
            office.ChangedAt = office.Log.Last;
            Change(topic, group with { Members = ReplicaGroup.MembersOf(closest, group.Record), Leaving = group.IsChanging ? group.Leaving : group.Members });
        }
        else if (group.IsChanging && group.HasMajority(office.HasFollowedChange))
        {
            Change(topic, group with { Leaving = default });
        }
    }

    /// <summary>Something about the topic is decided anew: it holds as soon as this root says so, and for good when a majority of the group knows it.</summary>
    public void Decide(TopicNode topic, TopicRecord record) => Change(topic, topic.Office!.Group with { Record = record, Members = ReplicaGroup.MembersOf(topic.Office!.Group.Members, record) });

    /// <summary>Sends what the copies do not have yet, as far as the pipelines allow.</summary>
    public void Pump(TopicNode topic)
    {
        foreach (ReplicaLink link in topic.Office!.Links) Pump(topic, link);
    }

    public void OnAck(NodeHandle from, ReplicaAck ack)
    {
        if (context.Topics.Find(ack.Topic) is not { Office: { } office } topic || office.FindLink(from) is not { } link) return;
        if (ack.Term > office.Replica.Promised) OnDeposed(topic, ack);
        else if (ack.Term < office.Log.Term) OnLostCopy(topic, link);
        else if (ack.Term == office.Log.Term && ack.Last <= office.Log.Last) OnProgress(topic, link, ack);
    }

    public void Tick(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        Instant now = context.Now;
        foreach (ReplicaLink link in office.Links)
        {
            if (!link.Started)
            {
                if (now - link.LastSent >= context.Options.ResendTimeout) Begin(topic, link, reset: false);
            }
            else if (link.Acked < office.Log.Last && now - link.LastProgress >= context.Options.ResendTimeout)
            {
                (link.Next, link.InFlight, link.LastProgress) = (link.Acked + 1, 0, now);
                Pump(topic, link);
            }
            else if (now - link.LastSent >= (link.Version < office.Group.Version ? context.Options.ResendTimeout : context.Options.ReplicaLifetime / 10))
            {
                SendSign(topic, link);
            }
        }
    }

    private void Change(TopicNode topic, ReplicaGroup next)
    {
        RootOffice office = topic.Office!;
        office.Replica.Group = next with { Term = office.Log.Term, Version = office.Group.Version + 1 };
        FollowGroup(topic);
        foreach (ReplicaLink link in office.Links)
        {
            if (link.Started) SendSign(topic, link);
        }

        context.Roots.Sequencer.Advance(topic);
    }

    private void OnDeposed(TopicNode topic, ReplicaAck ack)
    {
        // If this node is the rightful root, the office that it takes next begins above that term.
        if (ack.Term > topic.ClaimedTerm) topic.ClaimedTerm = ack.Term;
        context.Roots.Yield(topic, null);
    }

    private void OnLostCopy(TopicNode topic, ReplicaLink link)
    {
        if (!link.Started) return;
        link.Acked = 0;
        Begin(topic, link, reset: false);
    }

    private void OnProgress(TopicNode topic, ReplicaLink link, ReplicaAck ack)
    {
        if (!link.Started) (link.Started, link.Next, link.InFlight) = (true, ack.Last + 1, 0);
        else link.InFlight = Math.Max(0, link.InFlight - 1);
        link.Acked = Math.Max(link.Acked, ack.Last);
        link.Version = Math.Max(link.Version, ack.Version);
        link.LastProgress = context.Now;
        if (link.InFlight == 0) link.Next = link.Acked + 1;
        Pump(topic, link);
        context.Roots.Sequencer.Advance(topic);
    }

    private void Pump(TopicNode topic, ReplicaLink link)
    {
        RootOffice office = topic.Office!;
        if (link.Started && link.Next <= office.Log.Start)
        {
            // What the copy lacks is no longer here: it can only begin where this buffer does.
            Begin(topic, link, reset: true);
            return;
        }

        while (link.Started && link.InFlight < PipelineMax && office.Log.TryRead(link.Next, out Batch batch))
        {
            if (link.Acked + 1 == link.Next) link.LastProgress = context.Now;
            Send(link, new Replicate(topic.Id, office.Log.Term, batch.First, batch.Items, batch.Marks, ReplicaGroup.None), batch.Bytes);
            link.Next = batch.Last + 1;
            link.InFlight++;
        }
    }

    /// <summary>The root stands, this is its group, where does the copy stand?</summary>
    private void SendSign(TopicNode topic, ReplicaLink link)
    {
        RootOffice office = topic.Office!;
        Send(link, new Replicate(topic.Id, office.Log.Term, office.Log.Last + 1, default, default, office.Group), 0);
    }

    private void Begin(TopicNode topic, ReplicaLink link, bool reset)
    {
        RootOffice office = topic.Office!;
        link.Started = false;
        ValueList<PublisherMemory> windows = office.Log.Windows.Snapshot();
        var state = new ReplicaState(topic.Id, topic.Name, office.Log.Term, office.Previous, office.Base, office.Log.Start, reset, windows, office.Group);
        Send(link, state, PublisherMemory.CostBytes(windows));
    }

    private void Send(ReplicaLink link, Core.Wire.Message message, int bytes)
    {
        link.LastSent = context.Now;
        context.Send(message, context.Newest(link.Node), bytes);
    }
}
