using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>
/// Keeps a copy of a root's numbering on the nodes closest to the topic (JSAC 2002, III-D: root state lives on the k closest). Begins
/// each copy with the state of the term, sends what follows in order, goes back when something was lost. Takes ReplicaAck.
/// </summary>
internal sealed class Replicator(ScribeContext context)
{
    /// <summary>How many batches may be on their way to one copy. More hides no further latency: what gathers meanwhile goes as one batch.</summary>
    public const int PipelineMax = 4;

    /// <summary>Has the numbering copied to whoever is closest to the topic now.</summary>
    public void FollowLeafs(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        List<NodeHandle> wanted = context.Host.Leafs.ReplicaSet(topic.Id, context.Options.RootReplicas);
        wanted.RemoveAll(n => n.Id == context.Self.Id);
        office.Links.RemoveAll(l => !wanted.Contains(l.Node));
        foreach (NodeHandle node in wanted)
        {
            if (office.FindLink(node.Id) is not null) continue;
            var link = new ReplicaLink(node);
            office.Links.Add(link);
            Begin(topic, link, reset: false);
        }

        context.Roots.Sequencer.Advance(topic);
    }

    /// <summary>Begins every copy anew, in the office's new term.</summary>
    public void Restart(TopicNode topic)
    {
        foreach (ReplicaLink link in topic.Office!.Links)
        {
            link.Acked = 0;
            Begin(topic, link, reset: false);
        }
    }

    /// <summary>Sends what the copies do not have yet, as far as the pipelines allow.</summary>
    public void Pump(TopicNode topic)
    {
        foreach (ReplicaLink link in topic.Office!.Links) Pump(topic, link);
    }

    public void OnAck(NodeHandle from, ReplicaAck ack)
    {
        if (context.Topics.Find(ack.Topic) is not { Office: { } office } topic || office.FindLink(from.Id) is not { } link) return;
        if (ack.Term > office.Log.Term) OnDeposed(topic, ack);
        else if (ack.Term < office.Log.Term) OnLostCopy(topic, link);
        else if (ack.Last <= office.Log.Last) OnProgress(topic, link, ack.Last);
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
            else if (now - link.LastSent >= context.Options.ReplicaLifetime / 10)
            {
                Send(link, new Replicate(topic.Id, office.Log.Term, office.Log.Last + 1, default, default), 0);
            }
        }
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

    private void OnProgress(TopicNode topic, ReplicaLink link, ulong last)
    {
        if (!link.Started) (link.Started, link.Next, link.InFlight) = (true, last + 1, 0);
        else link.InFlight = Math.Max(0, link.InFlight - 1);
        link.Acked = Math.Max(link.Acked, last);
        link.LastProgress = context.Now;
        if (link.InFlight == 0) link.Next = link.Acked + 1;
        Pump(topic, link);
        context.Roots.Sequencer.Advance(topic);
    }

    private void Pump(TopicNode topic, ReplicaLink link)
    {
        RootOffice office = topic.Office!;
        while (link.Started && link.InFlight < PipelineMax && office.Log.Items.TryRead(link.Next, office.Log.Last, out Batch batch))
        {
            if (batch.First > link.Next)
            {
                // What the copy lacks is no longer here: it can only begin where this buffer does.
                Begin(topic, link, reset: true);
                return;
            }

            if (link.Acked + 1 == link.Next) link.LastProgress = context.Now;
            Send(link, new Replicate(topic.Id, office.Log.Term, batch.First, batch.Items, batch.Marks), batch.Bytes);
            link.Next = batch.Last + 1;
            link.InFlight++;
        }
    }

    private void Begin(TopicNode topic, ReplicaLink link, bool reset)
    {
        RootOffice office = topic.Office!;
        link.Started = false;
        ValueList<PublisherMemory> windows = office.Log.Windows.Snapshot();
        var state = new ReplicaState(topic.Id, topic.Name, office.Log.Term, office.Previous, office.Base, office.Log.Start, reset, windows);
        Send(link, state, windows.Count * PublisherMemory.WindowSize * sizeof(ulong));
    }

    private void Send(ReplicaLink link, Core.Wire.Message message, int bytes)
    {
        link.LastSent = context.Now;
        context.Send(message, link.Node, bytes);
    }
}
