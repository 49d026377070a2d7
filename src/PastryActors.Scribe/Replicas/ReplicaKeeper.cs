using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Replicas;

/// <summary>
/// Keeps copies of other roots' numbering, promises terms, and hands the copies to whoever becomes root. Takes ReplicaState, Replicate,
/// RecoverRequest and LogFetch.
/// </summary>
internal sealed class ReplicaKeeper(ScribeContext context)
{
    private readonly TopicTable<TopicReplica> _copies = new(context.Options.MaxTopics);

    /// <summary>Topics whose journal here is damaged: this node must not promise anything until a root has filled it up again.</summary>
    private readonly HashSet<RingId> _maimed = [];

    public bool IsEmpty => _copies.Count == 0;

    /// <summary>Whether a copy of the topic's numbering is here, and this node is not its root.</summary>
    public bool Has(RingId topic) => _copies.Find(topic) is not null;

    /// <summary>Whether this node has forgotten what it promised or acknowledged about a topic.</summary>
    public bool IsMaimed(RingId topic) => _maimed.Contains(topic);

    /// <summary>Takes a replica from its journal.</summary>
    public void Adopt(TopicReplica replica, bool isWhole)
    {
        replica.LastHeard = context.Now;
        if (!isWhole) _maimed.Add(replica.Topic);
        _copies.Add(replica.Topic, replica);
    }

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        if (!message.Direct) return false;
        switch (message.Payload)
        {
            case ReplicaState state: OnState(message.Source, state); return true;
            case Replicate replicate: OnReplicate(message.Source, replicate); return true;
            case RecoverRequest request: OnRecover(message.Source, request); return true;
            case LogFetch fetch: OnFetch(message.Source, fetch); return true;
            default: return false;
        }
    }

    /// <summary>The copy of a topic's numbering, for this node to go on from; an empty one if there is none.</summary>
    public TopicReplica Take(RingId topic, string name) => _copies.Remove(topic) ?? New(topic, name);

    /// <summary>Keeps the numbering of a root that steps down.</summary>
    public void Keep(TopicReplica replica)
    {
        _copies.Remove(replica.Topic);
        replica.LastHeard = context.Now;
        if (!replica.IsWorthKeeping)
        {
            replica.Discard();
        }
        else if (_copies.IsFull && !replica.IsDurable)
        {
            context.Report(FactKind.Dropped, replica.Topic, _copies.Max);
            replica.Discard();
        }
        else
        {
            _copies.Add(replica.Topic, replica);
        }
    }

    /// <summary>Becomes root of every topic whose numbering is here and whose root is gone.</summary>
    public void NewLeafs() => _copies.ForEach(copy =>
    {
        if (copy.Log.IsKnown && context.IsRoot(copy.Topic) && context.FindOrAdd(copy.Topic, copy.Name) is { } topic) context.Roots.TakeOffice(topic);
    });

    public void Tick() => _copies.ForEach(copy =>
    {
        context.Journals.Save(copy);
        if (context.Now - copy.LastHeard < context.Options.ReplicaLifetime) return;
        // A member keeps what it said it keeps: when all were down for long, it is all that there is.
        if (copy.IsDurable && copy.Group.All.Any(n => n.Id == context.Self.Id)) return;
        copy.Discard();
        context.Journals.Forget(copy.Topic);
        _copies.Remove(copy.Topic);
    });

    public TopicReplica New(RingId topic, string name) => new(topic, name, context.NewLog(), context.NewLog);

    /// <summary>The copy of a topic, made if there is none; null (and counted) if this node keeps as many as it may.</summary>
    private TopicReplica? FindOrAdd(RingId topic, string name)
    {
        if (_copies.Find(topic) is { } known) return known;
        if (_copies.IsFull)
        {
            context.Report(FactKind.Dropped, topic, _copies.Max);
            return null;
        }

        TopicReplica added = New(topic, name);
        _copies.Add(topic, added);
        return added;
    }

    private static bool IsRightful(RingId topic, string name, Term term, NodeHandle from) =>
        TopicName.Problem(name) is null && TopicName.IdOf(name) == topic && term.Root == from.Id && term.Number > 0;

    private void OnState(NodeHandle from, ReplicaState state)
    {
        if (!IsRightful(state.Topic, state.Name, state.Term, from))
        {
            context.Report(FactKind.MessageRefused, from.Id);
            return;
        }

        if (context.Topics.Find(state.Topic) is { Office: not null } topic && !GiveWay(topic, from, state)) return;
        if (FindOrAdd(state.Topic, state.Name) is not { } copy) return;
        if (copy.Follow(state)) copy.LastHeard = context.Now;
        context.Journals.SendWhenSaved(copy, copy.AckTo(state.Term), from);
    }

    /// <summary>Another node acts as the root of a topic whose root this one is. True if this one gave way.</summary>
    private bool GiveWay(TopicNode topic, NodeHandle from, ReplicaState state)
    {
        TopicReplica own = topic.Office!.Replica;
        if (state.Term <= own.Promised)
        {
            // The acknowledgement tells the other to step down.
            context.Send(own.AckTo(state.Term), from);
            return false;
        }

        if (topic.Id.IsCloser(from.Id, context.Self.Id))
        {
            context.Roots.Yield(topic, from);
            return true;
        }

        // A majority has promised that term to the other. The nearer of the two stays, in a term above it.
        if (state.Term > topic.ClaimedTerm) topic.ClaimedTerm = state.Term;
        context.Roots.Reopen(topic);
        return false;
    }

    private void OnReplicate(NodeHandle from, Replicate message)
    {
        TopicReplica? copy = context.Topics.Find(message.Topic)?.Office?.Replica ?? _copies.Find(message.Topic);
        if (copy is null)
        {
            context.Send(new ReplicaAck(message.Topic, default, 0, 0), from);
            return;
        }

        if (message.Term.Root == from.Id && copy.Append(message))
        {
            copy.LastHeard = context.Now;
            // Whoever is as far as a root says that the log goes has nothing to make up for.
            if (_maimed.Count > 0 && copy.Log.Term == message.Term && message.Items.Count == 0 && copy.Log.Last + 1 >= message.First) _maimed.Remove(copy.Topic);
        }

        context.Journals.SendWhenSaved(copy, copy.AckTo(message.Term), from);
    }

    private void OnRecover(NodeHandle from, RecoverRequest request)
    {
        if (!IsRightful(request.Topic, request.Name, request.Term, from))
        {
            context.Report(FactKind.MessageRefused, from.Id);
            return;
        }

        TopicNode? topic = context.Topics.Find(request.Topic);
        if (topic?.Office is not null && request.Topic.IsCloser(from.Id, context.Self.Id)) context.Roots.Yield(topic, from);
        if (topic?.Office is { } office)
        {
            // This node means to stay, and promises nothing.
            Answer(from, request, topic, office.Replica, acting: true);
        }
        else if (FindOrAdd(request.Topic, request.Name) is { } copy)
        {
            if (IsMaimed(request.Topic)) return;
            // Two who know nothing must not tell a third that there is nothing to know, while those who may know it are on their way back.
            if (!copy.Log.IsKnown && !copy.Group.IsKnown && context.IsAwaiting(request.Topic)) return;
            if (copy.Grant(request.Term)) copy.LastHeard = context.Now;
            Answer(from, request, topic, copy, acting: false);
        }
    }

    private void Answer(NodeHandle to, RecoverRequest request, TopicNode? topic, TopicReplica replica, bool acting)
    {
        bool known = replica.Log.IsKnown;
        Term term = known ? replica.Log.Term : topic?.Term ?? default;
        ulong heard = topic is { Stream.HasPosition: true } ? topic.Stream.Head : 0;
        context.Journals.SendWhenSaved(replica, new RecoverAnswer(request.Topic, request.Nonce, known, acting, term, known ? replica.Log.Last : heard, replica.Log.Start, replica.Promised, replica.Group), to);
    }

    private void OnFetch(NodeHandle from, LogFetch fetch)
    {
        if ((context.Topics.Find(fetch.Topic)?.Office?.Replica ?? _copies.Find(fetch.Topic))?.Log is not { } log) return;
        if (fetch.Windows)
        {
            var memory = new LogItems(fetch.Topic, fetch.Nonce, 0, default, default, log.Windows.Snapshot());
            context.Send(memory, from, PublisherMemory.CostBytes(memory.Windows));
        }
        else if (log.TryRead(fetch.After + 1, out Batch batch))
        {
            context.Send(new LogItems(fetch.Topic, fetch.Nonce, batch.First, batch.Items, batch.Marks, default), from, batch.Bytes);
        }
    }
}
