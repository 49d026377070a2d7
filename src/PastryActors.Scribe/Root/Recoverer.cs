using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>
/// Brings a new root the right to number and what was numbered before it: asks the nodes closest to the topic, and the group that they
/// name, for their promise, then fetches from the one that knows most (the first phase of Paxos; Raft's election). Every step has a
/// deadline. Takes RecoverAnswer and LogItems.
/// </summary>
internal sealed class Recoverer(ScribeContext context)
{
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

    /// <summary>Asks for a term above all that this node has heard of.</summary>
    public void Ask(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        TopicReplica replica = office.Replica;
        Recovery recovery = office.Recovery;
        ulong[] known = [replica.Promised.Number, replica.Log.Term.Number, topic.Term.Number, topic.ClaimedTerm.Number, recovery.HighestTerm, recovery.Refusal.Number];
        var term = new Term(Within(known.Max(), Math.Max(replica.Promised.Number, replica.Log.Term.Number)) + 1, context.Self.Id);
        replica.Grant(term);
        office.Stage = OfficeStage.Asking;
        recovery.Begin(term, context.NewNonce());
        recovery.Know(replica.Group);
        recovery.Deadline = context.Now + context.Options.RecoverTimeout;
        AskOthers(topic);
        Proceed(topic);
    }

    public void PeerFailed(TopicNode topic, NodeHandle peer)
    {
        RootOffice office = topic.Office!;
        bool wasSource = office.Recovery.Source is { } source && ReplicaGroup.IsSame(source, peer);
        office.Recovery.Forget(peer);
        if (wasSource) AskOn(topic);
        else if (office.Stage == OfficeStage.Asking) Proceed(topic);
    }

    /// <summary>Whoever has come may know the topic, and is asked at once.</summary>
    public void NewLeafs(TopicNode topic)
    {
        if (topic.Office is not { Stage: OfficeStage.Asking }) return;
        AskOthers(topic, onlyNew: true);
        Proceed(topic);
    }

    public void Tick(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (office.Stage is not (OfficeStage.Asking or OfficeStage.Fetching)) return;
        if (context.Now < office.Recovery.Deadline)
        {
            // A lost question or answer must not look like a node that knows nothing.
            if (office.Stage == OfficeStage.Asking) AskOthers(topic);
            else SendFetch(topic);
            return;
        }

        if (office.Stage == OfficeStage.Fetching) office.Recovery.GiveUpSource();
        office.Recovery.HasWaited = true;
        if (office.Recovery.Refusal > office.Recovery.Term) Ask(topic);
        else AskOn(topic);
    }

    /// <summary>The leaf set may be settled now: looks at once, since the next tick may be long.</summary>
    public void OnTimer(NodeTimer timer)
    {
        if (context.Topics.Find(timer.Subject) is not { Office.Recovery.IsTimed: true } topic) return;
        topic.Office.Recovery.IsTimed = false;
        Tick(topic);
        if (topic.Office is { Stage: OfficeStage.Asking }) Proceed(topic);
    }

    private void OnAnswer(NodeHandle from, RecoverAnswer answer)
    {
        if (context.Topics.Find(answer.Topic) is not { Office: { Stage: OfficeStage.Asking } office } topic || office.Recovery.Nonce != answer.Nonce) return;
        if (!office.Recovery.Note(from, answer)) return;
        if (answer.ActingRoot && topic.Id.IsCloser(from.Id, context.Self.Id))
        {
            context.Roots.Yield(topic, from);
        }
        else if (office.Recovery.Refusal is var refusal && refusal > office.Recovery.Term && topic.Id.IsCloser(context.Self.Id, refusal.Root))
        {
            // Of two that ask, the closer goes above the other at once; the other waits for its deadline.
            Ask(topic);
        }
        else
        {
            AskOthers(topic, onlyNew: true);
            Proceed(topic);
        }
    }

    /// <summary>Goes on as soon as there is ground to.</summary>
    private void Proceed(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        // Whoever promised a term that only topics have that were created, has heard of this one, though he has nothing of it.
        bool isHeardOf = topic.Term.Number > 0 || topic.ClaimedTerm.Number > 0 || office.Recovery.Term.Number >= Term.CreatedFrom;
        bool mayBegin = !isHeardOf && context.MayBegin(topic.Id);
        Ground ground = office.Recovery.FindGround(context.Replicas.IsMaimed(topic.Id) ? null : context.Self, context.Closest(topic.Id), mayBegin);
        if (ground == Ground.None)
        {
            AwaitSettled(topic);
            return;
        }

        if (!office.Recovery.TryChooseSource(office.Log))
        {
            context.Roots.Open(topic, ground);
            return;
        }

        office.Stage = OfficeStage.Fetching;
        office.Recovery.FetchUntil = context.Now + (context.Options.RecoverTimeout * FetchTimeouts);
        Fetch(topic);
    }

    private void AwaitSettled(TopicNode topic)
    {
        Recovery recovery = topic.Office!.Recovery;
        if (recovery.IsTimed || context.LeafsAreSettled) return;
        recovery.IsTimed = true;
        context.Host.Schedule((byte)ScribeTimer.Begin, context.LeafsChangedAt + context.Options.BeginAfter - context.Now, subject: topic.Id);
    }

    /// <summary>Asks on for the same term: those who have promised need not again.</summary>
    private void AskOn(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        office.Recovery.DropSource();
        office.Stage = OfficeStage.Asking;
        office.Recovery.Deadline = context.Now + context.Options.RecoverTimeout;
        AskOthers(topic);
        Proceed(topic);
    }

    private void AskOthers(TopicNode topic, bool onlyNew = false)
    {
        Recovery recovery = topic.Office!.Recovery;
        int known = recovery.Waiting.Count;
        recovery.Add(context.Host.Leafs.ReplicaSet(topic.Id, context.AskedCount).Concat(recovery.Group.All).Where(n => n.Id != context.Self.Id));
        var request = new RecoverRequest(topic.Id, recovery.Nonce, topic.Name, recovery.Term);
        foreach (NodeHandle node in recovery.Waiting.Skip(onlyNew ? known : 0)) context.Send(request, context.Newest(node));
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
        context.Send(new LogFetch(topic.Id, recovery.Nonce, (recovery.Fetched ?? office.Log).Last, !recovery.HasWindows), context.Newest(recovery.Source!));
    }

    private void OnItems(NodeHandle from, LogItems message)
    {
        if (context.Topics.Find(message.Topic) is not { Office: { Stage: OfficeStage.Fetching } office } topic) return;
        Recovery recovery = office.Recovery;
        if (recovery.Nonce != message.Nonce || recovery.Source is not { } source || !ReplicaGroup.IsSame(source, from)) return;
        if (message.Items.Count == 0 ? recovery.HasWindows : !recovery.HasWindows) return;
        if (message.Items.Count == 0) BeginFetched(office, message.Windows);
        else if (!AppendNew(recovery.Fetched ?? office.Log, Batch.Of(message.First, message.Items, message.Marks))) return;

        if ((recovery.Fetched ?? office.Log).Last < recovery.SourceLast)
        {
            Fetch(topic);
            return;
        }

        if (recovery.Fetched is { } fetched)
        {
            recovery.Fetched = null;
            office.Replica.Replace(fetched);
        }

        // Another may have come to know more of the group meanwhile: the ground is looked at again.
        AskOn(topic);
    }

    /// <summary>False if the run brings nothing new: whoever sends such runs is left to the deadline.</summary>
    private static bool AppendNew(TopicLog log, in Batch run)
    {
        if (run.Last <= log.Last) return false;
        log.Append(run);
        return true;
    }

    /// <summary>Takes over the memory of publishers. What is here of another term is not the beginning of what is there: that is fetched beside it.</summary>
    private void BeginFetched(RootOffice office, ValueList<PublisherMemory> windows)
    {
        Recovery recovery = office.Recovery;
        recovery.HasWindows = true;
        if (office.Log.Term != recovery.SourceTerm || office.Log.Last < recovery.SourceStart)
        {
            recovery.Fetched = context.NewLog();
            recovery.Fetched.ResetTo(recovery.SourceStart);
            recovery.Fetched.Term = recovery.SourceTerm;
        }

        (recovery.Fetched ?? office.Log).Windows.Restore(windows);
    }

    private static ulong Within(ulong claim, ulong known) => claim > known && claim - known <= TopicReplica.JumpMax - 1 ? claim : known;
}
