using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>
/// Brings a new root what was numbered before it: asks the nodes closest to the topic, then fetches from the one that knows most. Every
/// step has a deadline. Takes RecoverAnswer and LogItems.
/// </summary>
internal sealed class Recoverer(ScribeContext context)
{
    /// <summary>
    /// How many more nodes than the copies are asked: a closer node that joins pushes the last of the old root's copies out of the new
    /// root's set, and a node may join while another fails.
    /// </summary>
    private const int AskedBeyondReplicas = 2;

    /// <summary>How many times the timeout of one step fetching from one node may take in all, or a node that never ends would keep the topic without a root.</summary>
    private const int FetchTimeouts = 10;

    /// <summary>Takes a message of this machine's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case RecoverAnswer answer: OnAnswer(message.Source, answer); return true;
            case LogItems items: OnItems(message.Source, items); return true;
            default: return false;
        }
    }

    public void Ask(TopicNode topic)
    {
        Recovery recovery = topic.Office!.Recovery;
        List<NodeHandle> asked = context.Host.Leafs.ReplicaSet(topic.Id, context.Options.RootReplicas + AskedBeyondReplicas);
        asked.RemoveAll(n => n.Id == context.Self.Id);
        recovery.Begin(context.NewNonce(), asked);
        recovery.Deadline = context.Now + context.Options.RecoverTimeout;
        AskWaiting(topic);
        if (!recovery.IsWaiting) context.Roots.Open(topic);
    }

    public void PeerFailed(TopicNode topic, NodeHandle peer)
    {
        RootOffice office = topic.Office!;
        office.Recovery.Forget(peer.Id);
        bool wasSource = office.Recovery.Source?.Id == peer.Id;
        if (office.Stage == OfficeStage.Asking ? !office.Recovery.IsWaiting : wasSource) Choose(topic);
    }

    public void Tick(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (office.Stage is not (OfficeStage.Asking or OfficeStage.Fetching)) return;
        if (context.Now < office.Recovery.Deadline)
        {
            // A lost question or answer must not look like a node that knows nothing.
            if (office.Stage == OfficeStage.Asking) AskWaiting(topic);
            else SendFetch(topic);
            return;
        }

        if (office.Recovery.Source is { } silent) office.Recovery.Forget(silent.Id);
        office.Recovery.StopWaiting();
        Choose(topic);
    }

    private void OnAnswer(NodeHandle from, RecoverAnswer answer)
    {
        if (context.Topics.Find(answer.Topic) is not { Office: { Stage: OfficeStage.Asking } office } topic || office.Recovery.Nonce != answer.Nonce) return;
        if (!office.Recovery.Note(from, answer)) return;
        if (answer.ActingRoot && topic.Id.IsCloser(from.Id, context.Self.Id)) context.Roots.Yield(topic, from);
        else if (!office.Recovery.IsWaiting) Choose(topic);
    }

    private void Choose(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (!office.Recovery.TryChooseSource(office.Log))
        {
            context.Roots.Open(topic);
            return;
        }

        office.Stage = OfficeStage.Fetching;
        office.Recovery.FetchUntil = context.Now + (context.Options.RecoverTimeout * FetchTimeouts);
        office.Recovery.HasWindows = false;
        Fetch(topic);
    }

    private void AskWaiting(TopicNode topic)
    {
        Recovery recovery = topic.Office!.Recovery;
        foreach (NodeHandle node in recovery.Waiting) context.Send(new RecoverRequest(topic.Id, recovery.Nonce), node);
    }

    private void Fetch(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        Instant deadline = context.Now + context.Options.RecoverTimeout;
        office.Recovery.Deadline = deadline < office.Recovery.FetchUntil ? deadline : office.Recovery.FetchUntil;
        SendFetch(topic);
    }

    private void SendFetch(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        Recovery recovery = office.Recovery;
        context.Send(new LogFetch(topic.Id, recovery.Nonce, office.Log.Last, !recovery.HasWindows), recovery.Source!);
    }

    private void OnItems(NodeHandle from, LogItems message)
    {
        if (context.Topics.Find(message.Topic) is not { Office: { Stage: OfficeStage.Fetching } office } topic) return;
        Recovery recovery = office.Recovery;
        if (recovery.Nonce != message.Nonce || recovery.Source?.Id != from.Id) return;
        if (message.Items.Count == 0 ? recovery.HasWindows : !recovery.HasWindows) return;
        if (message.Items.Count == 0) Adopt(office, message.Windows);
        else if (!AppendNew(office.Log, Batch.Of(message.First, message.Items, message.Marks))) return;

        if (office.Log.Last >= recovery.SourceLast) context.Roots.Open(topic);
        else Fetch(topic);
    }

    /// <summary>False if the run brings nothing new: whoever sends such runs is left to the deadline.</summary>
    private static bool AppendNew(TopicLog log, in Batch run)
    {
        if (run.Last <= log.Last) return false;
        log.Append(run);
        return true;
    }

    /// <summary>Takes over the memory of publishers. What is here of another term is not the beginning of what is there: it goes.</summary>
    private static void Adopt(RootOffice office, ValueList<PublisherMemory> windows)
    {
        TopicLog log = office.Log;
        Recovery recovery = office.Recovery;
        recovery.HasWindows = true;
        log.Windows.Restore(windows);
        if (log.Term != recovery.SourceTerm || log.Last < recovery.SourceStart) log.ResetTo(recovery.SourceStart);
        log.Term = recovery.SourceTerm;
    }
}
