using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
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

    /// <summary>
    /// How far a claim may lift numbers and terms at once. Far above what any split lets two roots drift apart, far below what would
    /// bring an honest topic to the end of its numbers by one lie.
    /// </summary>
    private const ulong JumpMax = 1UL << 32;

    private readonly ScribeContext _context;

    public RootKeeper(ScribeContext context)
    {
        _context = context;
        Recoverer = new Recoverer(context);
        Replicator = new Replicator(context);
        Sequencer = new Sequencer(context);
    }

    public Recoverer Recoverer { get; }

    public Replicator Replicator { get; }

    public Sequencer Sequencer { get; }

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case LocateRoot locate: OnLocate(locate); return true;
            case PublishItems items: OnPublish(message, items); return true;
            case ReplicaAck ack: Replicator.OnAck(message.Source, ack); return true;
            default: return Recoverer.Take(message);
        }
    }

    /// <summary>This node begins to be the topic's root: first it learns what was numbered before.</summary>
    public void TakeOffice(TopicNode topic)
    {
        if (topic.Office is not null) return;
        if (topic.Up.Parent is { } parent) _context.Send(new LeaveTopic(topic.Id), parent);
        topic.Up.BecomeRoot(_context.Self);
        topic.Office = new RootOffice(_context.Replicas.Take(topic.Id)) { LastUsed = _context.Now };
        if (topic.Name.Length == 0) topic.Name = topic.Office.Log.Name;
        Recoverer.Ask(topic);
    }

    /// <summary>The numbering is known as far as it can be: begins a term of its own above it.</summary>
    public void Open(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        TopicLog log = office.Log;
        bool confirmed = office.Recovery.IsConfirmed(log);
        ulong known = Math.Max(office.Recovery.HighestLast, topic.ClaimedHave);
        if (topic.Stream.HasPosition) known = Math.Max(known, topic.Stream.Head);
        ulong number = Math.Max(Math.Max(office.Recovery.HighestTerm, topic.ClaimedTerm.Number), topic.Term.Number);
        log.Windows.ForgetAfter(log.Last);
        if (Within(known, log.Last) > log.Last)
        {
            // Someone has seen numbers that no copy holds. Those must never be given again.
            log.ResetTo(known);
            confirmed = true;
        }

        BeginTerm(topic, Within(number, log.Term.Number));
        office.Stage = OfficeStage.Confirming;
        Replicator.FollowLeafs(topic);
        if (confirmed && !office.IsServing) Serve(topic);
    }

    /// <summary>From here on the root numbers messages.</summary>
    public void Serve(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        office.Stage = OfficeStage.Serving;
        ulong start = office.Log.Start + 1;
        if (!topic.Stream.HasPosition) topic.Stream.StartAt(start);
        else if (topic.Stream.Next < start) _context.Stream.SkipTo(topic, start, "the numbering was lost with the nodes that kept it");
        Sequencer.ConfirmTo(topic, Math.Max(office.Base, office.Confirmed));
        _context.Tree.Arrived(topic);
        foreach ((NodeHandle asker, ulong nonce) in office.Locators) _context.Send(new RootIs(topic.Id, nonce), asker);
        office.Locators.Clear();
        foreach ((NodeHandle from, PublishItems items) in office.Waiting) Sequencer.Number(topic, from, items);
        office.Waiting.Clear();
    }

    /// <summary>Below this node more is known than here: begins another term, above all of it.</summary>
    public void Raise(TopicNode topic)
    {
        if (topic.Office is not { IsServing: true } office) return;
        ulong have = Within(topic.ClaimedHave, office.Log.Last);
        ulong number = Within(topic.ClaimedTerm.Number, office.Log.Term.Number);
        if (have <= office.Log.Last && number <= office.Log.Term.Number) return;
        office.DropStaged();
        if (have > office.Log.Last)
        {
            office.Log.TruncateAfter(office.Confirmed);
            office.Log.ResetTo(have);
            office.Confirmed = have;
            _context.Stream.SkipTo(topic, have + 1, "another root numbered messages that this part of the topic never got");
        }

        BeginTerm(topic, number);
        Replicator.Restart(topic);
        _context.Tree.Children.SendHeartbeats(topic);
    }

    /// <summary>Ceases to be the root; the numbering stays here as a copy. The caller finds the node another place in the tree.</summary>
    public void StepDown(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        office.DropStaged();
        topic.Office = null;
        _context.Replicas.Keep(topic.Id, office.Log);
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

        if (topic.Office.Stage is OfficeStage.Confirming or OfficeStage.Serving) Replicator.FollowLeafs(topic);
        if (topic.Office is not null) OfferOffice(topic);
    }

    public void PeerFailed(TopicNode topic, NodeHandle peer)
    {
        if (topic.Office is { Stage: OfficeStage.Asking or OfficeStage.Fetching }) Recoverer.PeerFailed(topic, peer);
    }

    public void Tick(TopicNode topic)
    {
        if (topic.Office is not { } office || !_context.Host.IsActive) return;
        Recoverer.Tick(topic);
        if (topic.Office is null) return;
        Replicator.Tick(topic);
        if (topic.Office is null) return;
        if (_context.Now - office.LastOffered >= _context.Options.HeartbeatPeriod) OfferOffice(topic);
        if (topic.Office is null) return;
        if (topic.IsNeeded) office.LastUsed = _context.Now;
        if (_context.Now - office.LastUsed < _context.Options.TopicLifetime) return;
        _context.Topics.Remove(topic.Id);
        topic.Discard();
    }

    /// <summary>A claim, or what is known if the claim is out of all proportion.</summary>
    private static ulong Within(ulong claim, ulong known) => claim > known && claim - known <= JumpMax ? claim : known;

    private void BeginTerm(TopicNode topic, ulong above)
    {
        RootOffice office = topic.Office!;
        (office.Previous, office.Base) = (office.Log.Term, office.Log.Last);
        office.Log.Term = topic.Term = new Term(above + 1, _context.Self.Id);
        office.Log.Name = topic.Name;
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
        topic.Up.OfferOffice(nonce);
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

    private void OnPublish(in RoutedMessage message, PublishItems items)
    {
        if (!message.Direct) return;
        if (_context.Topics.Find(items.Topic) is not { Office: { } office } topic || !_context.Host.IsActive)
        {
            _context.Send(new NotRoot(items.Topic), message.Source);
            return;
        }

        office.LastUsed = _context.Now;
        if (office.IsServing) Sequencer.Number(topic, message.Source, items);
        else if (office.Waiting.Count < WaitingMax && items.Items.Count <= PublisherMemory.WindowSize) office.Waiting.Add((message.Source, items));
        else _context.Report(FactKind.Dropped, topic.Id, WaitingMax);
    }
}
