using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>
/// Takes up and lays down the office of a topic's root (JSAC 2002, III-A and III-D). Takes LocateRoot, and hands on what belongs to the
/// <see cref="Recoverer"/>, the <see cref="Sequencer"/> and the <see cref="Replicator"/>.
/// </summary>
internal sealed class RootKeeper
{
    /// <summary>How many askers and publishers wait for a root to be able to serve; more ask again by themselves.</summary>
    private const int WaitingMax = 256;

    private readonly ScribeContext _context;

    public RootKeeper(ScribeContext context)
    {
        _context = context;
        Recoverer = new Recoverer(context);
        Replicator = new Replicator(context);
        Sequencer = new Sequencer(context);
        Definer = new Definer(context);
        Historian = new Historian(context);
    }

    public Recoverer Recoverer { get; }

    public Replicator Replicator { get; }

    public Sequencer Sequencer { get; }

    public Definer Definer { get; }

    public Historian Historian { get; }

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case LocateRoot locate: OnLocate(locate); return true;
            case PublishItems items: Publish(message.Source, items); return true;
            case ReplicaAck ack: Replicator.OnAck(message.Source, ack); return true;
            case HistoryRequest request: Historian.OnRequest(message.Source, request); return true;
            case CreateTopic create: Definer.OnCreate(message.Source, create); return true;
            default: return Recoverer.Take(message);
        }
    }

    /// <summary>This node begins to be the topic's root: first it asks for the right to number, and learns what was numbered before it.</summary>
    public void TakeOffice(TopicNode topic)
    {
        if (topic.Office is not null) return;
        if (topic.Up.Parent is { } parent) _context.Send(new LeaveTopic(topic.Id), parent);
        topic.Up.BecomeRoot(_context.Self);
        TopicReplica replica = _context.Replicas.Take(topic.Id, topic.Name);
        topic.Office = new RootOffice(_context.Self, replica) { LastUsed = _context.Now, BlockedSince = _context.Now };
        if (topic.Name.Length == 0) topic.Name = replica.Name;
        Recoverer.Ask(topic);
    }

    /// <summary>There is ground to go on: begins the term that was promised.</summary>
    public void Open(TopicNode topic, Ground ground)
    {
        RootOffice office = topic.Office!;
        Recovery recovery = office.Recovery;
        TopicLog log = office.Log;
        log.Windows.ForgetAfter(log.Last);
        office.Previous = log.Term;
        ulong known = Math.Max(recovery.HighestLast, topic.ClaimedHave);
        if (topic.Stream.HasPosition) known = Math.Max(known, topic.Stream.Head);
        known = Within(known, log.Last);
        // How far the lost majority went beyond what is left nobody can tell; no farther than a root keeps.
        if (ground == Ground.Surrender) known = Math.Max(known, log.Last) + (ulong)_context.Options.RecentCountMax;
        topic.Term = recovery.Term;
        if (known > log.Last) SkipTo(topic, known);
        ReplicaGroup group = recovery.Group;
        TopicRecord record = group.IsKnown ? group.Record : TopicRecord.Default with { Settings = TopicSettings.Default with { Retain = _context.Options.DefaultRetain } };
        office.Replica.Group = ground == Ground.Majority
            ? group with { Term = recovery.Term }
            : new ReplicaGroup(recovery.Term, group.Version + 1, ReplicaGroup.MembersOf(_context.Closest(topic.Id), record), default) { Record = record };
        office.Replica.DropFilling();
        office.Replica.Name = topic.Name;
        (office.Base, log.Term) = (log.Last, recovery.Term);
        office.Stage = OfficeStage.Confirming;
        Replicator.FollowGroup(topic);
        Sequencer.Advance(topic);
    }

    /// <summary>From here on the root numbers messages.</summary>
    public void Serve(TopicNode topic)
    {
        if (TryLift(topic)) return;
        RootOffice office = topic.Office!;
        office.Stage = OfficeStage.Serving;
        office.BlockedSince = null;
        ulong start = office.Log.Start + 1;
        if (!topic.Stream.HasPosition) topic.Stream.StartAt(start);
        else if (topic.Stream.Next < start) _context.Stream.SkipTo(topic, start, "the numbering was lost with the nodes that kept it");
        Sequencer.ConfirmTo(topic, Math.Max(office.Base, office.Confirmed));
        _context.Tree.Arrived(topic);
        foreach ((NodeHandle asker, ulong nonce) in office.Locators) _context.Send(new RootIs(topic.Id, nonce), asker);
        office.Locators.Clear();
        foreach ((NodeHandle from, PublishItems items) in office.Waiting)
        {
            if (RefusalOf(topic, from, items) is { } refusal) _context.Send(refusal, from);
            else Number(topic, from, items);
        }

        office.Waiting.Clear();
        office.WaitingBytes = 0;
        Replicator.FollowLeafs(topic);
    }

    /// <summary>Below this node more is known than here: asks for another term, above all of it.</summary>
    public void Raise(TopicNode topic)
    {
        if (topic.Office is not { IsServing: true } office) return;
        ulong have = Within(topic.ClaimedHave, office.Log.Last);
        ulong number = Within(topic.ClaimedTerm.Number, office.Log.Term.Number);
        if (have <= office.Log.Last && number <= office.Log.Term.Number) return;
        Reopen(topic);
    }

    /// <summary>A topic that was created goes on in a term that is above those of any that began by its first use. False if it is in one.</summary>
    public bool TryLift(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (office.Group.Record.Certificate is null || office.Log.Term.Number >= Term.CreatedFrom) return false;
        topic.ClaimedTerm = new Term(Term.CreatedFrom, _context.Self.Id);
        Reopen(topic);
        return true;
    }

    /// <summary>The term is over, and this node asks for another. What has a number without a majority gets it again if the copies have it.</summary>
    public void Reopen(TopicNode topic)
    {
        StepDown(topic);
        TakeOffice(topic);
    }

    /// <summary>
    /// Ceases to be the root; the numbering stays here as a copy. Publishers that wait are told at once, and send to the next root what
    /// has no number yet. The caller finds the node another place in the tree.
    /// </summary>
    public void StepDown(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        var waiting = new List<NodeHandle>();
        foreach (NodeHandle publisher in office.Unconfirmed.Select(u => u.Publisher).Concat(office.Waiting.Select(w => w.From)).Concat(office.Early.Publishers))
        {
            if (!waiting.Exists(p => p.Id == publisher.Id)) waiting.Add(publisher);
        }

        office.DropStaged();
        office.Recovery.DropSource();
        topic.Office = null;
        _context.Replicas.Keep(office.Replica);
        foreach (NodeHandle publisher in waiting) _context.Send(new NotRoot(topic.Id), publisher);
    }

    /// <summary>Steps down and joins under the node that is the root now, or wherever the route leads.</summary>
    public void Yield(TopicNode topic, NodeHandle? to)
    {
        StepDown(topic);
        if (topic.IsNeeded) _context.Tree.Join(topic, null, to);
        else _context.Tree.LeaveIfIdle(topic);
    }

    public void NewLeafs(TopicNode topic)
    {
        if (!_context.Host.IsActive) return;
        if (topic.Office is null)
        {
            if (_context.IsRoot(topic.Id)) TakeOffice(topic);
            return;
        }

        Replicator.FollowLeafs(topic);
        if (topic.Office is not null) OfferOffice(topic);
        Recoverer.NewLeafs(topic);
    }

    public void PeerFailed(TopicNode topic, NodeHandle peer)
    {
        if (topic.Office is { Stage: OfficeStage.Asking or OfficeStage.Fetching }) Recoverer.PeerFailed(topic, peer);
    }

    public void Tick(TopicNode topic)
    {
        // Each step may end the office, or begin another.
        if (topic.Office is null || !_context.Host.IsActive) return;
        WatchMajority(topic);
        Recoverer.Tick(topic);
        if (topic.Office is not null) Replicator.Tick(topic);
        if (topic.Office is { } standing && _context.Now - standing.LastOffered >= _context.Options.HeartbeatPeriod) OfferOffice(topic);
        if (topic.Office is not { } office) return;
        office.Early.DropBefore(_context.Now - (2 * _context.Options.PublishRetryAfter));
        if (office.IsServing)
        {
            // Who lagged for too long is waited for no more.
            Sequencer.Answer(topic);
            _context.Archive.Advance(topic);
        }

        if (topic.Office != office || office.Replica.IsDurable) return;
        if (topic.IsNeeded) office.LastUsed = _context.Now;
        if (_context.Now - office.LastUsed < _context.Options.TopicLifetime) return;
        _context.Topics.Remove(topic.Id);
        topic.Discard();
    }

    /// <summary>A claim, or what is known if the claim is out of all proportion.</summary>
    private static ulong Within(ulong claim, ulong known) => claim > known && claim - known <= TopicReplica.JumpMax ? claim : known;

    /// <summary>
    /// Numbers up to <paramref name="known"/> were or may have been seen that no copy holds: they must never be given again. What the
    /// copies do hold goes down the tree first, or it would be lost with them.
    /// </summary>
    private void SkipTo(TopicNode topic, ulong known)
    {
        RootOffice office = topic.Office!;
        if (!topic.Stream.HasPosition) topic.Stream.StartAt(office.Log.Start + 1);
        Sequencer.ConfirmTo(topic, office.Log.Last);
        office.Log.ResetTo(known);
        office.Confirmed = known;
        office.Previous = default;
    }

    /// <summary>
    /// Notices that no majority of the group can be reached. While that lasts nothing is acknowledged; when it has lasted too long, the
    /// topic goes on with what is left (docs/decisions/0007).
    /// </summary>
    private void WatchMajority(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (office.IsServing && office.Group.HasMajority(n => office.IsSelf(n) || (_context.Host.Leafs.Find(n.Id) is { } live && ReplicaGroup.IsSame(n, live))))
        {
            office.BlockedSince = null;
            return;
        }

        office.BlockedSince ??= _context.Now;
        if (_context.Now - office.BlockedSince < _context.Options.SurrenderAfter) return;
        if (office.Stage is OfficeStage.Confirming or OfficeStage.Serving) Reopen(topic);
        topic.Office!.Recovery.Surrenders = true;
        topic.Office.BlockedSince = _context.Now;
    }

    /// <summary>
    /// A node closer to the topic is there: asks it to take over by joining under it. Until that node asks for the numbering (it may not
    /// be active yet), this one goes on.
    /// </summary>
    private void OfferOffice(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (_context.IsRoot(topic.Id)) return;
        NodeHandle closest = _context.Host.Leafs.ReplicaSet(topic.Id, 1)[0];
        if (closest.Id == _context.Self.Id) return;
        if (!office.IsServing)
        {
            Yield(topic, closest);
            return;
        }

        office.LastOffered = _context.Now;
        ulong nonce = _context.NewNonce();
        topic.Up.Seek(nonce);
        _context.Send(_context.Tree.MakeJoin(topic, nonce), closest);
    }

    private void OnLocate(LocateRoot locate)
    {
        if (TopicName.Problem(locate.Name) is not null || TopicName.IdOf(locate.Name) != locate.Topic)
        {
            _context.Report(FactKind.MessageRefused, locate.Asker.Id);
            return;
        }

        TopicNode? topic = _context.Topics.Find(locate.Topic);
        if (topic?.Office is null)
        {
            // Without the office and not the root by its own leaf set: the route ended here by mistake, and the asker asks again.
            if (!_context.IsRoot(locate.Topic)) return;
            topic = _context.FindOrAdd(locate.Topic, locate.Name);
            if (topic is null)
            {
                _context.Send(new TopicRefused(locate.Topic, locate.Nonce), locate.Asker);
                return;
            }

            TakeOffice(topic);
        }

        RootOffice office = topic!.Office!;
        office.LastUsed = _context.Now;
        if (topic.Name.Length == 0) topic.Name = locate.Name;
        if (office.IsServing) _context.Send(new RootIs(topic.Id, locate.Nonce), locate.Asker);
        else if (office.Locators.Count < WaitingMax) office.Locators.Add((locate.Asker, locate.Nonce));
        else _context.Report(FactKind.Dropped, topic.Id, WaitingMax);
    }

    /// <summary>Messages to be numbered, from a node that proved who it is.</summary>
    public void Publish(NodeHandle from, PublishItems items)
    {
        if (_context.Topics.Find(items.Topic) is not { Office: { } office } topic || !_context.Host.IsActive)
        {
            _context.Send(new NotRoot(items.Topic), from);
            return;
        }

        office.LastUsed = _context.Now;
        if (RefusalOf(topic, from, items) is { } refusal)
        {
            _context.Report(FactKind.MessageRefused, from.Id);
            _context.Send(refusal, from);
            return;
        }

        if (office.IsServing) Number(topic, from, items);
        else KeepWaiting(topic, from, items);
    }

    private void Number(TopicNode topic, NodeHandle from, PublishItems items)
    {
        // Those below a prefix wait each for the rules of its own topic.
        if (TopicPrefix.IsPrefix(topic.Name)) items = _context.Rules.Admit(topic, from, items) with { Oldest = 0 };
        Sequencer.Number(topic, from, items);
    }

    /// <summary>Which rule of the topic's a publish breaks; null for none. Whether a signature holds receivers check: a false one harms who made it.</summary>
    private TopicVerdict? RefusalOf(TopicNode topic, NodeHandle from, PublishItems items)
    {
        ReplicaGroup group = topic.Office!.Group;
        if (group.IsKnown && !group.Record.Settings.MayPublish(from.Id)) return new TopicVerdict(topic.Id, 0, Verdict.NotPublisher);
        if (!_context.MustBeSigned(topic)) return null;
        SignedRun? known = null;
        foreach (PublishItem item in items.Items)
        {
            bool isCovered = item.Run is { } run && run.Incarnation == from.Incarnation && run.Covers(item.Number) && (ReferenceEquals(run, known) || run.Publisher() == from.Id);
            if (!isCovered) return new TopicVerdict(topic.Id, item.Number, Verdict.NotSigned);
            known = item.Run;
        }

        return null;
    }

    private void KeepWaiting(TopicNode topic, NodeHandle from, PublishItems items)
    {
        RootOffice office = topic.Office!;
        long bytes = items.CostBytes;
        if (office.Waiting.Count >= WaitingMax || office.WaitingBytes + bytes > _context.Options.UnconfirmedBytesMax)
        {
            _context.Report(FactKind.Dropped, topic.Id, WaitingMax);
            if (items.Items.Count > 0) _context.Send(new TopicVerdict(topic.Id, items.Items[0].Number, Verdict.Busy), from);
            return;
        }

        office.Waiting.Add((from, items));
        office.WaitingBytes += bytes;
    }
}
